"""Relaxed units in single precision, and their averages over noises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from ..protocol import ExpectationTable, Floats, Key, Words
from . import philox, single

__all__ = ["Noise", "average", "expectation", "factors", "noisy", "relax", "slope", "whole_power"]

LARGEST_POWER = 10
"""Of units at a whole 1/τ: beyond, rounding grows and little is gained."""

SEGMENTS = np.float32(16.0 - 2.0**-20)
LARGEST = np.float32(30.0)
LARGEST_LOG2_OF_ODDS = np.float32(62.0)
_ONE = np.float32(1.0)
# Minimax on these ratios: 2 artanh(s)/(s ln 2) for s² ≤ 0.0402 within 4e-7.
ODDS = (np.float32(2.885391), np.float32(0.9614028), np.float32(0.6028789))

_Words = tuple[Words, Words, Words, Words]
_Numbers = tuple[Floats, Floats, Floats, Floats]


class Noise:
    """Logistic noise L of a layer's units under a key."""

    def __init__(self, chains: Words, key: Key, domain: int, antithetic: bool) -> None:
        self._chains, self._key, self._domain = chains, key, domain
        self._antithetic = antithetic

    def log2_odds(self, width: int, step: int, noise: int) -> Floats:
        """L/ln 2 = log₂(u/(1-u)), with the u of `single.logistic`."""
        numbers = self._numbers(_log2_odds, width, step, noise)
        return -numbers if self._mirrors(noise) else numbers

    def inverse_odds(self, width: int, step: int, noise: int) -> Floats:
        """exp(-L) = (1-u)/u."""
        numbers = self._numbers(_inverse_odds, width, step, noise)
        return _ONE / numbers if self._mirrors(noise) else numbers

    def _mirrors(self, noise: int) -> bool:
        return self._antithetic and noise & 1 == 1

    def _numbers(
        self, form: Callable[[_Words], _Numbers], width: int, step: int, noise: int
    ) -> Floats:
        number = noise >> 1 if self._antithetic else noise
        block = np.arange((width + 63) // 64 * 16)
        words = philox.philox(
            block[None, :], self._chains[:, None], step, self._domain | number << 8, self._key
        )
        return single.in_order(form(words), width)


def _distance(word: Words) -> Floats:
    """Of u from the nearer end of [0, 1]."""
    low = (word & np.uint32(0x7FFFFFFF)).astype(np.int32)
    return low.astype(np.float32) * np.float32(2.0**-32) + np.float32(2.0**-33)


def _log2_odds(words: _Words) -> _Numbers:
    """log₂(u/(1-u)): s P(s²) - e with the sign of the top bit.

    With e the difference of the exponents, u 2⁻ᵉ and 1-u are within a factor 1.51 of each other.
    Four ratios s share a division.
    """
    numerators, denominators, exponents = zip(*map(_ratio, words), strict=True)
    n0, n1, n2, n3 = numerators
    d0, d1, d2, d3 = denominators
    d01, d23 = d0 * d1, d2 * d3
    inverse = _ONE / (d01 * d23)
    i01, i23 = inverse * d23, inverse * d01
    ratios = (n0 * d1) * i01, (n1 * d0) * i01, (n2 * d3) * i23, (n3 * d2) * i23
    w0, w1, w2, w3 = map(_signed_log2, words, ratios, exponents)
    return w0, w1, w2, w3


def _ratio(word: Words) -> tuple[Floats, Floats, Floats]:
    u = _distance(word)
    rest = _ONE - u
    bits = u.view(np.int32)
    e = (bits - rest.view(np.int32) + np.int32(0x00400000)) >> np.int32(23)
    m = (bits - (e << np.int32(23))).view(np.float32)
    return rest - m, rest + m, e.astype(np.float32)


def _signed_log2(word: Words, s: Floats, exponent: Floats) -> Floats:
    z = s * s
    magnitude = s * ((z * ODDS[2] + ODDS[1]) * z + ODDS[0]) - exponent
    return np.where(word >> np.uint32(31) == 1, magnitude, -magnitude)


def _inverse_odds(words: _Words) -> _Numbers:
    """(1-u)/u. Two of them share a division."""
    (r0, u0), (r1, u1), (r2, u2), (r3, u3) = map(_ends, words)
    i01, i23 = _ONE / (u0 * u1), _ONE / (u2 * u3)
    return (r0 * u1) * i01, (r1 * u0) * i01, (r2 * u3) * i23, (r3 * u2) * i23


def _ends(word: Words) -> tuple[Floats, Floats]:
    """1-u and u, which is the larger one if the top bit is set."""
    near = _distance(word)
    far, above = _ONE - near, word >> np.uint32(31) == 1
    return np.where(above, near, far), np.where(above, far, near)


def factors(tau: float) -> tuple[np.float32, np.float32]:
    """-log₂(e)/τ and -1/τ: what log-odds and the noise are multiplied by."""
    return np.float32(-1.4426950408889634 / tau), np.float32(-1.0 / tau)


def whole_power(tau: float) -> int:
    """1/τ if that is a whole number, 1 to `LARGEST_POWER`, else 0."""
    inverse = 1.0 / tau
    return int(inverse) if inverse <= LARGEST_POWER and inverse == int(inverse) else 0


def _powers(
    x: Floats, noise: Noise, step: int, noises: Iterable[int], tau: float
) -> Iterator[Floats]:
    """exp(-(x + L)/τ) of each noise, cut off where a unit is 0 or 1 to 2⁻²⁴ or less.

    If 1/τ is a small whole number n it is (exp(-x) exp(-L))ⁿ, without a logarithm of the noise.
    """
    width, power = x.shape[1], whole_power(tau)
    if power == 0:
        of_log_odds, of_noise = factors(tau)
        scaled = x * of_log_odds
        for n in noises:
            yield _exp2(_clamp(scaled + noise.log2_odds(width, step, n) * of_noise, LARGEST))
        return
    log2 = _clamp(x * factors(1.0)[0], LARGEST_LOG2_OF_ODDS)
    inverse_odds, most = _exp2(log2), np.float32(2 ** (31 // power))
    for n in noises:
        base = inverse_odds * noise.inverse_odds(width, step, n)
        yield _whole_power(np.minimum(np.maximum(base, _ONE / most), most), power)


def _whole_power(base: Floats, power: int) -> Floats:
    """Squares and products from the power's top bit down."""
    result = base
    for bit in bin(power)[3:]:
        result = result * result
        if bit == "1":
            result = result * base
    return result


def _clamp(y: Floats, largest: np.float32) -> Floats:
    return np.minimum(np.maximum(y, -largest), largest)


def _exp2(y: Floats) -> Floats:
    """2^y as `single.exp2` has it, but for the order in which the polynomial is summed."""
    c0, c1, c2, c3, c4, c5 = map(np.float32, single.EXP2)
    shifted = y + single.ROUNDING
    f = y - (shifted - single.ROUNDING)
    square = f * f
    power = ((f * c5 + c4) * square + (f * c3 + c2)) * square + (f * c1 + c0)
    bits: NDArray[np.uint32] = power.view(np.uint32)
    scaled: NDArray[np.uint32] = bits + (shifted.view(np.uint32) << np.uint32(23))
    return scaled.view(np.float32)


def relax(x: Floats, tau: float) -> Floats:
    """σ(x/τ)."""
    power = _exp2(_clamp(x * factors(tau)[0], LARGEST))
    return _ONE / (power + _ONE)


def noisy(x: Floats, noise: Noise, step: int, number: int, tau: float) -> Floats:
    """σ((x + L)/τ) with the noise of a number."""
    (power,) = _powers(x, noise, step, (number,), tau)
    return _ONE / (power + _ONE)


def slope(h: Floats, tau: float) -> Floats:
    """The derivative of `relax` in x, given its value."""
    return (h * (_ONE - h)) * np.float32(1.0 / tau)


def average(x: Floats, noise: Noise, step: int, n_noises: int, tau: float) -> tuple[Floats, Floats]:
    """Means over noises of h = σ((x + L)/τ) and of h(1-h).

    Four noises at a time share a division, then two, then none.
    """
    powers = list(_powers(x, noise, step, range(n_noises), tau))
    total, slopes = np.zeros_like(x), np.zeros_like(x)
    for n in range(0, n_noises - n_noises % 4, 4):
        p, q, r, s = powers[n : n + 4]
        first, second = _product(p, q), _product(r, s)
        inverse = _ONE / (first * second)
        one, two = _pair(p, q, inverse * second), _pair(r, s, inverse * first)
        total, slopes = total + (one[0] + two[0]), slopes + (one[1] + two[1])
    if n_noises % 4 >= 2:
        p, q = powers[n_noises - n_noises % 4 :][:2]
        inverse = _ONE / _product(p, q)
        pair = _pair(p, q, inverse)
        total, slopes = total + pair[0], slopes + pair[1]
    if n_noises % 2 == 1:
        h = _ONE / (powers[-1] + _ONE)
        total, slopes = total + h, slopes + (powers[-1] * h) * h
    share = np.float32(1.0 / n_noises)
    return total * share, slopes * share


def _product(p: Floats, q: Floats) -> Floats:
    return (p + _ONE) * (q + _ONE)


def _pair(p: Floats, q: Floats, inverse: Floats) -> tuple[Floats, Floats]:
    """Sums over a pair of h = 1/(1+p) and of h(1-h) = p h², given 1/((1+p)(1+q))."""
    h, g = (q + _ONE) * inverse, (p + _ONE) * inverse
    return ((p + _ONE) + (q + _ONE)) * inverse, (p * h) * h + (q * g) * g


def expectation(x: Floats, table: ExpectationTable) -> Floats:
    """See `ExpectationTable`."""
    s = np.minimum(np.abs(x) * table.scale, SEGMENTS)
    # What is not a number has a segment too, and stays what it is by t.
    i = np.where(np.isnan(s), np.float32(0.0), s).astype(np.int32)
    t = s - (i.astype(np.float32) + np.float32(0.5))
    u = table.coefficients[-1][i]
    for coefficients in table.coefficients[-2::-1]:
        u = u * t + coefficients[i]
    found: Floats = np.where(np.signbit(x), u, _ONE - u)
    return found
