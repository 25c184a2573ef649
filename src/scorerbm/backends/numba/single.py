"""Elementary functions in single precision, one number each: the twins of `reference.single`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..reference import single as reference
from .jit import as_float, as_int, helper

__all__ = ["clamp", "exp2", "log2", "logistic", "normal_pair", "sigmoid"]

_ONE, _HALF_PI, _LN_2 = np.float32(1.0), reference.HALF_PI, reference.LN_2
_LARGEST, _ROUNDING = reference.LARGEST_POWER, reference.ROUNDING
_MINUS_LOG2_E = -reference.LOG2_E
_SQRT_HALF = np.int32(reference.SQRT_HALF)
_EXP2, _LOG2, _SINE, _COSINE = (
    tuple(np.float32(c) for c in falling[::-1])
    for falling in (reference.EXP2, reference.LOG2, reference.SINE, reference.COSINE)
)
_TO_UNIT, _HALF_UNIT = np.float32(2.0**-31), np.float32(2.0**-32)
_QUARTER_UNIT, _TURN = np.float32(2.0**-33), np.float32(2.0**-32) * reference.HALF_PI
_MINUS_TWO_LN_2 = np.float32(-2.0) * reference.LN_2
_MANTISSA_BITS = np.int32(23)


@helper
def _horner(x: Any, falling: Any) -> Any:
    total = falling[0]
    for c in falling[1:]:
        total = total * x + c
    return total


@helper
def clamp(x: Any, most: Any) -> Any:
    """x, at most so large in magnitude; what is not a number stays so."""
    x = -most if x < -most else x
    return most if x > most else x


@helper
def exp2(y: Any) -> Any:
    y = clamp(y, _LARGEST)
    shifted = y + _ROUNDING
    f = y - (shifted - _ROUNDING)
    # The low bits of `shifted` hold the integer, which goes to the exponent.
    return as_float(
        np.int32(as_int(_horner(f, _EXP2)) + np.int32(as_int(shifted) << _MANTISSA_BITS))
    )


@helper
def log2(x: Any) -> Any:
    bits = as_int(x)
    e = np.int32(np.int32(bits - _SQRT_HALF) >> _MANTISSA_BITS)
    m = as_float(np.int32(bits - np.int32(e << _MANTISSA_BITS)))
    s = (m - _ONE) / (m + _ONE)
    return np.float32(e) + s * _horner(s * s, _LOG2)


@helper
def sigmoid(x: Any) -> Any:
    return _ONE / (exp2(x * _MINUS_LOG2_E) + _ONE)


@helper
def normal_pair(radius_word: Any, angle_word: Any) -> Any:
    """Two normal numbers by Box and Muller."""
    u = np.float32(np.int32(radius_word >> np.uint32(1))) * _TO_UNIT + _HALF_UNIT
    radius = np.sqrt(log2(u) * _MINUS_TWO_LN_2)
    d = np.float32(np.int32(np.uint32(angle_word << np.uint32(2)))) * _TURN
    square = d * d
    sine, cosine = d * _horner(square, _SINE), _horner(square, _COSINE)
    quadrant = np.int32(angle_word >> np.uint32(30))
    odd = (quadrant & 1) == 1
    first, second = (sine, cosine) if odd else (cosine, sine)
    first = -first if quadrant == 1 or quadrant == 2 else first
    second = -second if quadrant >= 2 else second
    return radius * first, radius * second


@helper
def logistic(word: Any) -> Any:
    low = np.int32(word & np.uint32(0x7FFFFFFF))
    u = np.float32(low) * _HALF_UNIT + _QUARTER_UNIT
    magnitude = log2((_ONE - u) / u) * _LN_2
    return magnitude if np.int32(word) < 0 else -magnitude
