"""Replicas of a problem on any graph, which exchange inverse temperatures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Bits, Domain, IntegerGraph, Reals
from ..backends.reference.elementary import exp_nonpositive
from ..rbm.tempering import replica_ids
from ..sample.replica_flow import ReplicaFlow
from ..sample.replicas import Streams, sweeps_at_once

__all__ = ["GraphReplicas"]

Slots = NDArray[np.uint16]

_BETAS_AT_ONCE = 1 << 22


class GraphReplicas:
    """L ladders of R replicas; replicas keep their states, and rungs move.

    Sweeps and exchanges are those of `scorerbm.ParallelTempering`, with the sweeps of a graph:
    after ``swap_every`` of them neighbours exchange their rungs with probability
    min(1, exp[(β_k - β_{k+1}) (E_k - E_{k+1})]), even and odd pairs in turn.

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
        self._graph, self._betas, self._states = graph, betas, states
        self._streams, self._swap_every, self._sweep = streams, swap_every, 0
        n_rungs = len(betas)
        self._ids = replica_ids(streams.ladders, n_rungs).reshape(-1)
        self.slots: Slots = np.tile(np.arange(n_rungs, dtype=np.uint16), (len(streams), 1))
        self.gains: Reals = np.zeros((0, len(streams), n_rungs - 1))
        """(E, L, R-1): E_k - E_{k+1} of neighbours at each event of the last call, before it."""

    def advance(self, n_sweeps: int) -> Slots:
        """Sweep and exchange; return the rung of each replica after each event, (E, L, R)."""
        trace, gains, stop = [], [], self._sweep + n_sweeps
        at_once = max(1, _BETAS_AT_ONCE // self.slots.size)
        while self._sweep < stop:
            to_event = self._swap_every - self._sweep % self._swap_every
            self._advance(min(to_event, stop - self._sweep, at_once))
            if self._sweep % self._swap_every == 0:
                gains.append(self._exchange(self._sweep // self._swap_every - 1))
                trace.append(self.slots.copy())
        self.gains = np.array(gains).reshape(len(gains), *self.gains.shape[1:])
        return np.array(trace, np.uint16).reshape(len(trace), *self.slots.shape)

    def follow(self, n_sweeps: int, flow: ReplicaFlow) -> None:
        """Sweep and exchange, and count what the replicas do meanwhile."""
        stop, at_once = self._sweep + n_sweeps, sweeps_at_once(self.slots.size, self._swap_every)
        while self._sweep < stop:
            flow.add(self.advance(min(at_once, stop - self._sweep)))

    def on_rung(self, k: int) -> Bits:
        """Return the states of the replicas on rung k, (L, n)."""
        states: Bits = self._states[(self.slots == k).reshape(-1)]
        return states

    def _advance(self, n_sweeps: int) -> None:
        beta = self._betas[self.slots].reshape(1, -1)
        self._states = self._streams.backend.sweep_graph(
            self._graph,
            self._states,
            self._ids,
            self._streams.key,
            first_sweep=self._sweep,
            beta=np.repeat(beta, n_sweeps, axis=0),
            n_threads=self._streams.n_threads,
        )
        self._sweep += n_sweeps

    def _exchange(self, event: int) -> Reals:
        streams, n_rungs = self._streams, len(self._betas)
        u = streams.backend.uniform(
            streams.ladders, n_rungs - 1, streams.key, step=self._sweep - 1, domain=Domain.SWAP
        )
        energies = streams.backend.graph_energy(self._graph, self._states, streams.n_threads)
        replica = np.argsort(self.slots, axis=1)  # on each rung
        energy = np.take_along_axis(energies.reshape(self.slots.shape), replica, axis=1)
        gains: Reals = (energy[:, :-1] - energy[:, 1:]) / self._graph.scale
        exponent = gains * (self._betas[:-1] - self._betas[1:])
        accepted = u < exp_nonpositive(np.minimum(exponent, 0.0))
        accepted[:, 1 - event % 2 :: 2] = False
        ladder, lower = np.nonzero(accepted)
        pairs = replica[ladder, lower], replica[ladder, lower + 1]
        self.slots[ladder, pairs[0]], self.slots[ladder, pairs[1]] = lower + 1, lower
        return gains
