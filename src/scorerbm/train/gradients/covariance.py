"""The covariance gradient: the derivative of a posterior mean is a posterior covariance."""

from __future__ import annotations

import numpy as np

from ..._seed import derive_key
from ...backends.protocol import Backend, Reals
from ...rbm import RBM, Chains
from .base import Batch, Gradient, Observer

__all__ = ["CovarianceGradient"]


class CovarianceGradient(Gradient):
    r"""Gradient of :math:`E\,w\,\|D_\theta(v_t) - v_0\|^2` from hard posterior samples.

    .. math::

        \partial_\theta D = \mathrm{Cov}(v, -\partial_\theta F(v) | v_t), \qquad
        \nabla L = 2 E\,w\,[(D - v_0)^\top (v - D)\,(-\partial_\theta F(v))]

    with S samples a row in two halves: the residual D - v₀ from one, the covariance from the
    other, then the other way round. Unbiased as far as the sweeps mix.
    """

    def __init__(
        self, observer: Observer, n_samples: int, n_sweeps: int, seed: int, backend: Backend
    ) -> None:
        super().__init__(backend)
        self._observer = observer
        self._n_samples, self._n_sweeps = n_samples, n_sweeps
        self._start_key = derive_key(seed, "posterior starts")
        self._chain_key = derive_key(seed, "posterior chains")

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        seen, s = self._observer(batch), self._n_samples
        v_t, alpha, sigma = (np.repeat(x, s, axis=0) for x in (seen.v_t, seen.alpha, seen.sigma))
        ids = (batch.rows[:, None] * s + np.arange(s)).reshape(-1).astype(np.uint32)
        start = model.draw_visible(
            model.posterior_start(v_t, alpha, sigma),
            ids,
            self._start_key,
            step=batch.epoch,
            backend=self.backend,
        )
        chains = Chains(start, ids, self._chain_key, batch.epoch * self._n_sweeps)
        model.tilt(v_t, alpha, sigma).gibbs(
            chains, self._n_sweeps, backend=self.backend, n_threads=n_threads
        )
        b, n = batch.v.shape
        samples = chains.visible.reshape(b, s, n).astype(np.float64)
        weights, loss = _sample_weights(samples, batch.v.astype(np.float64), seen.weight)
        gradient = model.statistics(
            chains.visible, weights.reshape(-1), backend=self.backend, n_threads=n_threads
        )
        return gradient, loss


def _sample_weights(samples: Reals, v0: Reals, weight: Reals) -> tuple[Reals, float]:
    """Weight of each sample's -∂F/∂θ in the mean over all of them, and the loss a row."""
    half = samples.shape[1] // 2
    halves = samples[:, :half], samples[:, half:]
    means = [x.mean(axis=1) for x in halves]
    out = []
    for mine, own_mean, other_mean in zip(halves, means, reversed(means), strict=True):
        residual = (other_mean - v0)[:, None]
        # n/(n-1): the mean subtracted is that of the same n samples.
        unbiased = mine.shape[1] / (mine.shape[1] - 1)
        out.append(unbiased * (residual * (mine - own_mean[:, None])).sum(axis=2))
    # The two halves estimate the same product, each with the loss's factor 2.
    scaled = 2.0 * weight[:, None] * np.concatenate(out, axis=1)
    # An unbiased square of the residual: a product of independent halves.
    square = ((means[0] - v0) * (means[1] - v0)).sum(axis=1)
    return scaled, float((weight * square).mean())
