"""Binary units of a sparse graph."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..protocol import Bits, Counts, Domain, IntegerGraph, Key, Reals, Words
from .elementary import sigmoid
from .half_sweep import draw_bit
from .jit import kernel
from .philox import long_blocks
from .threads import in_rows, parts_of_sweeps

__all__ = ["Graphs"]

_DOMAIN = Domain.VISIBLE


@kernel
def _sweep_graph(graph: Any, states: Any, chains: Any, key: Any, first: Any, factor: Any) -> None:
    """Sweep all chains in place; factors are (sweeps, chains)."""
    starts, neighbours, weights, bias, order = graph
    draws = np.empty(2 * ((len(bias) + 7) // 8), np.uint64)
    shorts = draws.view(np.uint16)
    for sweep in range(len(factor)):
        step = first + sweep
        for c in range(len(states)):
            long_blocks(0, chains[c], step, _DOMAIN, key, draws)
            x = states[c]
            for i in order:
                field = np.int64(bias[i])
                for k in range(starts[i], starts[i + 1]):
                    field += np.int64(weights[k]) * np.int64(x[neighbours[k]])
                p = sigmoid(np.float64(field) * factor[sweep, c])
                x[i] = draw_bit(p, shorts[i], i, chains[c], step, _DOMAIN, key)


@kernel
def _energies(graph: Any, states: Any, out: Any) -> None:
    starts, neighbours, weights, bias, _ = graph
    for c in range(len(out)):
        x, twice = states[c], np.int64(0)
        for i in range(len(bias)):
            if x[i] == 0:
                continue
            # Each pair is in two rows of neighbours.
            twice += np.int64(2) * np.int64(bias[i])
            for k in range(starts[i], starts[i + 1]):
                twice += np.int64(weights[k]) * np.int64(x[neighbours[k]])
        out[c] = -(twice // 2)


def _arrays(graph: IntegerGraph) -> tuple[Counts, ...]:
    """Those that kernels take, writable ones, as Numba compiles others anew."""
    given = (graph.starts, graph.neighbours, graph.weights, graph.bias, graph.order)
    return tuple(np.array(x) for x in given)


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
        out, ids = np.array(states, order="C"), np.array(chains)
        factor = np.array(np.broadcast_to(beta / graph.scale, (len(beta), len(out))), order="C")
        arrays = _arrays(graph)

        a_sweep = 20 * (len(graph.weights) + 1)
        for start, count in parts_of_sweeps(0, len(beta), a_sweep * len(out)):
            of_part = factor[start : start + count]

            def work(a: int, b: int, first: int = start, factor: Reals = of_part) -> None:
                own = np.ascontiguousarray(factor[:, a:b])
                _sweep_graph(arrays, out[a:b], ids[a:b], key, first_sweep + first, own)

            in_rows(len(out), a_sweep * count, n_threads, work)
        return out

    def graph_energy(self, graph: IntegerGraph, states: Bits, n_threads: int) -> NDArray[np.int64]:
        x, arrays = np.array(states, order="C"), _arrays(graph)
        out = np.empty(len(x), np.int64)

        def work(a: int, b: int) -> None:
            _energies(arrays, x[a:b], out[a:b])

        in_rows(len(out), len(graph.weights) + 1, n_threads, work)
        return out
