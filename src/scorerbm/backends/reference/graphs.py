"""Binary units of a sparse graph in NumPy."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..protocol import Bits, Counts, Domain, IntegerGraph, Key, Reals, Words
from . import elementary
from .bernoulli import draw_bits

__all__ = ["Graphs"]


class Graphs:
    """Their operations of the protocol."""

    def sweep_graph(
        self,
        graph: IntegerGraph,
        states: Bits,
        chains: Words,
        key: Key,
        *,
        first_sweep: int,
        beta: Reals,
        n_threads: int,
    ) -> Bits:
        states = states.copy()
        for step, row in enumerate(beta, first_sweep):
            factor = np.reshape(row / graph.scale, (-1, 1))
            # Units of one colour are not neighbours, so that they may be drawn together.
            for begin, end in pairwise(graph.colours):
                units = graph.order[begin:end]
                fields: Reals = _fields(graph, states, units).astype(np.float64)
                p = elementary.sigmoid(fields * factor)
                states[:, units] = draw_bits(p, units, chains, key, step, Domain.VISIBLE)
        return states

    def graph_energy(self, graph: IntegerGraph, states: Bits, n_threads: int) -> NDArray[np.int64]:
        x = states.astype(np.int64)
        # Each pair is in two rows of neighbours.
        twice = _fields(graph, states, np.arange(len(graph.bias))) + graph.bias
        energy: NDArray[np.int64] = -(x * twice).sum(axis=1) // 2
        return energy


def _fields(graph: IntegerGraph, states: Bits, units: NDArray[np.integer]) -> NDArray[np.int64]:
    """Bias + the sum of weights of active neighbours, (C, len(units))."""
    degree = np.diff(graph.starts)[units]
    last = np.cumsum(degree)
    # The places in `graph.neighbours` of the neighbours of one unit after the other.
    place = np.arange(last[-1] if len(last) else 0)
    place += np.repeat(graph.starts[units] - (last - degree), degree)
    terms = states[:, graph.neighbours[place]] * graph.weights[place].astype(np.int64)
    sums = np.zeros((len(states), len(place) + 1), np.int64)
    np.cumsum(terms, axis=1, out=sums[:, 1:])
    bias: Counts = graph.bias[units]
    return bias + (sums[:, last] - sums[:, last - degree])
