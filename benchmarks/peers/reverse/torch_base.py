"""PyTorch's side of the integration, all but the score."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import torch
from numpy.typing import NDArray

from ..torch_float32 import TWO_31, uniform_31
from .base import Diffuser, DiffusionProblem, Step, steps

__all__ = ["TorchDiffuser"]


class TorchDiffuser(Diffuser):
    """Buffers made once, and the loop over the steps."""

    def __init__(self, problem: DiffusionProblem) -> None:
        torch.set_num_threads(problem.n_threads)
        torch.manual_seed(1)
        self.w, self.b, self.c = (torch.tensor(x) for x in problem[:3])
        shape = problem.n_particles, len(self.b)
        self.v, self.noise, self.tilt, self.mean = (torch.empty(shape) for _ in range(4))
        self.hidden = torch.empty(problem.n_particles, len(self.c))
        most = max(self.v.numel(), self.hidden.numel())
        self.uniform = torch.empty(most)
        self.words = torch.empty((most + 1) // 2, dtype=torch.int64)
        self._visible = torch.empty(shape)

    @torch.no_grad()
    def run(self, n: int) -> None:
        path = steps(n)
        self.v.normal_()
        self.start(path[0])
        for step in path[:-1]:
            self.advance(step)
        self._visible.copy_(self.draw(path[-1]))
        self.bernoulli_(torch.addmm(self.c, self._visible, self.w, out=self.hidden).sigmoid_())

    def start(self, step: Step) -> None:
        """Set up what is kept between the steps."""

    def advance(self, step: Step) -> None:
        """Change v by one step."""
        mean = self.posterior_mean(step)
        self.v.mul_(step.of_state).add_(mean, alpha=step.of_mean)
        self.v.add_(self.noise.normal_(), alpha=step.noise**0.5)

    @abstractmethod
    def posterior_mean(self, step: Step) -> torch.Tensor:
        """D(v_t), in a buffer."""

    def draw(self, step: Step) -> torch.Tensor:
        """Bits given v_t."""
        return self.bernoulli_(self.posterior_mean(step))

    def tilted_bias(self, step: Step) -> torch.Tensor:
        """b + α v_t/σ² - α²/2σ², (B, N)."""
        ratio = step.alpha / step.sigma**2
        bias = self.b - 0.5 * step.alpha * ratio
        return torch.add(bias, self.v, alpha=ratio, out=self.tilt)

    def bernoulli_(self, p: torch.Tensor) -> torch.Tensor:
        """Turn probabilities into bits, in place."""
        return torch.lt(self.uniform_like(p), p.mul_(TWO_31), out=p)

    def uniform_like(self, p: torch.Tensor) -> torch.Tensor:
        """Numbers in [0, 2³¹], in a buffer."""
        words = self.words[: (p.numel() + 1) // 2]
        return uniform_31(words, self.uniform[: p.numel()].view(p.shape))

    def state(self) -> NDArray[Any]:
        return self.v.numpy()

    def visible(self) -> NDArray[Any]:
        return self._visible.numpy()
