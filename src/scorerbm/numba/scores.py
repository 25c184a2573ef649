"""`scorerbm.score` in nopython code, with the posterior means that need no random numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.core.errors import NumbaTypeError

from ..denoise import ExactDenoiser, MeanFieldDenoiser, score
from .arguments import are_states, check_v_t
from .errors import NoNoiseError, RangeError, TooManyUnitsError
from .families import Family
from .jit import by_type, inner
from .kernels import hidden_free_energy, hidden_probability, visible_mean
from .posterior import posterior_start, tilted
from .schedules import ScheduleStruct
from .structs import Struct, represents

__all__: list[str] = []

_MOST_UNITS = ExactDenoiser().max_units


@represents(MeanFieldDenoiser)
class MeanField(Struct):
    """A `MeanFieldDenoiser`."""

    names = ("n_iterations",)

    @staticmethod
    def parts(value: Any) -> tuple[Any, ...]:
        """The fields."""
        return (int(value.n_iterations),)


@represents(ExactDenoiser)
class Exact(Struct):
    """An `ExactDenoiser`."""

    names = ("max_units",)

    @staticmethod
    def parts(value: Any) -> tuple[Any, ...]:
        """The fields."""
        return (int(value.max_units),)


@inner
def _mean_field(model: Any, v_t: Any, alpha: Any, sigma: Any, n_iterations: Any, out: Any) -> None:
    """E[v₀ | v_t] by so many fixed-point iterations."""
    posterior = tilted(model, v_t, alpha, sigma)
    posterior_start(model, v_t, alpha, sigma, out)
    h = np.empty(model.n_hidden)
    for _ in range(n_iterations):
        hidden_probability(posterior, out, h)
        visible_mean(posterior, h, out)


@inner
def _enumerated(model: Any, v_t: Any, alpha: Any, sigma: Any, max_units: Any, out: Any) -> None:
    """Σ_h p(h | v_t) E[v₀ | h, v_t]."""
    n_hidden = model.n_hidden
    if n_hidden > max_units:
        raise TooManyUnitsError(n_hidden, max_units)
    posterior = tilted(model, v_t, alpha, sigma)
    h, mean = np.empty(n_hidden), np.empty(len(out))
    largest, total = -math.inf, 0.0
    for i in range(len(out)):
        out[i] = 0.0
    for state in range(1 << n_hidden):
        for j in range(n_hidden):
            h[j] = (state >> j) & 1
        log_weight = -hidden_free_energy(posterior, h)
        if log_weight > largest:  # sums so far are in units of the largest weight
            shrunk = math.exp(largest - log_weight)
            largest, total = log_weight, total * shrunk
            for i in range(len(out)):
                out[i] *= shrunk
        weight = math.exp(log_weight - largest)
        visible_mean(posterior, h, mean)
        total += weight
        for i in range(len(out)):
            out[i] += weight * mean[i]
    for i in range(len(out)):
        out[i] /= total


def _posterior_mean(denoiser: Any, model: Any, v_t: Any, alpha: Any, sigma: Any, out: Any) -> Any:
    raise NotImplementedError  # in nopython code only


@by_type(_posterior_mean)
def _posterior_mean_by(
    denoiser: Any, model: Any, v_t: Any, alpha: Any, sigma: Any, out: Any
) -> Any:
    def mean_field(denoiser: Any, model: Any, v_t: Any, alpha: Any, sigma: Any, out: Any) -> None:
        _mean_field(model, v_t, alpha, sigma, denoiser.n_iterations, out)

    def exact(denoiser: Any, model: Any, v_t: Any, alpha: Any, sigma: Any, out: Any) -> None:
        _enumerated(model, v_t, alpha, sigma, denoiser.max_units, out)

    def default(denoiser: Any, model: Any, v_t: Any, alpha: Any, sigma: Any, out: Any) -> None:
        _enumerated(model, v_t, alpha, sigma, _MOST_UNITS, out)

    if isinstance(denoiser, MeanField):
        return mean_field
    return exact if isinstance(denoiser, Exact) else default


@inner
def _amplitudes(schedule: Any, t: Any) -> Any:
    if not t > 0.0:
        raise RangeError("t", t, "more than 0")
    if t > 1.0:
        raise RangeError("t", t, "at most 1.0")
    alpha, sigma = schedule.alpha(t), schedule.sigma(t)
    if sigma == 0.0:
        raise NoNoiseError(t)
    return alpha, sigma


@inner
def _score_of_one(denoiser: Any, model: Any, v_t: Any, alpha: Any, sigma: Any, out: Any) -> None:
    _posterior_mean(denoiser, model, v_t, alpha, sigma, out)
    for i in range(len(out)):
        out[i] = (alpha * out[i] - v_t[i]) / (sigma * sigma)


@by_type(score)
def _score(model: Any, v_t: Any, t: Any, schedule: Any, denoiser: Any = None) -> Any:
    def one(model: Any, v_t: Any, t: Any, schedule: Any, denoiser: Any = None) -> Any:
        check_v_t(v_t, model.n_visible)
        alpha, sigma = _amplitudes(schedule, t)
        out = np.empty(len(v_t))
        _score_of_one(denoiser, model, v_t, alpha, sigma, out)
        return out

    def several(model: Any, v_t: Any, t: Any, schedule: Any, denoiser: Any = None) -> Any:
        check_v_t(v_t, model.n_visible)
        alpha, sigma = _amplitudes(schedule, t)
        out = np.empty(v_t.shape)
        for r in range(len(v_t)):
            _score_of_one(denoiser, model, v_t[r], alpha, sigma, out[r])
        return out

    if not (isinstance(model, Family) and isinstance(schedule, ScheduleStruct) and are_states(v_t)):
        return None
    known = (MeanField, Exact, types.NoneType, types.Omitted)
    if denoiser is not None and not isinstance(denoiser, known):
        raise NumbaTypeError(
            f"denoiser: got {denoiser}, expected a MeanFieldDenoiser or an ExactDenoiser in "
            "nopython code"
        )
    return one if v_t.ndim == 1 else several
