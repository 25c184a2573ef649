"""Elementary functions in single precision: the twins of `csrc/kernels/single.h`.

From IEEE basic operations on float32 in a fixed order, so that the C++ kernels return the same
bits. Errors are relative and come from rounding, a few 2⁻²⁴, unless said otherwise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..protocol import Floats, Words

LOG2_E = np.float32(1.44269504)
LN_2 = np.float32(0.693147182)
HALF_PI = np.float32(1.57079637)
LARGEST_POWER = np.float32(126.0)  # 2¹²⁶ and its inverse are normal numbers
ROUNDING = np.float32(12582912.0)  # adding and subtracting it rounds to the nearest integer
SQRT_HALF = 0x3F3504F3  # the bits of √½
# Minimax in the relative error: 2^f on [-½, ½] within 8e-8; 2 artanh(s)/(s ln 2) for s² ≤ 0.0295
# within 1.2e-7; sin(d)/d and cos(d) on [-π/4, π/4] within 4e-8.
EXP2 = (1.00000012, 0.693146944, 0.240221202, 0.0555071346, 0.00967554096, 0.00132764666)
LOG2 = (2.88539052, 0.961588264, 0.595782518)
SINE = (1.0, -0.166666508, 0.00833201595, -0.000195017885)
COSINE = (0.99999994, -0.49999842, 0.0416541543, -0.00135793723)

_Ints = NDArray[np.int32]


def _horner(x: Floats, terms: tuple[float, ...]) -> Floats:
    total = np.full_like(x, terms[-1])
    for term in reversed(terms[:-1]):
        total = total * x + np.float32(term)
    return total


def exp2(y: Floats) -> Floats:
    """2^y; beyond 126 in magnitude y counts as that."""
    y = np.minimum(np.maximum(y, -LARGEST_POWER), LARGEST_POWER)
    shifted = y + ROUNDING
    f = y - (shifted - ROUNDING)
    # The low bits of `shifted` hold the integer, which goes to the exponent.
    bits: NDArray[np.uint32] = _horner(f, EXP2).view(np.uint32)
    power: NDArray[np.uint32] = bits + (shifted.view(np.uint32) << np.uint32(23))
    result: Floats = power.view(np.float32)
    return result


def log2(x: Floats) -> Floats:
    """log₂ x of a normal positive x = m 2^e with m in [√½, √2)."""
    bits: _Ints = np.ascontiguousarray(x).view(np.int32)
    e: _Ints = (bits - np.int32(SQRT_HALF)) >> np.int32(23)
    m: Floats = (bits - (e << np.int32(23))).view(np.float32)
    s: Floats = (m - np.float32(1.0)) / (m + np.float32(1.0))
    result: Floats = e.astype(np.float32) + s * _horner(s * s, LOG2)
    return result


def sigmoid(x: Floats) -> Floats:
    """σ(x) = 1/(1 + e⁻ˣ)."""
    one = np.float32(1.0)
    return one / (exp2(x * -LOG2_E) + one)


def normal_pair(radius_word: Words, angle_word: Words) -> tuple[Floats, Floats]:
    """Two normal numbers by Box and Muller.

    31 bits of the first word choose the radius, which ends at 6.7; the top two bits of the second
    the quadrant.
    """
    positive = (radius_word >> np.uint32(1)).astype(np.int32)
    u = positive.astype(np.float32) * np.float32(2.0**-31) + np.float32(2.0**-32)
    radius = np.sqrt(log2(u) * (np.float32(-2.0) * LN_2))
    turned: _Ints = (angle_word << np.uint32(2)).view(np.int32)
    d = turned.astype(np.float32) * (np.float32(2.0**-32) * HALF_PI)
    square = d * d
    sine, cosine = d * _horner(square, SINE), _horner(square, COSINE)
    quadrant = angle_word >> np.uint32(30)
    odd = (quadrant & np.uint32(1)) == 1
    first, second = np.where(odd, sine, cosine), np.where(odd, cosine, sine)
    # Turning by a right angle maps (x, y) to (-y, x).
    first = np.where((quadrant == 1) | (quadrant == 2), -first, first)
    second = np.where(quadrant >= 2, -second, second)
    return radius * first, radius * second


def logistic(word: Words) -> Floats:
    """ln(u/(1-u)) of a uniform u, positive if the word's top bit is set.

    The other 31 bits are the distance from the nearer end, so that both tails reach 22.9.
    """
    low = (word & np.uint32(0x7FFFFFFF)).astype(np.int32)
    u = low.astype(np.float32) * np.float32(2.0**-32) + np.float32(2.0**-33)
    magnitude = log2((np.float32(1.0) - u) / u) * LN_2
    return np.where(word >> np.uint32(31) == 1, magnitude, -magnitude)


def in_order(numbers: tuple[Floats, Floats, Floats, Floats], width: int) -> Floats:
    """Numbers 0 to 3 of blocks, (C, 16 G) each, in the order of units, (C, width).

    Unit i belongs to the group ⌊i/64⌋ of 64 units and 16 blocks: with j = i mod 64 its block is
    j mod 16 of the group, its number ⌊j/16⌋. So a kernel needs no shuffling.
    """
    chains, blocks = numbers[0].shape
    grouped = np.stack([x.reshape(chains, blocks // 16, 16) for x in numbers], axis=2)
    return np.ascontiguousarray(grouped.reshape(chains, 4 * blocks)[:, :width])
