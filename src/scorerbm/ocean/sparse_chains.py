"""Chains of problems on any graph: heat-bath sweeps, plain and tempered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._seed import derive_key
from ..backends import Domain
from ..backends.protocol import Bits, IntegerGraph, Words
from ..rbm.chains import chain_ids
from ..sample.ladder import geometric_ladder
from ..sample.replica_flow import ReplicaFlow
from ..sample.replicas import Streams
from .form import Chains, Reads, Values, Work
from .graph_ladder import tuned_ladder
from .graph_replicas import GraphReplicas
from .schedule import Ladder, Schedule

if TYPE_CHECKING:
    from .sparse import Sparse

__all__ = ["GraphChains", "TemperedGraphChains"]

_REPLICAS, _FIRST_BETA = 10, 0.1
_SWEEPS_AT_ONCE = 1 << 16


class GraphChains(Chains):
    """Sweeps at the inverse temperatures of a schedule, one after the other."""

    def __init__(self, sparse: Sparse, schedule: Schedule, work: Work) -> None:
        self._sparse, self._work = sparse, work
        self._betas = np.repeat(schedule.betas, schedule.sweeps)[:, None]
        self._graph = sparse.graph(schedule.least)
        self.info = describe(self._graph, float(schedule.betas.max()))

    def draw(self, reads: Reads) -> Values:
        """Sweep all chains."""
        states, key = self._start(reads), derive_key(reads.seed, "sweeps")
        for first in range(0, len(self._betas), _SWEEPS_AT_ONCE):
            states = self._work.backend.sweep_graph(
                self._graph,
                states,
                reads.ids,
                key,
                first_sweep=first,
                beta=self._betas[first : first + _SWEEPS_AT_ONCE],
                n_threads=self._work.n_threads,
            )
        return self._sparse.values(states)

    def _start(self, reads: Reads) -> Bits:
        if reads.start is not None:
            return reads.start
        return coins(self._graph, reads.ids, reads.seed, self._work)


class TemperedGraphChains(Chains):
    """A ladder of replicas for each read, the read being the replica at its last β."""

    def __init__(self, sparse: Sparse, ladder: Ladder, reads: Reads, work: Work) -> None:
        self._sparse, self._ladder, self._work = sparse, ladder, work
        self._graph = sparse.graph(ladder.beta or 1.0)  # what is cut does not matter at the last β
        if ladder.rungs == "auto":
            self._rungs = tuned_ladder(self._graph, ladder, reads.seed, work)
        elif ladder.rungs == "geometric":
            self._rungs = geometric_ladder(ladder.n_replicas or _REPLICAS, _FIRST_BETA)
        else:
            self._rungs = np.array(ladder.rungs)
        self._rungs = ladder.beta * self._rungs
        self.info = describe(self._graph, ladder.beta) | {"betas": self._rungs.tolist()}

    def draw(self, reads: Reads) -> Values:
        """Run the ladders."""
        work, n_rungs = self._work, len(self._rungs)
        streams = Streams(reads.ids, derive_key(reads.seed, "tempering"), *work[:2])
        replicas = GraphReplicas(
            self._graph, self._rungs, self._start(reads, n_rungs), streams, self._ladder.swap_every
        )
        flow = ReplicaFlow(replicas.slots, self._ladder.swap_every)
        flow.add(replicas.advance(self._ladder.n_sweeps))
        self.info |= flow.summary()
        return self._sparse.values(replicas.on_rung(n_rungs - 1))

    def _start(self, reads: Reads, n_rungs: int) -> Bits:
        if reads.start is not None:
            return np.repeat(reads.start, n_rungs, axis=0)
        ids = chain_ids(reads.n * n_rungs, reads.first * n_rungs)
        return coins(self._graph, ids, reads.seed, self._work)


def describe(graph: IntegerGraph, beta: float) -> dict[str, Any]:
    """Return what is said of a sampled graph: its grid and its error at an inverse temperature."""
    return {
        "precision": "int32",
        "grid": beta / graph.scale,
        "log_odds_error": beta * graph.log_odds_error,
        "kernel": "graph",
        "n_colours": len(graph.colours) - 1,
    }


def coins(graph: IntegerGraph, chains: Words, seed: int, work: Work) -> Bits:
    """Fair coins for all units of the chains."""
    p = np.full((len(chains), len(graph.bias)), 0.5)
    key = derive_key(seed, "start")
    return work.backend.bernoulli(p, chains, key, step=0, domain=Domain.VISIBLE)
