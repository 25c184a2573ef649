"""Binary units of a sparse graph in C++."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ..protocol import Bits, IntegerGraph, Key, Reals, Words

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
        return _core.sweep_graph(
            graph.starts,
            graph.neighbours,
            graph.weights,
            graph.bias,
            graph.order,
            graph.scale,
            states,
            chains,
            key,
            first_sweep,
            beta,
            n_threads,
        )

    def graph_energy(self, graph: IntegerGraph, states: Bits, n_threads: int) -> NDArray[np.int64]:
        return _core.graph_energy(
            graph.starts,
            graph.neighbours,
            graph.weights,
            graph.bias,
            graph.order,
            states,
            n_threads,
        )
