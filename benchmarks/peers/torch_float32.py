"""PyTorch in single precision: every operation writes into a buffer made before."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from numpy.typing import NDArray

from .base import Peer, Problem

__all__ = ["TorchFloat32", "uniform_31"]

TWO_31 = 2.0**31


def uniform_31(words: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
    """Fill ``out`` with numbers in [0, 2³¹], two from each 64-bit draw.

    PyTorch's generator hands out one draw at a time, and a 64-bit one costs hardly more than the
    32 bits of ``uniform_``: at 64 x 64 whole sweeps take a seventh less time. The sign of the low
    half is random too, and dropped.
    """
    words.random_()
    out.copy_(words.view(torch.int32)[: out.numel()].view(out.shape))
    return out.abs_()


class Layer:
    """Buffers of one layer and its half of a sweep."""

    def __init__(self, weights: torch.Tensor, bias: torch.Tensor, state: torch.Tensor) -> None:
        self.weights, self.bias, self.state = weights, bias, state
        self.probability = torch.empty_like(state)
        self.uniform = torch.empty_like(state)
        self.words = torch.empty((state.numel() + 1) // 2, dtype=torch.int64)

    def sample(self, other: torch.Tensor) -> torch.Tensor:
        p = torch.addmm(self.bias, other, self.weights, out=self.probability)
        p.sigmoid_().mul_(TWO_31)
        return torch.lt(uniform_31(self.words, self.uniform), p, out=self.state)


class TorchFloat32(Peer):
    headline: ClassVar[bool] = True

    def __init__(self, problem: Problem) -> None:
        torch.set_num_threads(problem.n_threads)
        torch.manual_seed(1)
        w, b, c = (torch.tensor(x) for x in problem[:3])
        v = torch.tensor(problem.visible).float()
        self._hidden = Layer(w, c, torch.empty(len(v), len(c)))
        self._visible = Layer(w.t(), b, v)

    @torch.no_grad()
    def run(self, n_sweeps: int) -> None:
        for _ in range(n_sweeps):
            self._visible.sample(self._hidden.sample(self._visible.state))

    def visible(self) -> NDArray[Any]:
        return self._visible.state.numpy()
