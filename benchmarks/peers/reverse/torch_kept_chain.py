"""PyTorch: a Gibbs chain of the tilted model, kept from one step to the next."""

from __future__ import annotations

import torch

from ..torch_float32 import TWO_31
from .base import KEPT_CHAIN_STEPS, DiffusionProblem, Step
from .torch_base import TorchDiffuser

__all__ = ["TorchKeptChain"]


class TorchKeptChain(TorchDiffuser):
    """One sweep a step; D is E[v|h] of that sweep."""

    fewest = KEPT_CHAIN_STEPS

    def __init__(self, problem: DiffusionProblem) -> None:
        super().__init__(problem)
        self._chain = torch.empty_like(self.v)

    def start(self, step: Step) -> None:
        self._chain.copy_(self.bernoulli_(self.tilted_bias(step).sigmoid_()))

    def posterior_mean(self, step: Step) -> torch.Tensor:
        bias = self.tilted_bias(step)
        h = torch.addmm(self.c, self._chain, self.w, out=self.hidden).sigmoid_()
        h = self.bernoulli_(h)
        mean = torch.addmm(bias, h, self.w.t(), out=self.mean).sigmoid_()
        torch.lt(self.uniform_like(mean).mul_(1.0 / TWO_31), mean, out=self._chain)
        return mean

    def draw(self, step: Step) -> torch.Tensor:
        self.posterior_mean(step)
        return self._chain
