"""The bipartite block-Gibbs sampler of D-Wave's PyTorch plugin.

It multiplies by edges, not by a matrix, so that the memory of a sweep grows with chains times
couplings: more than 64 chains at a time gain nothing. The model is set up once, which takes seconds
at 784 x 500 and does not count.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from dwave.plugins.torch.models.boltzmann_machine import GraphRestrictedBoltzmannMachine
from dwave.plugins.torch.samplers.bipartite_sampler import BipartiteGibbsSampler

from .base import Drawer, IsingProblem, Spins

__all__ = ["TorchBipartite"]


class TorchBipartite(Drawer):
    most_reads: ClassVar[int] = 64

    def __init__(self, problem: IsingProblem) -> None:
        n, m = problem.J.shape
        hidden = list(range(n, n + m))
        edges = [(i, j) for i in range(n) for j in hidden]
        self._grbm = GraphRestrictedBoltzmannMachine(range(n + m), edges, hidden_nodes=hidden)
        with torch.no_grad():
            self._grbm.linear.copy_(torch.tensor(problem.h))
            self._grbm.quadratic.copy_(torch.tensor(problem.J.ravel()))

    def draw(self, n_reads: int, n_sweeps: int, seed: int) -> Spins:
        sampler = BipartiteGibbsSampler(self._grbm, n_reads, [1.0] * n_sweeps, seed=seed)
        return sampler.sample().numpy().astype(np.int8)
