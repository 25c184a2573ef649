"""rbms: persistent contrastive divergence as its own training does a step, without its log files.

It is another algorithm in part: the gradient is centred by the data's means, normalised, and
followed by plain gradient ascent; the chains' last hidden means come from one more half sweep.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from rbms.bernoulli_bernoulli.classes import BBRBM
from rbms.training.pcd import fit_batch_pcd

from .base import Fitter, Parameters, TrainingProblem

__all__ = ["RbmsPCD"]


class RbmsPCD(Fitter):
    same_algorithm: ClassVar[bool] = False

    def __init__(self, problem: TrainingProblem) -> None:
        torch.set_num_threads(problem.n_threads)
        torch.manual_seed(1)
        self.problem = problem
        self.data = torch.tensor(problem.data).float()
        self.weights = torch.ones(len(self.data))

    @torch.no_grad()
    def run(self, n: int) -> None:
        problem, n_rows = self.problem, len(self.data)
        self.model = self._initial()
        self.model.init_grad()
        self.chains = self.model.init_chains(problem.n_copies)
        leaves = self.model.parameters()
        optimizer = torch.optim.SGD(leaves, lr=problem.learning_rate, maximize=True)
        for _ in range(n * (n_rows // problem.batch_size)):
            rows = torch.randperm(n_rows)[: problem.batch_size]
            self.batch = self.data[rows], self.weights[rows]
            optimizer.zero_grad(set_to_none=False)
            self.chains, _ = fit_batch_pcd(
                self.batch, self.chains, self.model, problem.n_sweeps, 1.0, centered=True
            )
            optimizer.step()

    def _initial(self) -> BBRBM:
        if self.problem.init is None:
            return BBRBM.init_parameters(self.problem.n_hidden, self, "cpu", torch.float32, 0.01)
        w, b, c = (torch.tensor(x).float() for x in self.problem.init.values())
        return BBRBM(w, b, c)

    def parameters(self) -> Parameters:
        w, b, c = (x.numpy() for x in self.model.parameters())
        return {"weights": w, "visible_bias": b, "hidden_bias": c}

    def last_step(self) -> dict[str, NDArray[np.float64]]:
        """What the last step contrasted, and the gradient of W that it found."""
        return {
            "data": self.batch[0].numpy().astype(np.float64),
            "samples": self.chains["visible"].numpy().astype(np.float64),
            "gradient": self.model.weight_matrix.grad.numpy().astype(np.float64),
        }

    def loss(self) -> float:
        return float("nan")  # it has none
