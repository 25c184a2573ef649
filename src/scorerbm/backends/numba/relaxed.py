"""Relaxed units in single precision and their averages: the twins of `reference.relaxed`.

Rows are of whole panels, of which the units beyond the last are some numbers that nobody looks at.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..reference import relaxed as reference
from .jit import as_int, helper
from .relaxed_noise import GROUP, draw_powers, new_room, power_of_two, scale_units

__all__ = ["average", "expectation", "relax", "sigmoid", "slope"]

_ZERO, _HALF, _ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)
_LARGEST, _SEGMENTS = reference.LARGEST, reference.SEGMENTS
_TERM = tuple(np.uint64(16 * k) for k in range(7))
_OF_SIGMOID = reference.factors(1.0)[0]


@helper
def _without_noise(x: Any, factor: Any) -> None:
    for i in range(len(x)):
        x[i] = _ONE / (power_of_two(x[i] * factor, _LARGEST) + _ONE)


@helper
def sigmoid(x: Any) -> None:
    """Turn log-odds of a flat array into units at τ = 1 without noise."""
    _without_noise(x, _OF_SIGMOID)


@helper
def relax(x: Any, by: Any, chains: Any, stream: Any, noise: Any, antithetic: Any) -> None:
    """Turn log-odds of rows into σ((x + L)/τ), L the noise of this number, or 0 if negative."""
    if noise < 0:
        _without_noise(x.reshape(-1), by[0])
        return
    room, scaled, p = new_room(), np.zeros(GROUP, np.float32), np.empty(GROUP, np.float32)
    for c in range(len(x)):
        for first in range(0, x.shape[1], GROUP):
            units = x[c, first : first + GROUP]
            scale_units(units, by, scaled)
            if antithetic and (noise & 1) == 1:  # whose numbers are those of the one before
                draw_powers(scaled, by, first, chains[c], stream, noise - 1, True, room, p)
            draw_powers(scaled, by, first, chains[c], stream, noise, antithetic, room, p)
            for j in range(len(units)):
                units[j] = _ONE / (p[j] + _ONE)


@helper
def slope(h: Any, by: Any) -> Any:
    """The derivative of a relaxed unit in its log-odds, given its value and 1/τ."""
    return (h * (_ONE - h)) * by


@helper
def _pair(p: Any, q: Any, inverse: Any) -> Any:
    """Sums over two units of h = 1/(1+p) and of h(1-h) = p h², given 1/((1+p)(1+q))."""
    h, g = (q + _ONE) * inverse, (p + _ONE) * inverse
    return ((p + _ONE) + (q + _ONE)) * inverse, (p * h) * h + (q * g) * g


@helper
def _add_units(count: Any, powers: Any, total: Any, slopes: Any) -> None:
    """Add h and, if asked for, h(1-h) of 64 units under four noises, two or one."""
    a, b, c, d = powers[0], powers[1], powers[2], powers[3]
    if count == 4:
        for j in range(GROUP):
            first, second = (a[j] + _ONE) * (b[j] + _ONE), (c[j] + _ONE) * (d[j] + _ONE)
            inverse = _ONE / (first * second)
            one, of_one = _pair(a[j], b[j], inverse * second)
            two, of_two = _pair(c[j], d[j], inverse * first)
            total[j] += one + two
            if slopes is not None:
                slopes[j] += of_one + of_two
    elif count == 2:
        for j in range(GROUP):
            both, of_both = _pair(a[j], b[j], _ONE / ((a[j] + _ONE) * (b[j] + _ONE)))
            total[j] += both
            if slopes is not None:
                slopes[j] += of_both
    else:
        for j in range(GROUP):
            h = _ONE / (a[j] + _ONE)
            total[j] += h
            if slopes is not None:
                slopes[j] += (a[j] * h) * h


@helper
def average(
    x: Any, slopes: Any, by: Any, chains: Any, stream: Any, n_noises: Any, antithetic: Any
) -> None:
    """Turn log-odds of rows into means over noises of h = σ((x + L)/τ), slopes into h(1-h)'s.

    Four noises at a time share a division, then two, then none.
    """
    share, room = np.float32(1.0 / n_noises), new_room()
    scaled, total = np.zeros(GROUP, np.float32), np.empty(GROUP, np.float32)
    powers = np.empty((4, GROUP), np.float32)
    of_total: Any = None if slopes is None else np.empty(GROUP, np.float32)
    for c in range(len(x)):
        for first in range(0, x.shape[1], GROUP):
            units = x[c, first : first + GROUP]
            scale_units(units, by, scaled)
            total[:] = _ZERO
            if slopes is not None:
                of_total[:] = _ZERO
            n = 0
            while n < n_noises:
                count = 4 if n_noises - n >= 4 else (2 if n_noises - n >= 2 else 1)
                for i in range(count):
                    draw_powers(
                        scaled, by, first, chains[c], stream, n + i, antithetic, room, powers[i]
                    )
                _add_units(count, powers, total, of_total)
                n += count
            for j in range(len(units)):
                units[j] = total[j] * share
                if slopes is not None:
                    slopes[c, first + j] = of_total[j] * share


@helper
def expectation(x: Any, scale: Any, coefficients: Any) -> None:
    """Turn log-odds of a flat array into what a table says: see `ExpectationTable`."""
    flat = coefficients.reshape(-1)
    for i in range(len(x)):
        s = abs(x[i]) * scale
        s = _SEGMENTS if s > _SEGMENTS else s
        # What is not a number has a segment too, and stays what it is by t.
        segment = np.int32(s if s == s else _ZERO)
        t = s - (np.float32(segment) + _HALF)
        at = np.uint64(segment)
        u = flat[at + _TERM[6]]
        u = u * t + flat[at + _TERM[5]]
        u = u * t + flat[at + _TERM[4]]
        u = u * t + flat[at + _TERM[3]]
        u = u * t + flat[at + _TERM[2]]
        u = u * t + flat[at + _TERM[1]]
        u = u * t + flat[at]
        x[i] = u if as_int(x[i]) < 0 else _ONE - u
