"""Rounding a Bernoulli RBM to an integer grid, so that sums over its units are exact.

Exact sums have no order: chains are the same on any backend, thread count and CPU. The sampled
model is the RBM rounded *once* to multiples of 1/S, S a power of two.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..backends.protocol import Counts, IntegerRBM, Reals

__all__ = ["WeightGrid", "grid_error", "round_weights"]

SATURATION = 40.0
"""A bias this far beyond the largest sum of weights acts as an infinite one: exp(-40) = 4e-18."""

_LARGEST = 2.0**31 - 1
_COARSEST = 16.0
_FINEST = 2.0**24  # float32 has 24 significant bits


def _one_sided(weights: Reals, axis: int) -> float:
    """Largest magnitude that a sum over any subset of units can reach."""
    positive = np.maximum(weights, 0.0).sum(axis=axis)
    negative = np.maximum(-weights, 0.0).sum(axis=axis)
    return float(max(positive.max(initial=0.0), negative.max(initial=0.0)))


class WeightGrid(NamedTuple):
    """Weights rounded to multiples of 1/scale, and the largest biases that matter beside them."""

    weights: Counts
    """(N, M)"""
    transposed: Counts
    """(M, N)"""
    scale: float
    visible_limit: float
    hidden_limit: float

    def with_biases(self, visible: Reals, hidden: Reals) -> IntegerRBM:
        """Round the biases too: (N,) or (C, N), and (M,)."""
        return IntegerRBM(
            self.weights,
            self.transposed,
            _round_bias(visible, self.scale, self.visible_limit),
            _round_bias(hidden, self.scale, self.hidden_limit),
            self.scale,
        )


def round_weights(weights: Reals, saturation: float = SATURATION) -> WeightGrid:
    """Round weights to the finest power-of-two grid on which every sum fits 32 bits.

    With |bias| ≤ sum + 40, a bias and any subset of the weights reach at most 2 sum + 40, and one
    more unit of the grid for each rounded term. A larger saturation keeps larger biases.

    Raises
    ------
    OverflowError
        If the weights are so large that no grid of at least 1/16 fits.
    """
    visible, hidden = _one_sided(weights, 1), _one_sided(weights, 0)
    reach = 2.0 * max(visible, hidden) + saturation
    _, exponent = math.frexp((_LARGEST - max(weights.shape) - 1) / reach)
    fitting = math.ldexp(0.5, exponent)  # the largest power of two not above that
    if not fitting >= _COARSEST:
        raise OverflowError(
            f"weights: sums of weights and biases reach {reach:.3g}, beyond what a 32-bit grid "
            "represents; the model has diverged"
        )
    scale = float(min(_FINEST, fitting))
    rounded = np.rint(weights * scale).astype(np.int32)
    return WeightGrid(
        np.ascontiguousarray(rounded),
        np.ascontiguousarray(rounded.T),
        scale,
        visible + saturation,
        hidden + saturation,
    )


def _round_bias(bias: Reals, scale: float, limit: float) -> Counts:
    # In place: with a bias for every chain, new memory would cost more than the arithmetic.
    rounded = np.clip(bias, -limit, limit)
    rounded *= scale
    return np.rint(rounded, out=rounded).astype(np.int32)


def grid_error(weights: Reals, visible_bias: Reals, hidden_bias: Reals, grid: IntegerRBM) -> float:
    """Largest error of any unit's log-odds, over all states of the other layer.

    Saturated units, which are constant to 4e-18, count as exact.
    """
    dw = grid.weights / grid.scale - weights
    db = grid.visible_bias / grid.scale - visible_bias
    dc = grid.hidden_bias / grid.scale - hidden_bias
    db, dc = (np.where(np.abs(d) > 1.0 / grid.scale, 0.0, d) for d in (db, dc))
    return max(_largest_sum(db, dw, 1), _largest_sum(dc, dw, 0))


def _largest_sum(bias: Reals, weights: Reals, axis: int) -> float:
    """Largest magnitude of a bias and any subset of its unit's weights."""
    high = bias + np.maximum(weights, 0.0).sum(axis=axis)
    low = bias + np.minimum(weights, 0.0).sum(axis=axis)
    return float(max(high.max(initial=0.0), -low.min(initial=0.0)))
