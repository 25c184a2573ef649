"""The gradient of the literal loss of models with real visible units."""

from __future__ import annotations

import numpy as np

from ...backends import at_work
from ...backends.protocol import Domain, Reals
from ...gumbel import relaxed_bernoulli
from ...rbm import RBM, GaussianRBM
from .base import Batch
from .literal import LiteralGradient
from .natural import NaturalSum

__all__ = ["RealLiteralGradient"]


class RealLiteralGradient(LiteralGradient):
    r"""Gradient of :math:`E\,\lambda(t)\,\|E_u[b + W h(v_t; u, \tau) - v_t]/\sigma^2
    - \nabla\ln p(v_t|v_0)\|^2` with relaxed hidden units h.

    As `LiteralGradient` has it: the model's own gradient stands for the score at every noise
    level. That of real units is a score, but one density cannot have the scores of all noised ones.
    """

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        assert isinstance(model, GaussianRBM)
        seen = self._observer(batch)
        with at_work(self.backend, n_threads):
            odds = model.hidden_log_odds(seen.v_t)
            h, slope = self._relaxed(odds, batch)
            # ∇ln p(v_t|v₀) = -ζ/σ
            error = model.visible_force(seen.v_t, h) + seen.zeta / seen.sigma[:, None]
        variance = seen.sigma * seen.sigma
        weight = seen.weight * (variance * variance) / (seen.alpha * seen.alpha)
        of_force = 2.0 / len(weight) * weight[:, None] * error
        total = NaturalSum(model.conditionals, self.backend, n_threads)
        total.add_precision(-of_force * seen.v_t)
        total.add_log_odds(total.add_field(of_force, h) * slope, seen.v_t)
        return total.parameters(), float((weight * np.square(error).sum(axis=1)).mean())

    def _relaxed(self, odds: Reals, batch: Batch) -> tuple[Reals, Reals]:
        """Hidden units averaged over S noises, and their slopes in the log-odds, (B, M)."""
        tau, n = self._annealing(batch.progress), self._n_noises
        mean, slope = np.zeros_like(odds), np.zeros_like(odds)
        for noise in range(n):
            logistic = self.backend.logistic(
                batch.ids, odds.shape[1], self._key, step=batch.epoch,
                domain=Domain.LOGISTIC_HIDDEN | noise << 8,
            )  # fmt: skip
            h = relaxed_bernoulli(odds, logistic, tau, self.backend)
            mean += h / n
            slope += h * (1.0 - h) / (tau * n)
        return mean, slope
