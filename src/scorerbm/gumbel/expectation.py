"""Expectation of a relaxed unit over its noise."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..backends.protocol import ExpectationTable, Reals
from ..backends.reference.elementary import exp, sigmoid

__all__ = ["expectation_table"]

_RANGE = 18.0  # in units of max(1, τ); beyond it g is within 3e-7 of 0 or 1
_SEGMENTS = 16  # a register of AVX-512, two of AVX2
_NODES = (0.487464, 0.390916, 0.216942, 0.0, -0.216942, -0.390916, -0.487464)  # Chebyshev's
_SPACING = 0.5  # of the quadrature
_QUADRATURE_RANGE = 45.0  # beyond which less than 1e-19 of the noise lies


@lru_cache(maxsize=64)
def expectation_table(tau: float) -> ExpectationTable:
    r"""Return a table of :math:`g(x, \tau) = E_u[\sigma((x + \sigma^{-1}(u))/\tau)]`, u ~ U(0, 1).

    The expectation of `relaxed_bernoulli` over its noise, to 3e-7 at any τ > 0. What averaging S
    noises estimates, this returns without noise.

    Notes
    -----
    g is the probability of :math:`\tau L_2 - L_1 < x` for independent standard logistic numbers
    L₁ and L₂. In y = x/max(1, τ) and ρ = min(τ, 1/τ) it is therefore E[σ(y + ρL)] at any τ. The
    poles of σ(y + ρL) in L are π/ρ and those of the density of L are π from the real line, so the
    trapezoidal rule with steps of ½ errs by exp(-4π²) only. For τ = 1,
    g(x) = (1 - r + r ln r)/(1 - r)² with r = e⁻ˣ.

    The tail 1 - g(|x|) is interpolated by a polynomial of degree 6 on each of 16 segments;
    g(-x) = 1 - g(x).
    """
    wide = max(1.0, tau)
    width = _RANGE / _SEGMENTS
    middles = width * (np.arange(_SEGMENTS) + 0.5)
    points = middles + width * np.array(_NODES)[:, None]
    values = _tail(points, min(tau, 1.0 / tau))
    coefficients = np.array(_monomials(list(values)), dtype=np.float32)
    coefficients.setflags(write=False)
    return ExpectationTable(np.float32(1.0 / (width * wide)), coefficients)


def _tail(y: Reals, rho: float) -> Reals:
    """E[σ(ρL - y)]."""
    total = np.zeros_like(y)
    n = round(_QUADRATURE_RANGE / _SPACING)
    nodes = _SPACING * np.arange(-n, n + 1)
    e = exp(-np.abs(nodes))
    for node, weight in zip(nodes, _SPACING * e / ((1.0 + e) * (1.0 + e)), strict=True):
        total = total + weight * sigmoid(rho * node - y)
    return total


def _monomials(values: list[Reals]) -> list[Reals]:
    """Coefficients of the polynomials through values at `_NODES`: Newton's form, multiplied out."""
    newton, last = list(values), len(values) - 1
    for order in range(1, last + 1):
        for j in range(last, order - 1, -1):
            newton[j] = (newton[j] - newton[j - 1]) / (_NODES[j] - _NODES[j - order])
    coefficients = [newton[last]]
    for j in range(last - 1, -1, -1):
        lower = [newton[j], *coefficients]
        for power, coefficient in enumerate(coefficients):
            lower[power] = lower[power] - _NODES[j] * coefficient
        coefficients = lower
    return coefficients
