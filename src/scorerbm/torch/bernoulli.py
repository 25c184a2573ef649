"""The module of binary visible units."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ..rbm import BernoulliRBM
from .module import Posterior, RBMModule, to_numpy

__all__ = ["BernoulliModule"]


class BernoulliModule(RBMModule):
    """A `scorerbm.BernoulliRBM`; see `RBMModule`. States may lie between 0 and 1."""

    visible_bias: Tensor
    data_mean: Tensor | None

    _family = BernoulliRBM
    _of_data = ("data_mean",)

    def to_rbm(self) -> BernoulliRBM:
        """Return a model with the present parameters."""
        return BernoulliRBM(
            to_numpy(self.weights),
            to_numpy(self.visible_bias),
            to_numpy(self.hidden_bias),
            data_mean=to_numpy(self.data_mean),
        )

    def _free_energy(self, v: Tensor) -> Tensor:
        """F(v) = -bᵀv - Σ_j softplus((Wᵀv + c)_j) of each row, (B,)."""
        return -(v @ self.visible_bias + softplus(v @ self.weights + self.hidden_bias).sum(-1))

    def _posterior(self, v_t: Tensor, alpha: Tensor, sigma: Tensor) -> Posterior:
        return Posterior(self.visible_bias + _channel(v_t, alpha, sigma), None)

    def _start(self, v_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        known = self.data_mean
        prior = self.visible_bias if known is None else torch.logit(known)
        return torch.sigmoid(prior + _channel(v_t, alpha, sigma))

    def _coupling(self) -> Tensor:
        return self.weights

    def _visible_mean(self, force: Tensor, posterior: Posterior) -> Tensor:
        return torch.sigmoid(force)

    def _log_weight(self, force: Tensor, posterior: Posterior) -> Tensor:
        return softplus(force).sum(-1)


def _channel(v_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
    """What v_t says for v = 1 against v = 0: ln N(v_t; α, σ²) - ln N(v_t; 0, σ²)."""
    rate = alpha / (sigma * sigma)
    return rate * v_t - 0.5 * alpha * rate
