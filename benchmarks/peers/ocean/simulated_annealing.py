"""dwave-samplers' simulated annealing, as a Boltzmann sampler.

At constant β = 1 and with the heat-bath ("Gibbs") rule its sweeps are those of a Gibbs chain, in
the order of the variables. Metropolis's rule is its default. "annealed" goes from β = 0.1 to 1 in
the first half of its sweeps.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from dwave.samplers import SimulatedAnnealingSampler
from numpy.typing import NDArray

from .base import Drawer, IsingProblem, Spins, in_order

__all__ = ["Annealed", "Constant", "Metropolis"]


class Constant(Drawer):
    rule: ClassVar[str] = "Gibbs"

    def __init__(self, problem: IsingProblem) -> None:
        self._bqm, self._sampler = problem.bqm, SimulatedAnnealingSampler()

    def schedule(self, n_sweeps: int) -> tuple[NDArray[np.float64], int]:
        """Inverse temperatures, and sweeps at each."""
        return np.ones(1), n_sweeps

    def draw(self, n_reads: int, n_sweeps: int, seed: int) -> Spins:
        betas, each = self.schedule(n_sweeps)
        samples = self._sampler.sample(
            self._bqm,
            num_reads=n_reads,
            beta_schedule_type="custom",
            beta_schedule=betas,
            num_sweeps_per_beta=each,
            proposal_acceptance_criteria=self.rule,
            seed=seed,
        )
        return in_order(samples)


class Metropolis(Constant):
    rule: ClassVar[str] = "Metropolis"


class Annealed(Constant):
    def schedule(self, n_sweeps: int) -> tuple[NDArray[np.float64], int]:
        half = n_sweeps // 2
        return np.concatenate([np.geomspace(0.1, 1.0, half), np.ones(n_sweeps - half)]), 1
