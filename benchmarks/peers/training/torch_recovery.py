"""PyTorch: the recovery gradient, with one chain and one observation kept for every row.

The observation at γ₀ = 1 shifts the log-odds by v₀ - 1/2 + ζ, which is stored for all rows.
"""

from __future__ import annotations

import torch

from .base import TrainingProblem
from .torch_base import Sweeps, TorchFitter

__all__ = ["TorchRecovery"]


class TorchRecovery(TorchFitter):
    def __init__(self, problem: TrainingProblem) -> None:
        super().__init__(problem)
        size = problem.batch_size, self.n_visible
        self._sweeps = Sweeps(*size, self.n_hidden)
        self._bias, self._halfway = torch.empty(size), torch.empty(size)
        self._chains, self._shift = torch.empty_like(self.data), torch.empty_like(self.data)

    def start(self) -> None:
        self._chains.copy_(self.data)
        self._shift.normal_().add_(self.data).sub_(0.5)

    @torch.no_grad()
    def step(self, rows: torch.Tensor, epoch: int, progress: float) -> float:
        self.plain()
        n, chains = len(rows), self._sweeps
        data = torch.index_select(self.data, 0, rows, out=self.contrasted[:n])
        torch.index_select(self._chains, 0, rows, out=chains.state)
        bias = torch.index_select(self._shift, 0, rows, out=self._bias).add_(self.b)
        for sweep in range(self.problem.n_sweeps):
            if sweep == self.problem.n_sweeps // 2:
                self._halfway.copy_(chains.state)
            chains.sweep(self.w, bias, self.c, None)
        self._chains.index_copy_(0, rows, chains.state)
        self.contrasted[n:].copy_(chains.state)
        self.contrast()
        before = self._halfway.sub_(data).flatten()
        after = torch.sub(chains.state, data, out=self._bias).flatten()
        return 0.5 * float(torch.dot(before, after)) / n
