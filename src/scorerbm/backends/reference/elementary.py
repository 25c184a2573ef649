"""Elementary functions from IEEE basic operations only.

Library versions of exp, log and cos differ in the last digit between machines, and a sampler that
compares them with a random number would then differ too. These use additions, multiplications,
divisions and square roots in a fixed order, each correctly rounded everywhere, so the C++ twins
(compiled without contraction to fused operations) return the same bits.
"""

from __future__ import annotations

import math

import numpy as np

from ..protocol import Reals

LOG2_E = 1.4426950408889634
# ln 2 in two parts: the high one has zeros enough that k * LN2_HIGH is exact for |k| < 2^20.
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
# Adding and subtracting 1.5 * 2^52 rounds to the nearest integer, ties to even.
ROUNDING = 6755399441055744.0
SMALLEST_EXPONENT = -708.0  # exp of less would be subnormal
EXP = [1.0 / math.factorial(n) for n in range(14)]
ONE_MINUS_EXP = [1.0 / math.factorial(n + 1) for n in range(15)]
LOG = [1.0 / (2 * n + 1) for n in range(11)]
SINE = [(-1.0) ** n / math.factorial(2 * n + 1) for n in range(8)]
COSINE = [(-1.0) ** n / math.factorial(2 * n) for n in range(9)]
HALF_PI = 1.5707963267948966
QUARTER_PI = 0.7853981633974483
SQRT_HALF = 0.7071067811865476


def _horner(x: Reals, coefficients: list[float]) -> Reals:
    if np.ndim(x) == 0:  # arrays of one number take their time
        number, of_number = float(x), coefficients[-1]
        for c in coefficients[-2::-1]:
            of_number = of_number * number + c
        return np.asarray(of_number)
    total = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        total = total * x + c
    return total


def exp_nonpositive(x: Reals) -> Reals:
    """exp(x) for x ≤ 0; arguments below -708 count as -708."""
    x = np.maximum(x, SMALLEST_EXPONENT)
    k = (x * LOG2_E + ROUNDING) - ROUNDING
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    return np.ldexp(_horner(r, EXP), k.astype(np.int64))


def one_minus_exp(x: Reals) -> Reals:
    """1 - exp(x) for x ≤ 0, by its series near 0, where the difference would lose digits."""
    near = np.maximum(x, -0.5)
    return np.where(x > -0.5, -near * _horner(near, ONE_MINUS_EXP), 1.0 - exp_nonpositive(x))


def log(x: Reals) -> Reals:
    """ln(x) for normal positive x: x = m 2^e with m in [√½, √2), ln m = 2 artanh((m-1)/(m+1))."""
    m, exponent = np.frexp(x)
    small = m < SQRT_HALF
    m = np.where(small, m * 2.0, m)
    e = np.where(small, exponent - 1, exponent).astype(np.float64)
    s = (m - 1.0) / (m + 1.0)
    return e * LN2_HIGH + (2.0 * (s * _horner(s * s, LOG)) + e * LN2_LOW)


def log1p(x: Reals) -> Reals:
    """ln(1+x) for x ≥ 0, with what rounding 1+x lost added to first order."""
    u = 1.0 + x
    return log(u) + (x - (u - 1.0)) / u


def exp(x: Reals) -> Reals:
    """exp(x) for |x| ≤ 708."""
    small = exp_nonpositive(-np.abs(x))
    return np.where(x > 0.0, 1.0 / small, small)


def sin(x: Reals) -> Reals:
    """The sine of x in [0, π/2], from the series of the nearer end."""
    far = HALF_PI - x
    return np.where(x < QUARTER_PI, x * _horner(x * x, SINE), _horner(far * far, COSINE))


def cos(x: Reals) -> Reals:
    """The cosine of x in [0, π/2]."""
    return sin(HALF_PI - x)


def sigmoid(x: Reals) -> Reals:
    """σ(x), from exp(-|x|) so that neither tail cancels."""
    e = exp_nonpositive(-np.abs(x))
    return np.where(x >= 0.0, 1.0, e) / (1.0 + e)


def softplus(x: Reals) -> Reals:
    """ln(1+eˣ) = max(x, 0) + ln(1 + exp(-|x|)), absolute error near 1e-16."""
    return np.maximum(x, 0.0) + log(1.0 + exp_nonpositive(-np.abs(x)))


def logit(p: Reals) -> Reals:
    """ln(p/(1-p)) for 0 < p < 1."""
    return log(p) - log(1.0 - p)
