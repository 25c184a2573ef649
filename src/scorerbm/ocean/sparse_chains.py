"""Chains of problems on any graph: heat-bath sweeps, plain and tempered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._seed import derive_key
from ..backends.protocol import Bits, IntegerGraph
from ..sample.replica_flow import ReplicaFlow
from ..sample.replicas import Streams, start_replicas
from .form import Chains, Reads, Values, Work
from .graph_ladder import tuned_ladder
from .graph_replicas import GraphReplicas
from .ladder import Ladder
from .schedule import Schedule

if TYPE_CHECKING:
    from .sparse import Sparse

__all__ = ["GraphChains", "TemperedGraphChains"]

_SWEEPS_AT_ONCE = 1 << 16


class GraphChains(Chains):
    """Sweeps at the inverse temperatures of a schedule, one after the other."""

    def __init__(self, sparse: Sparse, schedule: Schedule, work: Work) -> None:
        self._sparse, self._work = sparse, work
        self._schedule = schedule
        self._graph = sparse.graph(schedule.least)
        self.info = describe(self._graph, float(schedule.betas.max()))

    def draw(self, reads: Reads) -> Values:
        """Sweep all chains."""
        betas, sweeps, n = self._schedule.betas, self._schedule.sweeps, self._schedule.n_sweeps
        states, key = start(self._graph, 1, reads, self._work), derive_key(reads.seed, "sweeps")
        for first in range(0, n, _SWEEPS_AT_ONCE):
            number = np.arange(first, min(n, first + _SWEEPS_AT_ONCE))
            states = self._work.backend.sweep_graph(
                self._graph,
                states,
                reads.ids,
                key,
                first_sweep=first,
                beta=betas[number // sweeps][:, None],
                n_threads=self._work.n_threads,
            )
        return self._sparse.values(states)


class TemperedGraphChains(Chains):
    """A ladder of replicas for each read, the read being the replica at its last β."""

    def __init__(self, sparse: Sparse, ladder: Ladder, reads: Reads, work: Work) -> None:
        self._sparse, self._ladder, self._work = sparse, ladder, work
        self._graph = sparse.graph(ladder.beta or 1.0)  # what is cut does not matter at the last β
        rungs = ladder.known()
        if rungs is None:
            rungs = tuned_ladder(self._graph, ladder, reads.seed, work)
        self._rungs = ladder.beta * rungs
        self.info = describe(self._graph, ladder.beta) | {"betas": self._rungs.tolist()}

    def draw(self, reads: Reads) -> Values:
        """Run the ladders."""
        work, n_rungs = self._work, len(self._rungs)
        streams = Streams(reads.ids, derive_key(reads.seed, "tempering"), *work[:2])
        replicas = GraphReplicas(
            self._graph,
            self._rungs,
            start(self._graph, n_rungs, reads, work),
            streams,
            self._ladder.swap_every,
        )
        flow = ReplicaFlow(replicas.slots, self._ladder.swap_every)
        replicas.follow(self._ladder.n_sweeps, flow)
        self.info |= flow.summary()
        return self._sparse.values(replicas.on_rung(n_rungs - 1)[0])


def describe(graph: IntegerGraph, beta: float) -> dict[str, Any]:
    """Return what is said of a sampled graph: its grid and its error at an inverse temperature."""
    return {
        "precision": "int32",
        "grid": beta / graph.scale,
        "log_odds_error": beta * graph.log_odds_error,
        "kernel": "graph",
        "n_colours": len(graph.colours) - 1,
    }


def start(graph: IntegerGraph, n_replicas: int, reads: Reads, work: Work) -> Bits:
    """States of so many replicas for each read: what is given, or fair coins."""
    if reads.start is not None:
        return np.repeat(reads.start, n_replicas, axis=0)
    streams = Streams(reads.ids, derive_key(reads.seed, "start"), work.backend, work.n_threads)
    return start_replicas(np.full(len(graph.bias), 0.5), n_replicas, streams, streams.key)
