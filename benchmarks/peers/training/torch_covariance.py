"""PyTorch: the covariance gradient, S chains a row from the tilted data's log-odds."""

from __future__ import annotations

import torch

from ..torch_float32 import TWO_31
from .base import SNR_WINDOW, TrainingProblem
from .torch_base import Sweeps, TorchFitter, log_odds

__all__ = ["TorchCovariance", "observe"]


def observe(data: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
    """Shift of the log-odds by an observation with γ uniform in the window: γ(v₀ - 1/2) + √γ ζ."""
    low, high = SNR_WINDOW
    gamma = torch.empty(len(data), 1).uniform_(low, high)
    return out.normal_().mul_(gamma.sqrt()).addcmul_(gamma, data - 0.5)


class TorchCovariance(TorchFitter):
    def __init__(self, problem: TrainingProblem) -> None:
        super().__init__(problem)
        b, s, n = problem.batch_size, problem.n_copies, self.n_visible
        self._sweeps = Sweeps(b * s, n, self.n_hidden)
        self._data, self._shift = torch.empty(b, n), torch.empty(b, n)
        self._bias, self._from_mean = torch.empty(b * s, n), torch.empty(b, s, n)
        self._expected = torch.empty(b * s, self.n_hidden)

    @torch.no_grad()
    def step(self, rows: torch.Tensor, epoch: int, progress: float) -> float:
        self.plain()
        (b, n), s, chains = self._data.shape, self.problem.n_copies, self._sweeps
        data = torch.index_select(self.data, 0, rows, out=self._data)
        shift = observe(data, self._shift)
        bias = self._bias.view(b, s, n)
        bias.copy_((shift + log_odds(self.frequency))[:, None])
        chains.draw(self._bias.sigmoid_().mul_(TWO_31), chains.state)
        bias.copy_((shift + self.b)[:, None])
        for _ in range(self.problem.n_sweeps):
            chains.sweep(self.w, self._bias, self.c, None)
        weights, loss = self._sample_weights(chains.state.view(b, s, n), data)
        v = chains.state
        p = torch.addmm(self.c, v, self.w, out=self._expected).sigmoid_()
        p.mul_(weights[:, None])
        torch.mm(v.t(), p, out=self.w.grad)
        self.set_gradient(weights @ v, p.sum(0))
        return loss

    def _sample_weights(self, v: torch.Tensor, data: torch.Tensor) -> tuple[torch.Tensor, float]:
        """Weight of each chain's -∂F/∂θ: residuals of one half times deviations of the other."""
        b, s, n = v.shape
        half = s // 2
        means = v.view(b, 2, half, n).mean(2)
        residual = means - data[:, None]
        deviation = torch.sub(
            v.view(b, 2, half, n), means[:, :, None], out=self._from_mean.view(b, 2, half, n)
        )
        # (b, 2, half, n) times the residual of the other half, (b, 2, n, 1)
        products = deviation @ residual.flip(1)[..., None]
        low, high = SNR_WINDOW
        scale = (high - low) * half / (half - 1) / (b * s)  # 2 x half the window's width
        loss = 0.5 * (high - low) * float((residual[:, 0] * residual[:, 1]).sum()) / b
        return products.reshape(-1).mul_(scale), loss
