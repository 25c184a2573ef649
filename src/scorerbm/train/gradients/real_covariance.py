"""The covariance gradient of models with real visible units."""

from __future__ import annotations

import numpy as np

from ..._seed import derive_key
from ...backends.protocol import Backend, Reals
from ...rbm import RBM, Chains
from .base import Batch, Gradient, Observer
from .real import check_near

__all__ = ["RealCovarianceGradient"]


class RealCovarianceGradient(Gradient):
    r"""Gradient of :math:`E\,w\,\|D_\theta(v_t) - v_0\|^2` from posterior samples.

    .. math::

        \nabla L = 2 E\,w\,[(D - v_0)^\top (v - D)\,(-\partial_\theta F(v))]

    as `CovarianceGradient` has it: S samples a row in two halves, the residual D - v₀ from one,
    the covariance from the other, then the other way round. Chains start from units that are
    independent, and are unbiased as far as the sweeps mix.
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
        s, v0 = self._n_samples, batch.v
        seen = self._observer(batch)
        ids = batch.ids_of_copies(s)
        observation = (np.repeat(x, s, axis=0) for x in (seen.v_t, seen.alpha, seen.sigma))
        v_t, alpha, sigma = observation
        start = model.draw_visible(
            model.posterior_start(v_t, alpha, sigma), ids, self._start_key,
            step=batch.epoch, backend=self.backend,
        )  # fmt: skip
        chains = Chains(start, ids, self._chain_key, batch.epoch * self._n_sweeps)
        posterior = model.tilt(v_t, alpha, sigma)
        posterior.gibbs(chains, self._n_sweeps, backend=self.backend, n_threads=n_threads)
        samples: Reals = chains.visible
        check_near(samples)
        of_samples, squares = _coefficients(samples.reshape(len(v0), s, -1), v0)
        gradient = model.statistics(
            samples,
            (2.0 * seen.weight[:, None] * of_samples).reshape(-1),
            backend=self.backend,
            n_threads=n_threads,
        )
        return gradient, float((seen.weight * squares).mean())


def _coefficients(samples: Reals, v0: Reals) -> tuple[Reals, Reals]:
    """Weight of each sample's -∂F/∂θ in the mean over all, (B, S), and ‖D - v₀‖², (B,)."""
    n = samples.shape[1]
    halves = slice(0, n // 2), slice(n // 2, n)
    mean = [_mean(samples[:, half]) for half in halves]
    out = np.empty(samples.shape[:2])
    for half, mine, other in zip(halves, mean, reversed(mean), strict=True):
        size = samples[:, half].shape[1]
        products = ((other - v0)[:, None, :] * (samples[:, half] - mine[:, None, :])).sum(axis=2)
        # Half the weight of a mean over this half, in a mean over all; the mean that is
        # subtracted is that of the same samples.
        out[:, half] = 0.5 * n * products / (size - 1)
    return out, ((mean[0] - v0) * (mean[1] - v0)).sum(axis=1)


def _mean(samples: Reals) -> Reals:
    return np.asarray(np.add.reduce(samples, axis=1) / samples.shape[1])
