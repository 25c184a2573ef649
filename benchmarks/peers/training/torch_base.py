"""PyTorch's training loop: buffers made once, fused Adam, autograd for one gradient only."""

from __future__ import annotations

from abc import abstractmethod

import torch

from ..torch_float32 import TWO_31, uniform_31
from .base import HIDDEN_OFFSET, INITIAL_WEIGHT, Fitter, Parameters, TrainingProblem

__all__ = ["Sweeps", "TorchFitter", "log_odds"]


def log_odds(p: torch.Tensor) -> torch.Tensor:
    return torch.log(p) - torch.log1p(-p)


class Sweeps:
    """Buffers for block-Gibbs sweeps of C chains, whose visible biases may differ."""

    def __init__(self, n_chains: int, n_visible: int, n_hidden: int) -> None:
        self.state, self.mean = (torch.empty(n_chains, n_visible) for _ in range(2))
        self.hidden = torch.empty(n_chains, n_hidden)
        most = max(self.state.numel(), self.hidden.numel())
        self._uniform = torch.empty(most)
        self._words = torch.empty((most + 1) // 2, dtype=torch.int64)

    def sweep(
        self, w: torch.Tensor, bias: torch.Tensor, c: torch.Tensor, total: torch.Tensor | None
    ) -> None:
        """One sweep; adds E[v|h] to a total if there is one."""
        h = torch.addmm(c, self.state, w, out=self.hidden).sigmoid_()
        self.draw(h.mul_(TWO_31), h)
        p = torch.addmm(bias, h, w.t(), out=self.mean).sigmoid_()
        if total is not None:
            total.add_(p)
        self.draw(p.mul_(TWO_31), self.state)

    def draw(self, scaled: torch.Tensor, out: torch.Tensor) -> None:
        """Bits whose probabilities are these over 2³¹."""
        u = self._uniform[: scaled.numel()].view(scaled.shape)
        uniform_31(self._words[: (scaled.numel() + 1) // 2], u)
        torch.lt(u, scaled, out=out)


class TorchFitter(Fitter):
    """The loop; subclasses have a step."""

    def __init__(self, problem: TrainingProblem) -> None:
        torch.set_num_threads(problem.n_threads)
        torch.manual_seed(1)
        self.problem = problem
        self.data = torch.tensor(problem.data).float()
        self.n_visible, self.n_hidden = self.data.shape[1], problem.n_hidden
        self.frequency = (self.data.sum(0) + 0.5) / (len(self.data) + 1.0)
        self.offsets = self.frequency, torch.full((self.n_hidden,), HIDDEN_OFFSET)
        size = problem.batch_size, self.n_visible, self.n_hidden
        self.b, self.c = torch.empty(self.n_visible), torch.empty(self.n_hidden)
        self.contrasted = torch.empty(2 * size[0], size[1])
        self.expected = torch.empty(2 * size[0], size[2])

    def start(self) -> None:
        """Begin a fit."""

    @abstractmethod
    def step(self, rows: torch.Tensor, epoch: int, progress: float) -> float:
        """Set the gradients for these rows and return the loss."""

    def run(self, n: int) -> None:
        problem = self.problem
        self.leaves = [torch.nn.Parameter(x) for x in self._initial()]
        self.w, self.visible, self.hidden = self.leaves
        for x in self.leaves:
            x.grad = torch.zeros_like(x)
        adam = torch.optim.Adam(self.leaves, lr=problem.learning_rate, fused=True)
        self.start()
        n_rows, self.losses = len(self.data), []
        n_updates = n * (n_rows // problem.batch_size)
        for epoch in range(n):
            for rows in torch.randperm(n_rows).split(problem.batch_size):
                progress = len(self.losses) / n_updates
                adam.param_groups[0]["lr"] = problem.learning_rate * (1.0 - progress)
                self.losses.append(self.step(rows, epoch, progress))
                adam.step()

    def _initial(self) -> list[torch.Tensor]:
        """W, b' and c' of the centred model."""
        mu, lam = self.offsets
        if self.problem.init is None:
            w = torch.empty(self.n_visible, self.n_hidden).normal_(std=INITIAL_WEIGHT)
            return [w, log_odds(self.frequency), torch.zeros(self.n_hidden)]
        w, b, c = (torch.tensor(x).float() for x in self.problem.init.values())
        return [w, b + w @ lam, c + mu @ w]

    @torch.no_grad()
    def plain(self) -> None:
        """Set b and c from the centred parameters."""
        mu, lam = self.offsets
        torch.addmv(self.visible, self.w, lam, alpha=-1.0, out=self.b)
        torch.addmv(self.hidden, self.w.t(), mu, alpha=-1.0, out=self.c)

    @torch.no_grad()
    def set_gradient(self, of_visible: torch.Tensor, of_hidden: torch.Tensor) -> None:
        """Those of b and c, and centre that of W, which is set already."""
        mu, lam = self.offsets
        self.w.grad.addr_(mu, of_hidden, alpha=-1.0).addr_(of_visible, lam, alpha=-1.0)
        self.visible.grad.copy_(of_visible)
        self.hidden.grad.copy_(of_hidden)

    @torch.no_grad()
    def contrast(self) -> torch.Tensor:
        """Gradient from the two halves of ``contrasted``, data and samples; the hidden log-odds."""
        both, n = self.contrasted, self.problem.batch_size
        x = torch.addmm(self.c, both, self.w, out=self.expected)
        p = x.sigmoid()
        p[:n].neg_()
        torch.mm(both.t(), p, out=self.w.grad).div_(n)
        self.set_gradient((both[n:].sum(0) - both[:n].sum(0)) / n, p.sum(0) / n)
        return x

    def parameters(self) -> Parameters:
        self.plain()
        arrays = self.w.detach(), self.b, self.c
        names = "weights", "visible_bias", "hidden_bias"
        return {k: x.numpy().copy() for k, x in zip(names, arrays, strict=True)}

    def loss(self) -> float:
        n_batches = len(self.data) // self.problem.batch_size
        return sum(self.losses[-n_batches:]) / n_batches
