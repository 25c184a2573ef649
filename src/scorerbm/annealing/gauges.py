r"""Gauges: the same distribution, programmed with other signs.

For any signs :math:`g_k = \pm 1` the problem of fields :math:`g_k h_k` and couplings
:math:`g_i g_j J_{ij}` has the spins :math:`g_k s_k`. What a device adds to every field or coupling
alike, in whatever gauge, then averages out over gauges. The signs are those of units, so that the
couplers within a chain stay ferromagnetic: with a sign for each qubit they would need couplings
of +chain_strength, which are out of range where -chain_strength is not.

References
----------
Boixo et al., "Experimental signature of programmable quantum annealing", Nature Communications 4
(2013) 2067.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .layout import Layout
from .streams import generator

__all__ = ["draw_gauge", "split_reads", "ungauge"]


def draw_gauge(layout: Layout, seed: int, number: int, identity: bool) -> NDArray[np.int8]:
    """Signs of the units of every copy, (C, N+M), of one programming."""
    shape = layout.n_copies, layout.n_units
    if identity:
        return np.ones(shape, np.int8)
    bits = generator(seed, "gauge", number).integers(0, 2, shape, dtype=np.int8)
    return np.asarray(2 * bits - 1, np.int8)


def split_reads(n_reads: int, n_gauges: int, most_reads: int) -> list[int]:
    """Reads of each programming: as equal as can be, and no more than the device allows."""
    n = min(n_reads, max(n_gauges, -(-n_reads // most_reads)))
    return [n_reads // n + (k < n_reads % n) for k in range(n)]


def ungauge(layout: Layout, physical: NDArray[np.int8], gauge: NDArray[np.int8]) -> None:
    """Turn the reads (R, Q) of a programming back, in place."""
    physical *= gauge.ravel()[layout.unit]
