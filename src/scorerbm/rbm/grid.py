"""Rounding a Bernoulli RBM to an integer grid, so that sums over its units are exact.

Exact sums have no order: chains are the same on any backend, thread count and CPU. The sampled
model is the RBM rounded *once* to multiples of 1/S, S a power of two.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Counts, Floats, Grid, IntegerRBM, Reals, WeightSums

__all__ = [
    "INT16_ERROR",
    "PRECISIONS",
    "WeightGrid",
    "Workspace",
    "grid_error",
    "round_weights",
    "training_grid",
]

PRECISIONS = ("auto", "int16", "int32")

INT16_ERROR = 0.0625
"""``precision="auto"`` takes 16 bits if no unit's log-odds is then wrong by more than this, in any
state of the other layer. A probability is then wrong by less than a quarter of it."""

TRAINING_ERROR = 0.03125
"""The same for training, of the root mean square over states: see `training_grid`."""

SATURATION = 40.0
"""A bias this far beyond the largest sum of weights acts as an infinite one: exp(-40) = 4e-18."""

_LARGEST = {16: 2.0**15 - 1, 32: 2.0**31 - 1}
_COARSEST = 16.0
_FINEST = 2.0**24  # float32 has 24 significant bits


def _one_sided(weights: NDArray[np.floating[Any]], axis: int) -> float:
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
    bits: int
    prepared: dict[str, Any]
    """What backends derive from the weights."""

    def with_biases(self, visible: Reals, hidden: Reals) -> IntegerRBM:
        """Round the biases too: (N,) or (C, N), and (M,)."""
        return IntegerRBM(
            self.weights,
            self.transposed,
            _round_bias(visible, self.scale, self.visible_limit),
            _round_bias(hidden, self.scale, self.hidden_limit),
            self.scale,
            self.bits,
            2.0 * self.visible_limit,  # the sum of a bias and weights is below one of them
            _excess(visible, self.visible_limit),
            self.prepared,
        )


def round_weights(weights: Reals, saturation: float = SATURATION, bits: int = 32) -> WeightGrid:
    """Round weights to the finest power-of-two grid on which every sum fits that many bits.

    At 32 bits the sums include the bias: with |bias| ≤ sum + 40, a bias and any subset of the
    weights reach at most 2 sum + 40, and one more unit of the grid for each rounded term. A larger
    saturation keeps larger biases. At 16 bits they are sums of weights only; biases, added to them
    afterwards, have 31 bits.

    Raises
    ------
    OverflowError
        If the weights are so large that no grid of at least 1/16 fits.
    """
    visible, hidden, scale = _finest_grid(weights, saturation, bits)
    rounded = np.rint(weights * scale).astype(np.int32)
    return WeightGrid(
        np.ascontiguousarray(rounded),
        np.ascontiguousarray(rounded.T),
        scale,
        visible + saturation,
        hidden + saturation,
        bits,
        {},
    )


def check_grid(weights: NDArray[np.floating[Any]]) -> None:
    """Raise OverflowError unless weights have a grid of 32 bits: others have diverged."""
    _finest_grid(weights, SATURATION, 32)


def _finest_grid(
    weights: NDArray[np.floating[Any]], saturation: float, bits: int
) -> tuple[float, float, float]:
    """Largest sums over visible and over hidden units, and the scale of the grid they allow."""
    visible, hidden = _one_sided(weights, 1), _one_sided(weights, 0)
    largest = max(visible, hidden)
    scale = _finest_scale(largest, max(weights.shape), saturation, bits)
    return visible, hidden, scale


def training_grid(sums: WeightSums, n_units: int) -> Grid:
    """Return the grid for a model in training, whose larger layer has so many units.

    It has 16 bits if they allow √(n/24)/S ≤ 1/32. That is the root mean square of the error of a
    log-odds with half of n units on, whose weights have errors spread evenly within 1/(2S).

    Raises
    ------
    OverflowError
        If no grid fits.
    """
    visible, hidden = sums.visible_reach, sums.hidden_reach
    largest = visible + hidden if math.isnan(visible + hidden) else max(visible, hidden)
    asked = precision_asked("auto")
    for bits in (16, 32):
        if asked not in ("auto", f"int{bits}"):
            continue
        try:
            scale = _finest_scale(largest, n_units, SATURATION, bits)
        except OverflowError:
            if bits == 16 and asked == "auto":
                continue
            raise
        if bits == 32 or asked == "int16" or scale * scale * 24.0 * TRAINING_ERROR**2 >= n_units:
            break
    return Grid(scale, bits, visible + SATURATION, hidden + SATURATION)


def _finest_scale(largest: float, n_units: int, saturation: float, bits: int) -> float:
    reach = largest if bits == 16 else 2.0 * largest + saturation
    # Half a unit for each rounded term, and two terms more at 32 bits for the bias.
    rounding = 0.5 * n_units if bits == 16 else n_units + 1.0
    fitting = (_LARGEST[bits] - rounding) / reach if reach != 0.0 else math.inf
    # Biases of 16-bit models are kept apart, but sampled with 31 bits.
    largest_bias = 2.0**30 / (largest + saturation) if bits == 16 else math.inf
    scale = _largest_power(min(fitting, largest_bias))
    if not scale >= _COARSEST:
        biases, why = ("", "") if bits == 16 else (" and biases", "; the model has diverged")
        raise OverflowError(
            f"weights: sums of weights{biases} reach {reach:.3g}, beyond what a {bits}-bit grid "
            f"represents{why}"
        )
    return scale


@dataclass
class Workspace:
    """What a model in training keeps from one update to the next."""

    sums: WeightSums
    integers: IntegerRBM | None = None
    """Their memory is used again."""

    @property
    def finite(self) -> bool:
        """Whether all weights are."""
        return math.isfinite(self.sums.visible_reach + self.sums.hidden_reach)


def precision_asked(precision: str) -> str:
    """Return the precision, or that of the environment variable ``SCORERBM_PRECISION`` if set.

    Raises
    ------
    ValueError
        If the variable holds none of `PRECISIONS`.
    """
    override = os.environ.get("SCORERBM_PRECISION", "")
    if override and override not in PRECISIONS:
        raise ValueError(f"SCORERBM_PRECISION: got {override!r}, expected one of {PRECISIONS}")
    return override or precision


def _largest_power(limit: float) -> float:
    """Return the largest power of two that exceeds neither the limit nor the finest grid."""
    if not limit > 0.0:
        return 0.0
    if limit >= _FINEST:
        return _FINEST
    return math.ldexp(0.5, math.frexp(limit)[1])


def _excess(bias: Reals, limit: float) -> Floats | None:
    """What is cut off biases that all chains share, if anything is."""
    excess = bias - np.clip(bias, -limit, limit)
    return excess.astype(np.float32) if bias.ndim == 1 and excess.any() else None


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
