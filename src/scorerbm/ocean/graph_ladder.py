"""Inverse temperatures for replicas on a graph, by a pilot run."""

from __future__ import annotations

import math

import numpy as np

from .._seed import derive_key
from ..backends.protocol import IntegerGraph, Reals
from ..rbm.chains import chain_ids
from ..rbm.tempering import MOST_RUNGS
from ..sample.ladder import TARGET_ACCEPTANCE, equal_rejection
from ..sample.replicas import Streams, start_replicas
from .form import Work
from .graph_replicas import GraphReplicas
from .ladder import Ladder

__all__ = ["tuned_ladder"]

_LADDERS, _ROUNDS, _SWEEPS, _FIRST_RUNGS = 8, 4, 64, 12


def tuned_ladder(graph: IntegerGraph, ladder: Ladder, seed: int, work: Work) -> Reals:
    """Place rungs from 0 to 1, as parts of the ladder's β, at equal rejection of exchanges.

    As `scorerbm.tune_ladder`, in a fixed number of rounds of doubling length.
    """
    n = ladder.n_replicas or _FIRST_RUNGS
    betas: Reals = np.arange(n) / (n - 1)
    coins = np.full(len(graph.bias), 0.5)
    for number in range(_ROUNDS):
        key = derive_key(seed, "ladder", number)
        streams = Streams(chain_ids(_LADDERS), key, work.backend, work.n_threads)
        start_key = derive_key(seed, "ladder start", number)
        start = start_replicas(coins, len(betas), streams, start_key)
        replicas = GraphReplicas(graph, ladder.beta * betas, start, streams)
        n_sweeps = _SWEEPS << number
        replicas.advance(n_sweeps // 4)  # which is not counted
        replicas.advance(n_sweeps - n_sweeps // 4)
        rejection = 1.0 - replicas.acceptance()
        betas = equal_rejection(betas, rejection, ladder.n_replicas or _wanted(rejection))
    return betas


def _wanted(rejection: Reals) -> int:
    """Rungs between which exchanges are accepted as often as they should be."""
    barrier: float = sum(rejection.tolist())
    return min(MOST_RUNGS, max(2, 1 + math.ceil(barrier / (1.0 - TARGET_ACCEPTANCE) - 1e-9)))
