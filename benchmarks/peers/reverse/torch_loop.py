"""PyTorch: mean-field and literal scores."""

from __future__ import annotations

import torch

from ..score.torch_loop import RelaxedHidden
from .base import DiffusionProblem, Step
from .torch_base import TorchDiffuser

__all__ = ["TorchLiteral", "TorchMeanField", "torch_loop"]


class TorchMeanField(TorchDiffuser):
    """Iterations v ← σ(W σ(Wᵀv + c) + b̃) from σ(b̃)."""

    def __init__(self, problem: DiffusionProblem) -> None:
        super().__init__(problem)
        self._n_iterations = problem.count

    def posterior_mean(self, step: Step) -> torch.Tensor:
        bias = self.tilted_bias(step)
        v = torch.sigmoid(bias, out=self.mean)
        for _ in range(self._n_iterations):
            h = torch.addmm(self.c, v, self.w, out=self.hidden).sigmoid_()
            v = torch.addmm(bias, h, self.w.t(), out=self.mean).sigmoid_()
        return v


class TorchLiteral(TorchDiffuser):
    """The score needs no detour by D: the second product adds to v in place."""

    def __init__(self, problem: DiffusionProblem) -> None:
        super().__init__(problem)
        self._n_noises = problem.count
        size = problem.n_particles, len(self.c)
        self._relaxed = RelaxedHidden(size, problem.tau, problem.count)

    def advance(self, step: Step) -> None:
        total = self._relaxed.mean(self.c, self.v, self.w)
        own, of_score = 1.0 + 0.5 * step.noise, step.noise / self._n_noises
        self.v.addmm_(total, self.w.t(), beta=own, alpha=of_score)
        self.v.add_(self.noise.normal_(), alpha=step.noise**0.5).add_(self.b, alpha=step.noise)

    def posterior_mean(self, step: Step) -> torch.Tensor:
        total = self._relaxed.mean(self.c, self.v, self.w)
        score = torch.addmm(self.b, total, self.w.t(), alpha=1.0 / self._n_noises, out=self.mean)
        return score.mul_(step.sigma**2).add_(self.v).div_(step.alpha)


def torch_loop(problem: DiffusionProblem) -> TorchDiffuser:
    """The one of the estimator asked for."""
    return {"literal": TorchLiteral, "mean_field": TorchMeanField}[problem.estimator](problem)
