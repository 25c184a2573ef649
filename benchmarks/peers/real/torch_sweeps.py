"""PyTorch in single precision: every operation writes into a buffer made before.

`torch_real` takes a Langevin step at a time, as they are written. `TorchOneDraw` takes the K steps
of a sweep, which are linear, as the one normal draw that they make.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..torch_float32 import TWO_31, uniform_31
from .base import RealChains, RealProblem, step_sizes

__all__ = ["TorchGibbs", "TorchLangevin", "TorchOneDraw", "torch_real"]


class TorchReal(RealChains):
    """The hidden half of a sweep, and the means of the visible one."""

    def __init__(self, problem: RealProblem) -> None:
        torch.set_num_threads(problem.n_threads)
        torch.manual_seed(1)
        w, self.b, c, sigma = (torch.tensor(x) for x in problem[:4])
        self.back = w.t().contiguous()
        self.sigma, self.variance = sigma, sigma.square()
        self._to_hidden, self._c = w / self.variance[:, None], c
        self.v = torch.tensor(problem.visible)
        self.centre, self.noise = torch.empty_like(self.v), torch.empty_like(self.v)
        self._hidden = torch.empty(len(self.v), len(c))
        self._uniform = torch.empty_like(self._hidden)
        self._words = torch.empty((self._hidden.numel() + 1) // 2, dtype=torch.int64)

    @torch.no_grad()
    def run(self, n_sweeps: int) -> None:
        for _ in range(n_sweeps):
            p = torch.addmm(self._c, self.v, self._to_hidden, out=self._hidden)
            p.sigmoid_().mul_(TWO_31)
            h = torch.lt(uniform_31(self._words, self._uniform), p, out=p)
            self.move(torch.addmm(self.b, h, self.back, out=self.centre))

    @abstractmethod
    def move(self, centre: torch.Tensor) -> None:
        """Change v, given its means."""

    def visible(self) -> NDArray[Any]:
        return self.v.numpy()


class TorchGibbs(TorchReal):
    def move(self, centre: torch.Tensor) -> None:
        torch.addcmul(centre, self.noise.normal_(), self.sigma, out=self.v)


class TorchLangevin(TorchReal):
    """v ← v + η_k (m - v)/σ² + √(2 η_k) ζ, K times."""

    def __init__(self, problem: RealProblem) -> None:
        super().__init__(problem)
        eta = step_sizes(problem)
        self._pulls = [float(x) / self.variance for x in eta]
        self._spreads = [float(np.sqrt(2.0 * x)) for x in eta]

    def move(self, centre: torch.Tensor) -> None:
        for pull, spread in zip(self._pulls, self._spreads, strict=True):
            self.v.lerp_(centre, pull).add_(self.noise.normal_(), alpha=spread)


class TorchOneDraw(TorchReal):
    """v ← m + ρ (v - m) + s ζ."""

    def __init__(self, problem: RealProblem) -> None:
        super().__init__(problem)
        self._forget, square = torch.ones_like(self.sigma), torch.zeros_like(self.sigma)
        for eta in step_sizes(problem):
            keep = 1.0 - float(eta) / self.variance
            self._forget, square = keep * self._forget, keep**2 * square + 2.0 * float(eta)
        self._forget, self._spread = 1.0 - self._forget, square.sqrt()

    def move(self, centre: torch.Tensor) -> None:
        self.v.lerp_(centre, self._forget).addcmul_(self.noise.normal_(), self._spread)


def torch_real(problem: RealProblem) -> TorchReal:
    """The one of the moves asked for."""
    return (TorchLangevin if problem.n_steps else TorchGibbs)(problem)
