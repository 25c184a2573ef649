"""The gradient of the literal loss."""

from __future__ import annotations

import numpy as np

from ..._seed import derive_key
from ...backends import product
from ...backends.protocol import Backend, Domain, Reals
from ...gumbel import Annealing, relaxed_bernoulli
from ...rbm import RBM, BernoulliRBM
from .base import Batch, Gradient, Observer

__all__ = ["LiteralGradient"]


class LiteralGradient(Gradient):
    r"""Gradient of :math:`E\,\lambda(t)\,\|E_u[W\,\sigma((W^\top v_t + c + \sigma^{-1}(u))/\tau)]
    + b - \nabla\ln p(v_t|v_0)\|^2`.

    Kept for comparison; see `LiteralScore` for why it cannot learn. The observer's weight of
    ‖D - v₀‖² becomes σ⁴/α² times that of the score's error.
    """

    def __init__(
        self,
        observer: Observer,
        n_noises: int,
        annealing: Annealing,
        seed: int,
        backend: Backend,
    ) -> None:
        super().__init__(backend)
        self._observer, self._n_noises, self._annealing = observer, n_noises, annealing
        self._key = derive_key(seed, "relaxation noise")

    def shown(self, progress: float) -> dict[str, float]:
        return {"tau": self._annealing(progress)}

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        if not isinstance(model, BernoulliRBM):
            raise TypeError(f"model: got {type(model).__name__}, expected a BernoulliRBM")
        b, tau, seen = self.backend, self._annealing(batch.progress), self._observer(batch)
        log_odds = model.hidden_log_odds(seen.v_t)
        hidden, slope = np.zeros_like(log_odds), np.zeros_like(log_odds)
        for noise in range(self._n_noises):
            logistic = b.logistic(
                batch.ids, model.n_hidden, self._key, step=batch.epoch,
                domain=Domain.LOGISTIC_HIDDEN | noise << 8,
            )  # fmt: skip
            h = relaxed_bernoulli(log_odds, logistic, tau, b)
            hidden += h / self._n_noises
            slope += h * (1.0 - h) / (tau * self._n_noises)
        # ∇ln p(v_t|v₀) = -ζ/σ
        residual = model.visible_log_odds(hidden) + seen.zeta / seen.sigma[:, None]
        variance = seen.sigma * seen.sigma
        weight = seen.weight * (variance * variance) / (seen.alpha * seen.alpha)
        loss = float((weight * np.square(residual).sum(axis=1)).mean())
        of_score = 2.0 * weight[:, None] * residual / len(residual)
        w = model.double_weights
        of_log_odds = product(b, of_score, w, n_threads) * slope
        through_hidden = product(b, seen.v_t.T, of_log_odds, n_threads)
        gradient = {
            "weights": product(b, of_score.T, hidden, n_threads) + through_hidden,
            "visible_bias": np.add.reduce(of_score, axis=0),
            "hidden_bias": np.add.reduce(of_log_odds, axis=0),
        }
        return gradient, loss
