"""The module of real visible units."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from ..rbm import RBM, GaussianRBM
from .module import Posterior, RBMModule, to_numpy

__all__ = ["GaussianModule"]


class GaussianModule(RBMModule):
    """A `scorerbm.GaussianRBM`; see `RBMModule`.

    Widths are trained, and kept in ``state_dict``, by their logarithm ``log_sigma``. Where the
    data's mean and scale are not known, iterations start from the model's own marginals.
    """

    visible_bias: Tensor
    log_sigma: Tensor
    data_mean: Tensor | None
    data_scale: Tensor | None

    _family = GaussianRBM
    _of_data = ("data_mean", "data_scale")

    def _arrays(self, model: RBM) -> dict[str, Any]:
        arrays: dict[str, Any] = dict(model.parameters)
        arrays["log_sigma"] = np.log(arrays.pop("sigma").astype(np.float64))
        return arrays

    def to_rbm(self) -> GaussianRBM:
        """Return a model with the present parameters."""
        return GaussianRBM(
            to_numpy(self.weights),
            to_numpy(self.visible_bias),
            to_numpy(self.hidden_bias),
            np.exp(to_numpy(self.log_sigma)),
            data_mean=to_numpy(self.data_mean),
            data_scale=to_numpy(self.data_scale),
        )

    def _free_energy(self, v: Tensor) -> Tensor:
        """F(v) = Σ_i (v_i-b_i)²/(2σ_i²) - Σ_j softplus(c_j + Σ_i W_ij v_i/σ_i²) of each row."""
        square = 0.5 * (torch.square(v - self.visible_bias) * self._precision()).sum(-1)
        return square - softplus(v @ self._coupling() + self.hidden_bias).sum(-1)

    def _precision(self) -> Tensor:
        return torch.exp(-2.0 * self.log_sigma)

    def _posterior(self, v_t: Tensor, alpha: Tensor, sigma: Tensor) -> Posterior:
        precision, rate = self._precision(), alpha / (sigma * sigma)
        field = self.visible_bias * precision + rate * v_t
        return Posterior(field, (precision + alpha * rate).expand_as(field))

    def _start(self, v_t: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        mean, variance = self._marginals()
        rate = alpha / (sigma * sigma)
        return (mean + variance * rate * v_t) / (1.0 + variance * alpha * rate)

    def _marginals(self) -> tuple[Tensor, Tensor]:
        """Mean and variance of standardised data; else of b + Wh + σζ for fair coins h."""
        if self.data_mean is not None:
            return torch.zeros_like(self.visible_bias), torch.ones_like(self.visible_bias)
        mean = self.visible_bias + 0.5 * self.weights.sum(1)
        return mean, torch.exp(2.0 * self.log_sigma) + 0.25 * torch.square(self.weights).sum(1)

    def _coupling(self) -> Tensor:
        return self.weights * self._precision()[:, None]

    def _visible_mean(self, force: Tensor, posterior: Posterior) -> Tensor:
        return force / posterior.precision

    def _log_weight(self, force: Tensor, posterior: Posterior) -> Tensor:
        return 0.5 * (torch.square(force) / posterior.precision).sum(-1)
