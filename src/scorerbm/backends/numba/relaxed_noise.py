"""Relaxed units p = exp(-(x + L)/τ) with logistic noise L, for 64 units of one chain at a time.

As in `reference.relaxed`, L comes as log₂(u/(1-u)) or, where 1/τ is a small whole number, as the
odds (1-u)/u, of which p takes a power.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..reference import relaxed as reference
from ..reference import single as reference_single
from .jit import as_float, as_int, helper
from .philox import word_blocks
from .single import clamp

__all__ = ["GROUP", "Powers", "draw_powers", "new_room", "power_of_two", "powers_of", "scale_units"]

GROUP = 64
Powers = tuple[np.float32, np.float32, int, np.float32]
"""-log₂(e)/τ, -1/τ, 1/τ if it is a small whole number, else 0, and the largest odds then."""

_ONE, _ROUNDING = np.float32(1.0), reference_single.ROUNDING
_LARGEST, _LARGEST_LOG2_OF_ODDS = reference.LARGEST, reference.LARGEST_LOG2_OF_ODDS
_EXP2, _ODDS = tuple(np.float32(c) for c in reference_single.EXP2), reference.ODDS
_UNIT, _HALF_UNIT = np.float32(2.0**-32), np.float32(2.0**-33)
_MANTISSA, _HALF_EXPONENT = np.int32(23), np.int32(0x00400000)
_OF_ODDS = reference.factors(1.0)[0]


def powers_of(tau: float) -> Powers:
    """What kernels take of τ."""
    whole = reference.whole_power(tau)
    return *reference.factors(tau), whole, np.float32(2 ** (31 // whole) if whole > 0 else 1)


@helper
def power_of_two(y: Any, largest: Any) -> Any:
    """2^y, y at most so large in magnitude."""
    y = clamp(y, largest)
    shifted = y + _ROUNDING
    f = y - (shifted - _ROUNDING)
    square = f * f
    low, middle, high = f * _EXP2[1] + _EXP2[0], f * _EXP2[3] + _EXP2[2], f * _EXP2[5] + _EXP2[4]
    power = (high * square + middle) * square + low
    return as_float(np.int32(as_int(power) + np.int32(as_int(shifted) << _MANTISSA)))


@helper
def _distance(word: Any) -> Any:
    """Of u from the nearer end of [0, 1]."""
    return np.float32(np.int32(word & np.uint32(0x7FFFFFFF))) * _UNIT + _HALF_UNIT


@helper
def _ratio(word: Any) -> Any:
    """Numerator and denominator of the ratio, and the exponent, of a word's u/(1-u)."""
    u = _distance(word)
    rest = _ONE - u
    bits = as_int(u)
    e = np.int32(np.int32(bits - as_int(rest) + _HALF_EXPONENT) >> _MANTISSA)
    m = as_float(np.int32(bits - np.int32(e << _MANTISSA)))
    return rest - m, rest + m, np.float32(e)


@helper
def _signed_log2(word: Any, s: Any, exponent: Any) -> Any:
    z = s * s
    magnitude = s * ((z * _ODDS[2] + _ODDS[1]) * z + _ODDS[0]) - exponent
    return magnitude if np.int32(word) < 0 else -magnitude


@helper
def _log2_odds(words: Any, out: Any) -> None:
    """log₂(u/(1-u)) of 16 blocks."""
    for i in range(np.uint64(16)):
        n0, d0, e0 = _ratio(words[0, i])
        n1, d1, e1 = _ratio(words[1, i])
        n2, d2, e2 = _ratio(words[2, i])
        n3, d3, e3 = _ratio(words[3, i])
        d01, d23 = d0 * d1, d2 * d3  # one division, which is slow, for all four
        inverse = _ONE / (d01 * d23)
        i01, i23 = inverse * d23, inverse * d01
        out[i] = _signed_log2(words[0, i], (n0 * d1) * i01, e0)
        out[np.uint64(16) + i] = _signed_log2(words[1, i], (n1 * d0) * i01, e1)
        out[np.uint64(32) + i] = _signed_log2(words[2, i], (n2 * d3) * i23, e2)
        out[np.uint64(48) + i] = _signed_log2(words[3, i], (n3 * d2) * i23, e3)


