"""Elementary functions of one number in double precision: twins of `reference.elementary`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..reference import elementary as reference
from .jit import as_long, as_real, helper

__all__ = ["exp_nonpositive", "log", "sigmoid", "softplus"]

_LOG2_E, _LN2_HIGH, _LN2_LOW = reference.LOG2_E, reference.LN2_HIGH, reference.LN2_LOW
_ROUNDING, _SMALLEST = reference.ROUNDING, reference.SMALLEST_EXPONENT
_SQRT_HALF = reference.SQRT_HALF
_EXP, _LOG = tuple(reference.EXP[::-1]), tuple(reference.LOG[::-1])
_MANTISSA, _HALF = np.int64((1 << 52) - 1), np.int64(1022 << 52)


@helper
def _horner(x: Any, falling: Any) -> Any:
    total = falling[0]
    for c in falling[1:]:
        total = total * x + c
    return total


@helper
def exp_nonpositive(x: Any) -> Any:
    """exp(x) for x ≤ 0; what is not a number stays so."""
    x = _SMALLEST if x < _SMALLEST else x
    shifted = x * _LOG2_E + _ROUNDING
    k = shifted - _ROUNDING
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    # The low bits of `shifted` hold the integer, which goes to the exponent.
    return as_real(as_long(_horner(r, _EXP)) + (as_long(shifted) << np.int64(52)))


@helper
def log(x: Any) -> Any:
    """ln(x) for normal positive x."""
    bits = as_long(x)
    exponent = (bits >> np.int64(52)) - np.int64(1022)
    m = as_real((bits & _MANTISSA) | _HALF)
    small = m < _SQRT_HALF
    m = m * 2.0 if small else m
    e = np.float64(exponent - np.int64(1) if small else exponent)
    s = (m - 1.0) / (m + 1.0)
    return e * _LN2_HIGH + (2.0 * (s * _horner(s * s, _LOG)) + e * _LN2_LOW)


@helper
def sigmoid(x: Any) -> Any:
    e = exp_nonpositive(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


@helper
def softplus(x: Any) -> Any:
    e = exp_nonpositive(-abs(x))
    return (x if x > 0.0 or x != x else 0.0) + log(1.0 + e)
