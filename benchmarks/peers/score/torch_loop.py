"""PyTorch: a loop over the noises, every operation in place.

With odds e^x and (1-u)/u the relaxed unit is σ((x + logit u)/τ) = 1/(1 + (e^{-x} (1/u - 1))^{1/τ}):
at most a power, which for τ = 1/2 is a square, where the logit and the sigmoid take a logarithm and
an exponential.
"""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray

from ..torch_float32 import TWO_31, uniform_31
from .base import Evaluator, ScoreProblem

__all__ = ["RelaxedHidden", "TorchLoop"]


class RelaxedHidden:
    """Buffers for the mean over K noises of σ((x + logit u)/τ), x the hidden log-odds."""

    def __init__(self, size: tuple[int, int], tau: float, n_noises: int) -> None:
        self._tau, self._n_noises = tau, n_noises
        self._odds, self._scaled, self._unit = (torch.empty(size) for _ in range(3))
        self._total = torch.empty(size)
        self._words = torch.empty((self._unit.numel() + 1) // 2, dtype=torch.int64)

    def mean(self, bias: torch.Tensor, v: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        total = self._total.zero_()
        torch.addmm(bias, v, weights, beta=-1.0, alpha=-1.0, out=self._odds)
        self._odds.clamp_(max=80.0).exp_()  # an infinite one would be subtracted from another
        torch.mul(self._odds, TWO_31, out=self._scaled)
        self._odds.neg_()
        for _ in range(self._n_noises):
            inverse = uniform_31(self._words, self._unit).reciprocal_()
            h = torch.addcmul(self._odds, self._scaled, inverse, out=self._unit)
            total.add_(h.pow_(1.0 / self._tau).add_(1.0).reciprocal_())
        return total


class TorchLoop(Evaluator):
    def __init__(self, problem: ScoreProblem) -> None:
        torch.set_num_threads(problem.n_threads)
        torch.manual_seed(1)
        self._w, self._b, self._c, self._v = (torch.tensor(x) for x in problem[:4])
        self._n_noises = problem.n_noises
        size = len(self._v), len(self._c)
        self._hidden = RelaxedHidden(size, problem.tau, problem.n_noises)
        self._score = torch.empty_like(self._v)

    @torch.no_grad()
    def score(self) -> NDArray[Any]:
        total = self._hidden.mean(self._c, self._v, self._w)
        torch.addmm(self._b, total, self._w.t(), alpha=1.0 / self._n_noises, out=self._score)
        return self._score.numpy()
