"""The tilt of models by a noisy observation in nopython code."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.core.errors import NumbaTypeError
from numba.extending import intrinsic, overload_method

from ..backends.numba.elementary import sigmoid as logistic
from .arguments import are_states, check_v_t
from .errors import FiniteError, RangeError
from .families import Bernoulli, Family
from .jit import by_type, inner
from .structs import replaced

__all__ = ["posterior_start", "tilted"]


@intrinsic
def _with_field(_context: Any, model: Any, field: Any) -> Any:
    """The model with another visible bias."""
    return replaced(model, {"visible_bias": 0, "_field": 0}, field)


@intrinsic
def _with_precision(_context: Any, model: Any, field: Any, precision: Any) -> Any:
    """The model with other η and precisions, and no parameters until they are asked for."""
    of = {"_weights": None, "_visible_bias": None, "_sigma": None, "_field": 0, "_precision": 1}
    return replaced(model, of, field, precision)


def tilted(model: Any, v_t: Any, alpha: Any, sigma: Any) -> Any:
    """The posterior given one observation."""
    raise NotImplementedError  # in nopython code only


@by_type(tilted)
def _tilted(model: Any, v_t: Any, alpha: Any, sigma: Any) -> Any:
    def of_bits(model: Any, v_t: Any, alpha: Any, sigma: Any) -> Any:
        rate = alpha / (sigma * sigma)
        field = np.empty(len(v_t))
        for i in range(len(v_t)):
            field[i] = model._field[i] + rate * (v_t[i] - 0.5 * alpha)
        return _with_field(model, field)

    def of_numbers(model: Any, v_t: Any, alpha: Any, sigma: Any) -> Any:
        rate = alpha / (sigma * sigma)
        if not math.isfinite(alpha * rate):
            raise RangeError("sigma", sigma, "alpha²/sigma² to be finite")
        field, precision = np.empty(len(v_t)), np.empty(len(v_t))
        for i in range(len(v_t)):
            field[i] = model._field[i] + rate * v_t[i]
            precision[i] = model._precision[i] + alpha * rate
        return _with_precision(model, field, precision)

    return of_bits if isinstance(model, Bernoulli) else of_numbers


def posterior_start(model: Any, v_t: Any, alpha: Any, sigma: Any, out: Any) -> Any:
    """Mean of v given an observation as if the units were independent."""
    raise NotImplementedError


@by_type(posterior_start)
def _posterior_start(model: Any, v_t: Any, alpha: Any, sigma: Any, out: Any) -> Any:
    def of_bits(model: Any, v_t: Any, alpha: Any, sigma: Any, out: Any) -> None:
        rate = alpha / (sigma * sigma)
        for i in range(len(v_t)):
            out[i] = logistic(model._start[i] + rate * (v_t[i] - 0.5 * alpha))

    def of_numbers(model: Any, v_t: Any, alpha: Any, sigma: Any, out: Any) -> None:
        rate = alpha / (sigma * sigma)
        for i in range(len(v_t)):
            field = model._start_field[i] + rate * v_t[i]
            out[i] = field / (model._start_precision[i] + alpha * rate)

    return of_bits if isinstance(model, Bernoulli) else of_numbers


@inner
def _check_channel(alpha: Any, sigma: Any) -> None:
    if not math.isfinite(alpha):
        raise FiniteError("alpha", alpha)
    if not math.isfinite(sigma):
        raise FiniteError("sigma", sigma)
    if not sigma > 0.0:
        raise RangeError("sigma", sigma, "more than 0")


def _is_one(v_t: Any, alpha: Any, sigma: Any) -> bool:
    numbers = (types.Integer, types.Float)
    if not (are_states(v_t) and isinstance(alpha, numbers) and isinstance(sigma, numbers)):
        return False
    if v_t.ndim != 1:
        raise NumbaTypeError("v_t: got several observations, expected one in nopython code")
    return True


@overload_method(Family, "tilt")
def _tilt(model: Any, v_t: Any, alpha: Any, sigma: Any) -> Any:
    def tilt(model: Any, v_t: Any, alpha: Any, sigma: Any) -> Any:
        check_v_t(v_t, model.n_visible)
        _check_channel(alpha, sigma)
        return tilted(model, v_t, alpha, sigma)

    return tilt if _is_one(v_t, alpha, sigma) else None


@overload_method(Family, "posterior_start")
def _start(model: Any, v_t: Any, alpha: Any, sigma: Any) -> Any:
    def start(model: Any, v_t: Any, alpha: Any, sigma: Any) -> Any:
        check_v_t(v_t, model.n_visible)
        _check_channel(alpha, sigma)
        out = np.empty(len(v_t))
        posterior_start(model, v_t, alpha, sigma, out)
        return out

    return start if _is_one(v_t, alpha, sigma) else None
