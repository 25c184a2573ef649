"""The pathwise gradient: through k relaxed sweeps, or k mean-field ones."""

from __future__ import annotations

import numpy as np

from ..._seed import derive_key
from ...backends.protocol import Backend, DenseObservation, Reals, RelaxedSweeps
from ...gumbel import Annealing
from ...rbm import RBM
from .base import Batch, Gradient, Observer, as_parameters

__all__ = ["PathwiseGradient"]


class PathwiseGradient(Gradient):
    r"""Gradient of :math:`E\,w\,\|E_u D_\theta(v_t; u, \tau) - v_0\|^2` by back-propagation.

    D is the end of k sweeps of relaxed units :math:`\sigma((\ell + \sigma^{-1}(u))/\tau)` from
    the data's log-odds tilted by the observation, averaged over S noises *inside* the norm. With
    no noises it is k mean-field iterations.

    Quick and good early; a long run fits the k-step sampler rather than the equilibrium model.
    """

    def __init__(
        self,
        observer: Observer,
        n_sweeps: int,
        n_noises: int,
        annealing: Annealing | None,
        seed: int,
        backend: Backend,
    ) -> None:
        super().__init__(backend)
        self._observer, self._annealing = observer, annealing
        self._n_sweeps, self._n_noises = n_sweeps, n_noises
        self._key = derive_key(seed, "relaxation noise")

    def shown(self, progress: float) -> dict[str, float]:
        return {} if self._annealing is None else {"tau": self._annealing(progress)}

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        dense = model.dense_model()
        if dense is None:
            raise TypeError(f"model: got {type(model).__name__}, expected a BernoulliRBM")
        tau = 1.0 if self._annealing is None else self._annealing(batch.progress)
        seen = self._observer(batch)
        rate = seen.alpha / (seen.sigma * seen.sigma)
        channel = rate[:, None] * seen.v_t - (0.5 * seen.alpha * rate)[:, None]
        numbers = batch.v, channel, seen.weight / len(batch.v)
        gradient = self.backend.pathwise_gradient(
            dense,
            RelaxedSweeps(self._n_sweeps, self._n_noises, tau),
            DenseObservation(*(np.ascontiguousarray(x, np.float32) for x in numbers)),
            batch.ids,
            self._key,
            call=batch.epoch,
            n_threads=n_threads,
        )
        return as_parameters(gradient), float((seen.weight * gradient.squares).mean())
