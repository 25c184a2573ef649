"""Arrays and results that backends and their callers hand to each other."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BitWords",
    "Bits",
    "Counts",
    "Domain",
    "Floats",
    "GibbsResult",
    "IntegerGraph",
    "IntegerRBM",
    "Key",
    "Reals",
    "StageNumbers",
    "TemperResult",
    "Words",
]

Bits = NDArray[np.uint8]
BitWords = NDArray[np.uint64]
"""Binary states, 64 units a word, the first in the lowest bit; the last word ends in zeros."""
Words = NDArray[np.uint32]
Counts = NDArray[np.int32]
Reals = NDArray[np.float64]
Floats = NDArray[np.float32]
Key = tuple[int, int]
"""The two 32-bit words of a Philox key."""


class Domain:
    """Last word of the counter: what a draw is for. The upper 24 bits number repeated draws.

    ``REFINE`` is or-ed to the domain of a 16-bit Bernoulli draw that ties with its threshold.
    """

    HIDDEN = 0
    VISIBLE = 1
    NORMAL = 2
    LOGISTIC_HIDDEN = 3
    LOGISTIC_VISIBLE = 4
    UNIFORM = 5
    SWAP = 6
    REFINE = 0x80


class IntegerRBM(NamedTuple):
    """A Bernoulli RBM rounded once to the grid ``1/scale``, so that its sums are exact integers.

    ``visible_bias`` is ``(N,)``, or ``(C, N)`` for one bias vector per chain. The caller guarantees
    that no sum of biases and weights leaves the 32-bit range.
    """

    weights: Counts
    """(N, M); without rows and columns where only a backend's ``prepared`` needs them."""
    weights_transposed: Counts
    """(M, N)"""
    visible_bias: Counts
    hidden_bias: Counts
    """(M,)"""
    scale: float
    bits: int = 32
    """16 if sums over any subset of a unit's weights fit 16 bits (biases need not)."""
    channel_limit: float = 1024.0
    """Log-odds of an observation that make any visible unit constant, whatever the hidden ones."""
    channel_shift: Floats | None = None
    """(N,), what biases were cut by: an observation may bring a unit back. None if nothing."""
    prepared: dict[str, Any] | None = None
    """What backends derive from the weights, by backend: kept by whoever keeps the weights."""


class IntegerGraph(NamedTuple):
    """Binary units with pairwise weights on a graph, rounded once to the grid ``1/scale``.

    The caller guarantees that no sum of a bias and weights of its unit leaves the 32-bit range.
    """

    starts: Counts
    """(n + 1,): neighbours of unit i have the places from ``starts[i]`` to ``starts[i + 1]``."""
    neighbours: Counts
    """(2E,), of each unit in ascending order; each of two neighbours has the other."""
    weights: Counts
    """(2E,), likewise"""
    bias: Counts
    """(n,)"""
    scale: float
    order: Counts
    """(n,): in which a sweep visits the units, colour by colour."""
    colours: Counts
    """(K + 1,): where a colour starts in ``order``. Units of one colour are not neighbours."""
    log_odds_error: float = 0.0
    """By which rounding changes a unit's log-odds at β = 1 at most, over all states."""


class GibbsResult(NamedTuple):
    """States after the last sweep and, if asked for, the mean of p(v=1|h) over the sweeps."""

    visible: Bits
    hidden: Bits
    mean: Reals | None


class TemperResult(NamedTuple):
    """Replicas after the last sweep, and what happened at each of the E swap events."""

    visible: Bits
    hidden: Bits
    slots: NDArray[np.uint16]
    """(L, R): index of the inverse temperature that each replica has now."""
    trace: NDArray[np.uint16]
    """(E, L, R): `slots` after each event."""
    energies: NDArray[np.int64]
    """(E, L, R): scale · E(v, h) of each replica at each event."""


class StageNumbers(NamedTuple):
    """Coefficients of one stage of an integration: see `RealNumbers.stage`."""

    keep: float
    pull: float
    base: float = 0.0
    spread: float = 0.0
