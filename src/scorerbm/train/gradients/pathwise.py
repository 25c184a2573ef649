"""The pathwise gradient: through k relaxed sweeps, or k mean-field ones."""

from __future__ import annotations

import numpy as np

from ..._seed import derive_key
from ...backends.protocol import Backend, DenseObservation, Reals, RelaxedSweeps
from ...gumbel import Annealing
from ...rbm import RBM
from .base import Batch, Gradient, Observer, as_parameters

__all__ = ["PathwiseGradient"]

_NUMBERS_AT_ONCE = 1 << 26  # units of all sweeps that wait for the way back: 256 MB


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
        observed = [np.ascontiguousarray(x, np.float32) for x in numbers]
        total: dict[str, Reals] = {}
        squares: list[Reals] = []
        for rows in self._parts(len(batch.v), model.n_visible + model.n_hidden):
            gradient = self.backend.pathwise_gradient(
                dense,
                RelaxedSweeps(self._n_sweeps, self._n_noises, tau),
                DenseObservation(*(x[rows] for x in observed)),
                batch.ids[rows],
                self._key,
                call=batch.epoch,
                n_threads=n_threads,
            )
            part = as_parameters(gradient)
            total = {name: total[name] + x for name, x in part.items()} if total else part
            squares.append(gradient.squares)
        return total, float((seen.weight * np.concatenate(squares)).mean())

    def _parts(self, n_rows: int, n_units: int) -> list[slice]:
        """Cut rows where (1 + 2kS) states of each would take too much memory."""
        states = 1 + 2 * self._n_sweeps * max(1, self._n_noises)
        size = max(1, _NUMBERS_AT_ONCE // (states * n_units))
        return [slice(first, first + size) for first in range(0, n_rows, size)]
