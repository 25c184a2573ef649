"""Samples of every model by every road."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr
from scorerbm.annealing.loopback import LoopbackServer
from scorerbm.annealing.simulated import IdealAnnealer, SimulatedQPU
from scorerbm.sample.base import Sampler

from .problems import Problem
from .training import Models, Size

__all__ = ["generated"]

Reals = NDArray[np.float64]
Set = tuple[str, str, Reals, float]
"""Model, road, rows, seconds."""

BETA = 8.5
MISSING = {"n_missing_qubits": 4800 - 4577, "n_missing_couplers": 175}


@contextmanager
def _roads(size: Size) -> Iterator[dict[str, Sampler]]:
    """Samplers of a prior, one of them a simulated device behind Ocean's own client."""
    missing = MISSING if size.reads_graph == 12 else {}
    qpu = SimulatedQPU(IdealAnnealer(BETA), size=size.reads_graph, **missing)
    with LoopbackServer(qpu) as server, server.sampler() as sampler:
        yield {
            "block Gibbs": sr.BlockGibbs(size.sweeps),
            "tempering": sr.ParallelTempering(size.sweeps),
            "one anneal": sr.Annealer(sampler, chain_strength=1.0),
            "reverse SDE": sr.ReverseSDE(size.steps),
        }


def generated(problem: Problem, models: Models, size: Size) -> Iterator[Set]:
    """Rows that were generated; those of reconstructions belong to the test rows."""
    n = min(size.n_samples, len(problem.test))
    alone = {"block Gibbs": sr.BlockGibbs(size.sweeps), "reverse SDE": sr.ReverseSDE(size.steps)}
    for road, sampler in alone.items():
        start = time.perf_counter()
        data = sampler.sample(models.gaussian, n, seed=1).data
        yield "Gaussian RBM", road, data, time.perf_counter() - start
    latent = {"its hidden layer": models.layered, "autoencoder": models.coded}
    with _roads(size) as roads:
        for name, model in latent.items():
            for road, sampler in roads.items():
                start = time.perf_counter()
                samples = model.sample(n, sampler, seed=1)
                yield name, road, samples.data, time.perf_counter() - start
                if road == "tempering":
                    yield name, "the same, means only", model.decode(samples.bits), np.nan
    for name, model in latent.items():
        data = model.reconstruct(problem.test[:n], noise=True, seed=2)
        yield name, "reconstructions", data, np.nan
