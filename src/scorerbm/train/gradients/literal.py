"""The gradient of the literal loss."""

from __future__ import annotations

import numpy as np

from ..._seed import derive_key
from ...backends.protocol import Backend, DenseObservation, ForceEstimator, Reals
from ...gumbel import Annealing
from ...rbm import RBM
from .base import Batch, Gradient, Observer, as_parameters

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
        dense = model.dense_model()
        if dense is None:
            raise TypeError(f"model: got {type(model).__name__}, expected a BernoulliRBM")
        seen = self._observer(batch)
        variance = seen.sigma * seen.sigma
        weight = seen.weight * (variance * variance) / (seen.alpha * seen.alpha)
        # ∇ln p(v_t|v₀) = -ζ/σ
        numbers = -seen.zeta / seen.sigma[:, None], seen.v_t, weight / len(weight)
        gradient = self.backend.literal_gradient(
            dense,
            ForceEstimator(self._annealing(batch.progress), self._n_noises, False, None),
            DenseObservation(*(np.ascontiguousarray(x, np.float32) for x in numbers)),
            batch.ids,
            self._key,
            call=batch.epoch,
            n_threads=n_threads,
        )
        return as_parameters(gradient), float((weight * gradient.squares).mean())
