"""The pathwise gradient: through k relaxed sweeps, or k mean-field ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..._seed import derive_key
from ...backends import product
from ...backends.protocol import Backend, Domain, Reals
from ...gumbel import Annealing
from ...rbm import RBM, BernoulliRBM
from .base import Batch, Gradient, Observation, Observer

__all__ = ["PathwiseGradient"]


@dataclass(frozen=True, slots=True)
class _Layer:
    """One relaxed half-sweep: its input, its output, and the output's slope in the log-odds."""

    below: Reals
    above: Reals
    slope: Reals


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
        if not isinstance(model, BernoulliRBM):
            raise TypeError(f"model: got {type(model).__name__}, expected a BernoulliRBM")
        tau = 1.0 if self._annealing is None else self._annealing(batch.progress)
        seen, v0 = self._observer(batch), batch.v.astype(np.float64)
        copies = max(1, self._n_noises)
        layers, last = self._forward(model, seen, batch, tau)
        mean = last.reshape(copies, *v0.shape).sum(axis=0) / copies
        loss = float((seen.weight * np.square(mean - v0).sum(axis=1)).mean())
        of_mean = 2.0 * seen.weight[:, None] * (mean - v0) / (len(v0) * copies)
        out = np.tile(of_mean, (copies, 1)) * last * (1.0 - last)
        return self._backward(model, layers, out, n_threads), loss

    def _forward(
        self, model: BernoulliRBM, seen: Observation, batch: Batch, tau: float
    ) -> tuple[list[_Layer], Reals]:
        copies, k = max(1, self._n_noises), self._n_sweeps
        start = model.posterior_start(seen.v_t, seen.alpha, seen.sigma)
        posterior = model.tilt(
            *(np.concatenate([x] * copies) for x in (seen.v_t, seen.alpha, seen.sigma))
        )
        v, layers = np.tile(start, (copies, 1)), []
        for sweep in range(k):
            step = batch.epoch * k + sweep
            h = self._relax(model.hidden_log_odds(v), batch, step, Domain.LOGISTIC_HIDDEN, tau)
            layers.append(_Layer(v, h, h * (1.0 - h) / tau))
            if sweep < k - 1:
                log_odds = posterior.visible_log_odds(h)
                v = self._relax(log_odds, batch, step, Domain.LOGISTIC_VISIBLE, tau)
                layers.append(_Layer(h, v, v * (1.0 - v) / tau))
        return layers, posterior.visible_probability(layers[-1].above)

    def _relax(self, log_odds: Reals, batch: Batch, step: int, domain: int, tau: float) -> Reals:
        width, b = log_odds.shape[1], self.backend
        noises = [
            b.logistic(batch.ids, width, self._key, step=step, domain=domain | noise << 8)
            for noise in range(self._n_noises)
        ]
        if noises:
            log_odds = log_odds + np.concatenate(noises)
        return b.sigmoid(log_odds / tau)

    def _backward(
        self, model: BernoulliRBM, layers: list[_Layer], out: Reals, n_threads: int
    ) -> dict[str, Reals]:
        """``out`` is the loss's derivative in the last layer's visible log-odds."""
        b, w = self.backend, model.double_weights
        of_weights = product(b, out.T, layers[-1].above, n_threads)
        of_visible, of_hidden = np.add.reduce(out, axis=0), np.zeros(w.shape[1])
        to_hidden = True
        for layer in reversed(layers):
            if to_hidden:  # this layer is hidden: out comes from visible log-odds
                out = product(b, out, w, n_threads) * layer.slope
                of_weights += product(b, layer.below.T, out, n_threads)
                of_hidden += np.add.reduce(out, axis=0)
            else:
                out = product(b, out, w.T, n_threads) * layer.slope
                of_weights += product(b, out.T, layer.below, n_threads)
                of_visible += np.add.reduce(out, axis=0)
            to_hidden = not to_hidden
        return {"weights": of_weights, "visible_bias": of_visible, "hidden_bias": of_hidden}