@helper
def _ends(word: Any) -> Any:
    """1-u and u, which is the larger one if the top bit is set."""
    near = _distance(word)
    far, above = _ONE - near, np.int32(word) < 0
    return (near if above else far), (far if above else near)


@helper
def _inverse_odds(words: Any, out: Any) -> None:
    """(1-u)/u of 16 blocks; two of them share a division."""
    for i in range(np.uint64(16)):
        (r0, u0), (r1, u1) = _ends(words[0, i]), _ends(words[1, i])
        (r2, u2), (r3, u3) = _ends(words[2, i]), _ends(words[3, i])
        i01, i23 = _ONE / (u0 * u1), _ONE / (u2 * u3)
        out[i] = (r0 * u1) * i01
        out[np.uint64(16) + i] = (r1 * u0) * i01
        out[np.uint64(32) + i] = (r2 * u3) * i23
        out[np.uint64(48) + i] = (r3 * u2) * i23


@helper
def new_room() -> Any:
    """Room for words, for numbers and for bases of powers."""
    return (
        np.empty((4, 16), np.uint32), np.empty(GROUP, np.float32), np.empty(GROUP, np.float32),
    )  # fmt: skip


@helper
def scale_units(x: Any, by: Any, out: Any) -> None:
    """What `draw_powers` takes of log-odds x: x times -log₂(e)/τ, or exp(-x)."""
    of_log_odds, _, whole, _ = by
    if whole == 0:
        for j in range(len(x)):
            out[j] = x[j] * of_log_odds
        return
    for j in range(len(x)):
        out[j] = power_of_two(x[j] * _OF_ODDS, _LARGEST_LOG2_OF_ODDS)


@helper
def _whole_powers(scaled: Any, odds: Any, by: Any, mirrored: Any, base: Any, out: Any) -> None:
    """Squares and products from the power's top bit down."""
    _, _, whole, most = by
    least, bits = _ONE / most, 0
    for j in range(GROUP):
        b = scaled[j] * (_ONE / odds[j] if mirrored else odds[j])
        b = least if b < least else b
        base[j] = most if b > most else b
    for j in range(GROUP):
        out[j] = base[j]
    while whole >> (bits + 1) > 0:
        bits += 1
    for bit in range(bits - 1, -1, -1):
        for j in range(GROUP):
            out[j] = out[j] * out[j]
        if (whole >> bit) & 1:
            for j in range(GROUP):
                out[j] = out[j] * base[j]


@helper
def _powers(scaled: Any, by: Any, mirrored: Any, room: Any, out: Any) -> None:
    _, numbers, base = room
    _, of_noise, whole, _ = by
    if whole > 0:
        _whole_powers(scaled, numbers, by, mirrored, base, out)
        return
    factor = -of_noise if mirrored else of_noise
    for j in range(GROUP):
        out[j] = power_of_two(scaled[j] + numbers[j] * factor, _LARGEST)


@helper
def draw_powers(
    scaled: Any, by: Any, first: Any, chain: Any, stream: Any, noise: Any, antithetic: Any,
    room: Any, out: Any,
) -> None:  # fmt: skip
    """Powers p of 64 units from ``first`` on under a noise; antithetic ones come in their order."""
    mirrored = antithetic and (noise & 1) == 1
    # A mirrored noise takes the numbers that the one before it has left.
    if not mirrored:
        words, numbers, _ = room
        (key, step, domain), number = stream, noise >> 1 if antithetic else noise
        word_blocks(first // 4, chain, step, domain | (number << 8), key, words)
        if by[2] == 0:
            _log2_odds(words, numbers)
        else:
            _inverse_odds(words, numbers)
    _powers(scaled, by, mirrored, room, out)
