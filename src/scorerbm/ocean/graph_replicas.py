"""Replicas of a problem on any graph, which exchange inverse temperatures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Bits, Domain, IntegerGraph, Reals
from ..backends.reference.exchanges import Exchanges, temper
from ..sample.replicas import Streams, TemperedReplicas

__all__ = ["GraphReplicas"]

_BETAS_AT_ONCE = 1 << 22


class GraphReplicas(TemperedReplicas):
    """L ladders of R replicas; replicas keep their states, and rungs move.

    Exchanges are those of `scorerbm.ParallelTempering`, and sweeps those of a graph.

    Parameters
    ----------
    graph : IntegerGraph
    betas : array, (R,)
        Increasing.
    states : array of uint8, (L · R, n)
        Ladder by ladder.
    streams : Streams
    swap_every : int
    """

    def __init__(
        self, graph: IntegerGraph, betas: Reals, states: Bits, streams: Streams, swap_every: int = 1
    ) -> None:
        self._graph = graph
        none = np.zeros((len(states), 0), np.uint8)
        work = len(graph.weights) + len(graph.bias)
        super().__init__(betas, (states, none), work, streams, swap_every, graph.scale)

    def _temper(self, n_sweeps: int) -> Exchanges:
        streams = self.streams

        def energy() -> NDArray[np.int64]:
            return streams.backend.graph_energy(self._graph, self._states[0], streams.n_threads)

        def uniform(step: int) -> Reals:
            return streams.backend.uniform(
                streams.ladders, self.n_rungs - 1, streams.key, step=step, domain=Domain.SWAP
            )

        return temper(
            self._sweep,
            energy,
            uniform,
            first_sweep=self.sweep,
            n_sweeps=n_sweeps,
            swap_every=self.swap_every,
            betas=self.betas,
            slots=self.slots,
            scale=self._graph.scale,
        )

    def _sweep(self, first: int, n_sweeps: int, beta: Reals) -> None:
        states, none = self._states
        at_once = max(1, _BETAS_AT_ONCE // len(beta))
        for at in range(first, first + n_sweeps, at_once):
            n = min(at_once, first + n_sweeps - at)
            states = self.streams.backend.sweep_graph(
                self._graph,
                states,
                self._ids,
                self.streams.key,
                first_sweep=at,
                beta=np.repeat(beta[None], n, axis=0),
                n_threads=self.streams.n_threads,
            )
        self._states = states, none
