"""Schedules in nopython code."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload_method

from ..backends.numba.elementary import softplus
from ..schedule import CosineSchedule, LinearSchedule, SNRSchedule
from ..schedule.snr import BISECTIONS, STEP
from .errors import RangeError
from .jit import by_type, inner
from .structs import Struct, represents

__all__ = ["ScheduleStruct", "amplitude", "log_snr"]


class ScheduleStruct(Struct):
    """A schedule."""


@represents(LinearSchedule)
class Linear(ScheduleStruct):
    """A `LinearSchedule`."""

    names = ("start", "stop")

    @staticmethod
    def parts(value: Any) -> tuple[Any, ...]:
        """The fields."""
        return float(value.start), float(value.stop)


@represents(CosineSchedule)
class Cosine(ScheduleStruct):
    """A `CosineSchedule`, with the angles of its ends."""

    names = ("offset", "final_snr", "_first", "_last")

    @staticmethod
    def parts(value: Any) -> tuple[Any, ...]:
        """The fields."""
        return float(value.offset), float(value.final_snr), *value.angles


@represents(SNRSchedule)
class SNR(ScheduleStruct):
    """An `SNRSchedule`, of a function under ``numba.njit`` if of any."""

    names = ("start", "stop", "function")

    @staticmethod
    def parts(value: Any) -> tuple[Any, ...]:
        """The fields."""
        return float(value.start), float(value.stop), value.function


def log_snr(schedule: Any, t: Any) -> Any:
    """Return ln γ(t) of one time."""
    raise NotImplementedError  # in nopython code only


@by_type(log_snr)
def _log_snr(schedule: Any, t: Any) -> Any:
    def linear(schedule: Any, t: Any) -> Any:
        log_alpha2 = -t * (schedule.start + 0.5 * (schedule.stop - schedule.start) * t)
        return math.inf if log_alpha2 == 0.0 else log_alpha2 - math.log(-math.expm1(log_alpha2))

    def cosine(schedule: Any, t: Any) -> Any:
        first = schedule._first
        angle = first + (schedule._last - first) * t
        signal, total = math.cos(angle), angle + first
        noise = math.sin(angle - first) * math.sin(min(total, math.pi - total))
        return math.log(signal * signal / noise) if noise > 0.0 else math.inf

    def geometric(schedule: Any, t: Any) -> Any:
        return (1.0 - t) * math.log(schedule.start) + t * math.log(schedule.stop)

    if isinstance(schedule, Linear):
        return linear
    if isinstance(schedule, Cosine):
        return cosine
    function = _function(schedule)
    if function is None:
        return geometric

    def own(schedule: Any, t: Any) -> Any:
        # It takes arrays, and may return a number for all of them.
        snr = np.broadcast_to(np.asarray(function(np.full(1, t))), (1,))[0]
        if not snr > 0.0:
            raise RangeError("function", snr, "positive numbers")
        return math.log(snr)

    return own


def _function(schedule: SNR) -> Any:
    of = schedule.fields[SNR.names.index("function")]
    return of.dispatcher if isinstance(of, types.Dispatcher) else None


def noise_rate(schedule: Any, t: Any) -> Any:
    """β of one time."""
    raise NotImplementedError


@by_type(noise_rate)
def _noise_rate(schedule: Any, t: Any) -> Any:
    def linear(schedule: Any, t: Any) -> Any:
        return schedule.start + (schedule.stop - schedule.start) * t

    def cosine(schedule: Any, t: Any) -> Any:
        speed = schedule._last - schedule._first
        return 2.0 * speed * math.tan(schedule._first + speed * t)

    def of_ratio(schedule: Any, t: Any) -> Any:
        before, after = max(t - STEP, 0.0), min(t + STEP, 1.0)
        change = log_snr(schedule, after) - log_snr(schedule, before)
        sigma = amplitude(log_snr(schedule, t))
        return -sigma * sigma * change / (after - before)

    def geometric(schedule: Any, t: Any) -> Any:
        sigma = amplitude(log_snr(schedule, t))
        return sigma * sigma * (math.log(schedule.start) - math.log(schedule.stop))

    if isinstance(schedule, SNR):
        return geometric if _function(schedule) is None else of_ratio
    return linear if isinstance(schedule, Linear) else cosine


def time_from_snr(schedule: Any, snr: Any) -> Any:
    """Time of one ratio."""
    raise NotImplementedError


@by_type(time_from_snr)
def _time_from_snr(schedule: Any, snr: Any) -> Any:
    def linear(schedule: Any, snr: Any) -> Any:
        total = math.log1p(1.0 / snr)
        slope = schedule.stop - schedule.start
        root = math.sqrt(max(schedule.start * schedule.start + 2.0 * slope * total, 0.0))
        # This form of the root keeps its digits where the quadratic term is small.
        return _clip(2.0 * total / (schedule.start + root) if schedule.start + root > 0.0 else 0.0)

    def cosine(schedule: Any, snr: Any) -> Any:
        first = schedule._first
        opposite = math.sqrt(1.0 / snr + math.sin(first) ** 2)
        angle = math.atan2(opposite, math.cos(first))
        return _clip((angle - first) / (schedule._last - first))

    def geometric(schedule: Any, snr: Any) -> Any:
        first, last = math.log(schedule.start), math.log(schedule.stop)
        return _clip((math.log(snr) - first) / (last - first))

    def of_ratio(schedule: Any, snr: Any) -> Any:
        low, high, target = 0.0, 1.0, math.log(snr)
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            if log_snr(schedule, middle) > target:
                low = middle
            else:
                high = middle
        return 0.5 * (low + high)

    if isinstance(schedule, SNR):
        return geometric if _function(schedule) is None else of_ratio
    return linear if isinstance(schedule, Linear) else cosine


@inner
def _clip(t: Any) -> Any:
    return min(max(t, 0.0), 1.0)


@inner
def amplitude(x: Any) -> Any:
    """(1 + eˣ)^-½: α of -ln γ, and σ of ln γ."""
    return math.exp(-0.5 * softplus(x))


@inner
def _snr(schedule: Any, t: Any) -> Any:
    return math.exp(log_snr(schedule, t))


@inner
def _alpha(schedule: Any, t: Any) -> Any:
    return amplitude(-log_snr(schedule, t))


@inner
def _sigma(schedule: Any, t: Any) -> Any:
    return amplitude(log_snr(schedule, t))


@inner
def _log_snr_of(schedule: Any, t: Any) -> Any:
    return log_snr(schedule, t)


@inner
def _noise_rate_of(schedule: Any, t: Any) -> Any:
    return noise_rate(schedule, t)


def _of_times(of_one: Any) -> Callable[..., Any]:
    """A method of one time, or of an array of them."""

    @inner
    def at(schedule: Any, t: Any) -> Any:
        if not (0.0 <= t <= 1.0):
            raise RangeError("t", t, "[0, 1]")
        return of_one(schedule, float(t))

    def one(schedule: Any, t: Any) -> Any:
        return at(schedule, t)

    def several(schedule: Any, t: Any) -> Any:
        out = np.empty(t.shape)
        for k, x in np.ndenumerate(t):
            out[k] = at(schedule, x)
        return out

    def typed(schedule: Any, t: Any) -> Any:
        if isinstance(t, types.Array):
            return several
        return one if isinstance(t, (types.Integer, types.Float)) else None

    return typed


for _name, _kernel in (
    ("log_snr", _log_snr_of),
    ("noise_rate", _noise_rate_of),
    ("snr", _snr),
    ("alpha", _alpha),
    ("sigma", _sigma),
):
    overload_method(ScheduleStruct, _name)(_of_times(_kernel))


@overload_method(ScheduleStruct, "time_from_snr")
def _time(schedule: Any, snr: Any) -> Any:
    def one(schedule: Any, snr: Any) -> Any:
        if not snr > 0.0:
            raise RangeError("snr", snr, "positive numbers")
        return time_from_snr(schedule, snr)

    def several(schedule: Any, snr: Any) -> Any:
        out = np.empty(snr.shape)
        for k, x in np.ndenumerate(snr):
            out[k] = schedule.time_from_snr(x)
        return out

    if isinstance(snr, types.Array):
        return several
    return one if isinstance(snr, (types.Integer, types.Float)) else None
