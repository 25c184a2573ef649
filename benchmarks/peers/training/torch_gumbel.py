"""PyTorch: the pathwise gradient through relaxed sweeps, by autograd.

S noises a row are a leading dimension; the first hidden log-odds are common to them.
"""

from __future__ import annotations

import torch

from .base import SNR_WINDOW, TEMPERATURES, TrainingProblem
from .torch_base import TorchFitter, log_odds
from .torch_covariance import observe

__all__ = ["TorchCompiledGumbel", "TorchGumbel"]


def relaxed_loss(
    w: torch.Tensor,
    visible: torch.Tensor,
    hidden: torch.Tensor,
    offsets: tuple[torch.Tensor, torch.Tensor],
    data: torch.Tensor,
    start: torch.Tensor,
    shift: torch.Tensor,
    noises: list[torch.Tensor],
    inverse_tau: torch.Tensor,
) -> torch.Tensor:
    """Mean over the rows of w ‖E_u D - v₀‖², D the end of the relaxed sweeps."""
    mu, lam = offsets
    bias, c = shift + (visible - w @ lam), hidden - mu @ w
    x = start @ w + c
    for i in range(0, len(noises) - 1, 2):
        h = torch.sigmoid((x + noises[i]) * inverse_tau)
        v = torch.sigmoid((h @ w.t() + bias + noises[i + 1]) * inverse_tau)
        x = v @ w + c
    h = torch.sigmoid((x + noises[-1]) * inverse_tau)
    mean = torch.sigmoid(h @ w.t() + bias).mean(0)
    low, high = SNR_WINDOW
    return 0.5 * (high - low) * (mean - data).square().sum() / len(data)


class TorchGumbel(TorchFitter):
    objective = staticmethod(relaxed_loss)

    def __init__(self, problem: TrainingProblem) -> None:
        super().__init__(problem)
        b, s, k = problem.batch_size, problem.n_copies, problem.n_sweeps
        widths = [self.n_hidden, self.n_visible] * (k - 1) + [self.n_hidden]
        self._noises = [torch.empty(s, b, width) for width in widths]
        self._data, self._shift = (torch.empty(b, self.n_visible) for _ in range(2))

    def step(self, rows: torch.Tensor, epoch: int, progress: float) -> float:
        data = torch.index_select(self.data, 0, rows, out=self._data)
        shift = observe(data, self._shift)
        start = torch.sigmoid(shift + log_odds(self.frequency))
        for noise in self._noises:
            noise.uniform_().logit_(eps=1e-7)
        first, last = TEMPERATURES
        inverse_tau = torch.tensor(1.0 / (first ** (1.0 - progress) * last**progress))
        for x in self.leaves:
            x.grad = None
        loss = self.objective(
            *self.leaves, self.offsets, data, start, shift, self._noises, inverse_tau
        )
        loss.backward()
        return float(loss.detach())


class TorchCompiledGumbel(TorchGumbel):
    """The same compiled, which fuses what lies between the products."""

    def __init__(self, problem: TrainingProblem) -> None:
        super().__init__(problem)
        torch._dynamo.reset()
        self.objective = torch.compile(relaxed_loss)
