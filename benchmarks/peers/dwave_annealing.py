"""D-Wave's simulated annealing at one temperature.

With the heat-bath ("Gibbs") rule, spins in order and the hidden ones first, one of its sweeps *is*
a block-Gibbs sweep: spins of one layer do not see each other. That rule takes a fifth less time
here than its default, Metropolis's, under which more spins flip. It works in double precision, on
one thread whatever it is given, and updates all neighbours of each spin that flips.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from dimod import BinaryQuadraticModel
from dwave.samplers import SimulatedAnnealingSampler
from numpy.typing import NDArray

from .base import Peer, Problem
from .ising import fields

__all__ = ["DwaveAnnealing"]


class DwaveAnnealing(Peer):
    precision: ClassVar[str] = "float64"
    most_weights: ClassVar[int | None] = 2_000_000
    fewest: ClassVar[int] = 8  # a call converts the couplings to lists anew

    def __init__(self, problem: Problem) -> None:
        coupling, of_visible, of_hidden = fields(problem)
        n, m = coupling.shape
        visible, hidden = (x.ravel() for x in np.indices((n, m)))
        # Its energies are E = hᵀs + ..., p ∝ exp(-E): signs change.
        linear = -np.concatenate([of_hidden, of_visible])
        quadratic = (hidden, visible + m, -coupling.ravel())
        self._bqm = BinaryQuadraticModel.from_numpy_vectors(linear, quadratic, 0.0, "SPIN")
        self._sampler, self._calls = SimulatedAnnealingSampler(), 0
        spins = np.ones((problem.n_chains, m + n), np.int8)
        spins[:, m:] = 2 * problem.visible.astype(np.int8) - 1
        self._spins, self._n_hidden = spins, m

    def run(self, n_sweeps: int) -> None:
        self._calls += 1
        result = self._sampler.sample(
            self._bqm,
            num_reads=len(self._spins),
            beta_schedule_type="custom",
            beta_schedule=[1.0],
            num_sweeps_per_beta=n_sweeps,
            initial_states=(self._spins, range(self._spins.shape[1])),
            proposal_acceptance_criteria="Gibbs",
            seed=self._calls,
        )
        self._spins = result.record.sample

    def visible(self) -> NDArray[Any]:
        return self._spins[:, self._n_hidden :] > 0
