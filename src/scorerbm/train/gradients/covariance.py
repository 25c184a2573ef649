"""The covariance gradient: the derivative of a posterior mean is a posterior covariance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._seed import derive_key
from ...backends.protocol import Backend, IntegerRBM, Reals
from ...rbm import RBM, BernoulliRBM
from .base import Batch, Gradient, Observer, integers_of, named

__all__ = ["CovarianceGradient"]


class CovarianceGradient(Gradient):
    r"""Gradient of :math:`E\,w\,\|D_\theta(v_t) - v_0\|^2` from hard posterior samples.

    .. math::

        \partial_\theta D = \mathrm{Cov}(v, -\partial_\theta F(v) | v_t), \qquad
        \nabla L = 2 E\,w\,[(D - v_0)^\top (v - D)\,(-\partial_\theta F(v))]

    with S samples a row in two halves: the residual D - v₀ from one, the covariance from the
    other, then the other way round. Unbiased as far as the sweeps mix. Every product of two
    vectors in it is one of bits.
    """

    def __init__(
        self, observer: Observer, n_samples: int, n_sweeps: int, seed: int, backend: Backend
    ) -> None:
        super().__init__(backend)
        self._observer = observer
        self._n_samples, self._n_sweeps = n_samples, n_sweeps
        self._start_key = derive_key(seed, "posterior starts")
        self._chain_key = derive_key(seed, "posterior chains")
        self._coefficients = _Coefficients(n_samples)
        self._start: IntegerRBM | None = None

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        rbm = integers_of(model, self.backend, n_threads)
        s, k = self._n_samples, self._n_sweeps
        tilt, weight = self._observer.tilt(batch)
        ids = batch.ids_of_copies(s)
        data = batch.words
        # As if visible units were independent: one sweep of a model whose weights are zero.
        start = self.backend.sweep_bits(
            self._independent(model, n_threads),
            np.zeros((len(ids), data.shape[1]), np.uint64),
            ids,
            self._start_key,
            first_sweep=batch.epoch,
            n_sweeps=1,
            tilt=tilt,
            n_threads=n_threads,
        ).states
        samples = self.backend.sweep_bits(
            rbm, start, ids, self._chain_key,
            first_sweep=batch.epoch * k, n_sweeps=k, tilt=tilt, n_threads=n_threads,
        ).states  # fmt: skip
        weights, loss = self._coefficients(self.backend.overlaps(samples, data), weight)
        mean = self.backend.weighted_statistics(rbm, samples, weights.reshape(-1), n_threads)
        return named(mean), loss

    def _independent(self, model: RBM, n_threads: int) -> IntegerRBM:
        """Visible units without hidden ones; the same at every step if the data are known."""
        assert isinstance(model, BernoulliRBM)
        if self._start is None or model.data_mean is None:
            self._start = model.one_hidden_unit().integers_in_training(self.backend, n_threads)
        return self._start


class _Coefficients:
    """The samples' weights and the squared residual, both linear in the products of bits.

    Products are those of a row's S samples and its datum, the last, with each other. Integers, so
    that sums of products with them are exact in any order.
    """

    def __init__(self, n_samples: int) -> None:
        n = n_samples
        halves = np.arange(n // 2), np.arange(n // 2, n)
        of_samples = np.zeros((n + 1, n + 1, n))
        factor = np.empty(n)
        for mine, other in zip(halves, reversed(halves), strict=True):
            a, b = len(mine), len(other)
            # (m' - v₀)·(x - m) for each sample x of this half, m and m' the halves' means: times
            # a b. a/(a-1): the mean subtracted is that of the same samples.
            factor[mine] = 1.0 / ((a - 1) * b)
            for x in mine:
                of_samples[other, x, x] += a
                of_samples[n, x, x] -= a * b
                of_samples[other[:, None], mine, x] -= 1.0
                of_samples[n, mine, x] += b
        first, second = halves
        a, b = len(first), len(second)
        # (m - v₀)·(m' - v₀), times a b: unbiased, a product of independent halves.
        square = np.zeros((n + 1, n + 1))
        square[np.ix_(first, second)] = 1.0
        square[first, n] = -b
        square[second, n] = -a
        square[n, n] = a * b
        self._of_samples = of_samples.reshape(-1, n)
        self._factor = factor
        self._square, self._of_square = square.reshape(-1), 1.0 / (a * b)

    def __call__(self, products: NDArray[np.integer[Any]], weight: Reals) -> tuple[Reals, float]:
        """Weight of each sample's -∂F/∂θ in the mean over all of them, and the loss a row."""
        g = products.reshape(len(products), -1).astype(np.float64)
        # The two halves estimate the same product, each with the loss's factor 2.
        of_samples = 2.0 * weight[:, None] * ((g @ self._of_samples) * self._factor)
        return of_samples, float((weight * ((g @ self._square) * self._of_square)).mean())
