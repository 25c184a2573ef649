"""PyTorch: persistent contrastive divergence."""

from __future__ import annotations

import torch

from .base import TrainingProblem
from .torch_base import Sweeps, TorchFitter

__all__ = ["TorchPCD"]


class TorchPCD(TorchFitter):
    """As many chains as a batch has rows."""

    def __init__(self, problem: TrainingProblem) -> None:
        super().__init__(problem)
        if problem.n_copies != problem.batch_size:
            raise ValueError(f"n_copies: got {problem.n_copies}, expected {problem.batch_size}")
        self._sweeps = Sweeps(problem.n_copies, self.n_visible, self.n_hidden)

    def start(self) -> None:
        rows = torch.randint(len(self.data), (self.problem.n_copies,))
        torch.index_select(self.data, 0, rows, out=self._sweeps.state)

    @torch.no_grad()
    def step(self, rows: torch.Tensor, epoch: int, progress: float) -> float:
        self.plain()
        n, chains = len(rows), self._sweeps
        for _ in range(self.problem.n_sweeps):
            chains.sweep(self.w, self.b, self.c, None)
        torch.index_select(self.data, 0, rows, out=self.contrasted[:n])
        self.contrasted[n:].copy_(chains.state)
        x = self.contrast()
        free_energy = -(self.contrasted @ self.b) - torch.nn.functional.softplus(x).sum(1)
        return float(free_energy[:n].mean() - free_energy[n:].mean())
