"""Gradients by back-propagation through relaxed units."""

from __future__ import annotations

import numpy as np

from ..protocol import (
    DenseGradient,
    DenseModel,
    DenseObservation,
    Floats,
    ForceEstimator,
    Key,
    Reals,
    RelaxedSweeps,
    Words,
)
from . import dense_gradient as kernels
from .dense import Dense, packed_model, work_of
from .product import add_products, padded, widened
from .relaxed_noise import powers_of
from .threads import in_rows

__all__ = ["Gradients"]


class Gradients(Dense):
    """Their operations of the protocol."""

    def pathwise_gradient(
        self,
        model: DenseModel,
        estimator: RelaxedSweeps,
        observation: DenseObservation,
        chains: Words,
        key: Key,
        *,
        call: int,
        n_threads: int,
    ) -> DenseGradient:
        n_rows, n_layers = len(chains), estimator.n_sweeps
        n, m = (padded(width) for width in model.weights.shape)
        all_rows = max(1, estimator.n_noises) * n_rows
        of_all = (n_layers, all_rows)
        layers = kernels.Layers(
            _room(n_rows, n), _room(n_rows, m), _room(*of_all, m), _room(*of_all, n),
            _room(*of_all, m), _room(*of_all, n),
        )  # fmt: skip
        given, ids, rows = packed_model(model), np.array(chains), _rows(observation)
        of = estimator.n_sweeps, estimator.n_noises, estimator.antithetic, powers_of(estimator.tau)
        squares, inverse_tau = np.empty(n_rows), np.float32(1.0 / estimator.tau)

        def work(a: int, b: int) -> None:
            kernels.pathwise_rows(
                given, of, inverse_tau, rows, ids, key, call, layers, squares, a, b
            )

        in_rows(n_rows, 2 * work_of(model, estimator), n_threads, work)
        sums = _Sums(model, n_threads)
        for k in range(n_layers - 1, -1, -1):
            sums.add_visible(layers.of_visible[k], layers.hidden[k])
            of_hidden = layers.of_hidden[k] if k > 0 else layers.of_first
            sums.add_hidden(of_hidden, layers.visible[k - 1] if k > 0 else layers.start)
        return sums.gradient(squares)

    def literal_gradient(
        self,
        model: DenseModel,
        estimator: ForceEstimator,
        observation: DenseObservation,
        chains: Words,
        key: Key,
        *,
        call: int,
        n_threads: int,
    ) -> DenseGradient:
        n_rows = len(chains)
        n, m = (padded(width) for width in model.weights.shape)
        hidden, of_hidden, of_force = _room(n_rows, m), _room(n_rows, m), _room(n_rows, n)
        given, ids, rows = packed_model(model), np.array(chains), _rows(observation)
        of = estimator.n_noises, estimator.antithetic, powers_of(estimator.tau)
        squares, inverse_tau = np.empty(n_rows), np.float32(1.0 / estimator.tau)

        def work(a: int, b: int) -> None:
            kernels.literal_rows(
                given, of, inverse_tau, rows, ids, key, call, hidden, of_force, of_hidden,
                squares, a, b,
            )  # fmt: skip

        in_rows(n_rows, 2 * work_of(model, estimator), n_threads, work)
        sums = _Sums(model, n_threads)
        sums.add_visible(of_force, hidden)
        sums.add_hidden(of_hidden, rows[1])
        return sums.gradient(squares)


def _room(*shape: int) -> Floats:
    return np.empty(shape, np.float32)


def _rows(observation: DenseObservation) -> tuple[Floats, Floats, Floats]:
    target, channel, weight = observation
    return widened(target), widened(channel), np.array(weight)


class _Sums:
    """Of products of visible and hidden units over rows, and of whichever is a derivative."""

    def __init__(self, model: DenseModel, n_threads: int) -> None:
        self._shape, self._n_threads = model.weights.shape, n_threads
        n, m = (padded(width) for width in self._shape)
        self._weights = np.zeros((self._shape[0], m), np.float32)
        self._visible, self._hidden = np.zeros(n, np.float32), np.zeros(m, np.float32)

    def add_visible(self, derivative: Floats, hidden: Floats) -> None:
        add_products(self._weights, derivative, True, hidden, self._n_threads)
        kernels.add_rows(derivative, self._visible)

    def add_hidden(self, derivative: Floats, visible: Floats) -> None:
        add_products(self._weights, visible, True, derivative, self._n_threads)
        kernels.add_rows(derivative, self._hidden)

    def gradient(self, squares: Reals) -> DenseGradient:
        n, m = self._shape
        weights = np.ascontiguousarray(self._weights[:, :m])
        return DenseGradient(weights, self._visible[:n], self._hidden[:m], squares)
