"""torchsde: its Euler solver on the drift that PyTorch's own loop has, without its buffers.

The solver keeps what a drift returns, so that it may not be a buffer of the next call.
"""

from __future__ import annotations

from typing import Any

import torch
import torchsde
from numpy.typing import NDArray

from .base import LAST_TIME, DiffusionProblem, Step, amplitudes, steps
from .torch_base import TorchDiffuser
from .torch_loop import torch_loop

__all__ = ["TorchsdeSolve"]

LONGER = 1.0 + 1e-5
"""Factor of a step, so that times rounded to single precision do not need one more at the end."""


class ReverseDiffusion(torch.nn.Module):
    """The reverse SDE in 1 - t."""

    noise_type, sde_type = "diagonal", "ito"

    def __init__(self, loop: TorchDiffuser) -> None:
        super().__init__()
        self._loop = loop

    def f(self, s: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        """βv/2 + βs(v) = β(1/2 - 1/σ²)v + βα/σ² D."""
        alpha, sigma, rate = map(float, amplitudes(1.0 - float(s)))
        self._loop.v = v
        mean = self._loop.posterior_mean(Step(alpha, sigma, rate))
        return torch.add(v * (rate * (0.5 - 1.0 / sigma**2)), mean, alpha=rate * alpha / sigma**2)

    def g(self, s: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        rate = float(amplitudes(1.0 - float(s))[2])
        return v.new_full((1, 1), rate**0.5).expand_as(v)


class TorchsdeSolve(TorchDiffuser):
    def __init__(self, problem: DiffusionProblem) -> None:
        super().__init__(problem)
        self._loop = torch_loop(problem)
        self._sde = ReverseDiffusion(self._loop)

    @torch.no_grad()
    def run(self, n: int) -> None:
        length, times = (1.0 - LAST_TIME) / n * LONGER, torch.tensor([0.0, 1.0 - LAST_TIME])
        start = torch.empty(self.v.shape).normal_()
        first, last = times
        noise = torchsde.BrownianInterval(t0=first, t1=last, size=tuple(start.shape), dt=length)
        path = torchsde.sdeint(self._sde, start, times, bm=noise, dt=length, method="euler")
        self.v = path[-1]
        self._visible.copy_(self.draw(steps(n)[-1]))
        self.bernoulli_(torch.addmm(self.c, self._visible, self.w, out=self.hidden).sigmoid_())

    def posterior_mean(self, step: Step) -> torch.Tensor:
        self._loop.v = self.v
        return self._loop.posterior_mean(step)

    def state(self) -> NDArray[Any]:
        return self.v.numpy()
