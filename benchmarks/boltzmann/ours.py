"""Our own samplers in the form of a peer."""

from __future__ import annotations

import numpy as np

from peers.ocean import Drawer, IsingProblem
from peers.ocean.base import Spins
from scorerbm.ocean import GibbsSampler, TemperingSampler

__all__ = ["OURS", "OurGibbs", "OurTempering"]


class OurGibbs(Drawer):
    def __init__(self, problem: IsingProblem) -> None:
        self._bqm, self._sampler = problem.bqm, GibbsSampler(n_threads=1)

    def draw(self, n_reads: int, n_sweeps: int, seed: int) -> Spins:
        options = {"num_reads": n_reads, "num_sweeps": n_sweeps, "seed": seed}
        spins: Spins = self._sampler.sample(self._bqm, **options).record.sample
        return spins


class OurTempering(Drawer):
    """Its ladder is tuned once; sweeps are those of each replica."""

    def __init__(self, problem: IsingProblem) -> None:
        self._bqm, self._sampler = problem.bqm, TemperingSampler(n_threads=1)
        tuned = self._sampler.sample(self._bqm, num_sweeps=1, seed=0)
        self._betas = np.array(tuned.info["betas"])

    def draw(self, n_reads: int, n_sweeps: int, seed: int) -> Spins:
        options = {"num_reads": n_reads, "num_sweeps": n_sweeps, "seed": seed}
        spins: Spins = self._sampler.sample(self._bqm, betas=self._betas, **options).record.sample
        return spins


OURS = {"ours": OurGibbs, "ours-tempering": OurTempering}
