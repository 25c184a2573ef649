"""Operations made of matrix products in single precision, in NumPy."""

from __future__ import annotations

import numpy as np

from ..protocol import (
    CORRECT,
    PREDICT,
    DenseGradient,
    DenseModel,
    DenseObservation,
    Domain,
    ExpectationTable,
    Floats,
    ForceEstimator,
    Key,
    Reals,
    RelaxedSweeps,
    StageNumbers,
    Stages,
    State,
    Words,
)
from . import fused
from .real_numbers import RealNumbers
from .relaxed import Noise, average, expectation, noisy, relax, slope

__all__ = ["Dense"]

_ZERO = np.zeros(1, np.float32)


class Dense(RealNumbers):
    """Their operations of the protocol."""

    def fused_product(self, a: Floats, b: Floats, initial: Floats, n_threads: int) -> Floats:
        return fused.fused_product(a, b, initial)

    def expectation(self, x: Floats, table: ExpectationTable) -> Floats:
        return expectation(x, table)

    def dense_path(
        self,
        model: DenseModel,
        estimator: RelaxedSweeps | ForceEstimator,
        state: State,
        chains: Words,
        key: Key,
        noise_key: Key,
        *,
        stages: Stages,
        first_call: int,
        first_stage: int,
        n_threads: int,
    ) -> State:
        x = y = state.astype(np.float32)
        for k, (rate, half, keep, pull, base, spread, kind) in enumerate(zip(*stages, strict=True)):
            s = y if kind == CORRECT else x
            if isinstance(estimator, RelaxedSweeps):
                channel = rate * s - half
                mean = _mean(_forward(model, estimator, channel, chains, key, first_call + k))
            else:
                mean = _force(model, estimator, s, chains, key, first_call + k)
            result = self.stage(
                s,
                mean,
                x if kind == CORRECT else None,
                StageNumbers(keep, pull, base, spread),
                chains,
                noise_key,
                step=first_stage + k,
                n_threads=n_threads,
            )
            x, y = (x, result) if kind == PREDICT else (result, y)
        return x.astype(state.dtype)

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
        copies = _forward(model, estimator, observation.channel, chains, key, call)
        error = _mean(copies) - observation.target
        of_mean = (error * observation.weight[:, None]) * np.float32(2.0 / len(copies))
        return _backward(model, copies, of_mean, estimator.tau, _squares(error))

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
        w, v = model.weights, observation.channel
        x = fused.fused_product(v, w, model.hidden_bias)
        noise = Noise(chains, key, Domain.LOGISTIC_HIDDEN, estimator.antithetic)
        hidden, of_hidden = average(x, noise, call, estimator.n_noises, estimator.tau)
        error = fused.fused_product(hidden, w.T, model.visible_bias) - observation.target
        of_force = (error * observation.weight[:, None]) * np.float32(2.0)
        of_x = fused.fused_product(of_force, w, _ZERO)
        of_x = of_x * (of_hidden * np.float32(1.0 / estimator.tau))
        of_weights = fused.fused_product(of_force.T, hidden, _ZERO)
        of_weights = fused.fused_product(v.T, of_x, of_weights)
        return DenseGradient(of_weights, _sum(of_force), _sum(of_x), _squares(error))


Layers = list[Floats]
"""Of one noise: visible and hidden units in turn, from the start to the mean."""


def _forward(
    model: DenseModel,
    estimator: RelaxedSweeps,
    channel: Floats,
    chains: Words,
    key: Key,
    call: int,
) -> list[Layers]:
    w, k = model.weights, estimator.n_sweeps
    hidden_noise, visible_noise = (
        Noise(chains, key, domain, estimator.antithetic)
        for domain in (Domain.LOGISTIC_HIDDEN, Domain.LOGISTIC_VISIBLE)
    )
    bias = model.visible_bias + channel
    start = relax(model.start + channel, 1.0)
    first = fused.fused_product(start, w, model.hidden_bias)
    copies = []
    for number in range(max(1, estimator.n_noises)):

        def units(x: Floats, noise: Noise, sweep: int, number: int = number) -> Floats:
            if estimator.n_noises == 0:
                return relax(x, estimator.tau)
            return noisy(x, noise, call * k + sweep, number, estimator.tau)

        layers = [start]
        for sweep in range(k):
            x = first if sweep == 0 else fused.fused_product(layers[-1], w, model.hidden_bias)
            layers.append(units(x, hidden_noise, sweep))
            x = fused.fused_product(layers[-1], w.T, bias)
            layers.append(relax(x, 1.0) if sweep == k - 1 else units(x, visible_noise, sweep))
        copies.append(layers)
    return copies


def _mean(copies: list[Layers]) -> Floats:
    total = copies[0][-1]
    for layers in copies[1:]:
        total = total + layers[-1]
    return total * np.float32(1.0 / len(copies))


def _force(
    model: DenseModel,
    estimator: ForceEstimator,
    v: Floats,
    chains: Words,
    key: Key,
    call: int,
) -> Floats:
    x = fused.fused_product(v, model.weights, model.hidden_bias)
    if estimator.table is not None:
        hidden = expectation(x, estimator.table)
    else:
        noise = Noise(chains, key, Domain.LOGISTIC_HIDDEN, estimator.antithetic)
        hidden, _ = average(x, noise, call, estimator.n_noises, estimator.tau)
    return fused.fused_product(hidden, model.weights.T, model.visible_bias)


def _backward(
    model: DenseModel, copies: list[Layers], of_mean: Floats, tau: float, squares: Reals
) -> DenseGradient:
    """Back through the layers of all noises together; the start is common to them."""
    w = model.weights
    layers = [np.concatenate(same) for same in zip(*copies, strict=True)]
    n_copies = len(copies)
    out = np.tile(of_mean, (n_copies, 1)) * slope(layers[-1], 1.0)
    of_weights = np.zeros_like(w)
    of_visible, of_hidden = np.zeros(w.shape[0], np.float32), np.zeros(w.shape[1], np.float32)
    for number in range(len(layers) - 2, 0, -2):
        of_weights = fused.fused_product(out.T, layers[number], of_weights)
        of_visible = of_visible + _sum(out)
        out = fused.fused_product(out, w, _ZERO) * slope(layers[number], tau)
        if number == 1:
            out = _over_copies(out, n_copies)
            of_weights = fused.fused_product(copies[0][0].T, out, of_weights)
            of_hidden = of_hidden + _sum(out)
            break
        of_weights = fused.fused_product(layers[number - 1].T, out, of_weights)
        of_hidden = of_hidden + _sum(out)
        out = fused.fused_product(out, w.T, _ZERO) * slope(layers[number - 1], tau)
    return DenseGradient(of_weights, of_visible, of_hidden, squares)


def _over_copies(x: Floats, n_copies: int) -> Floats:
    parts = np.split(x, n_copies)
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _sum(x: Floats) -> Floats:
    """Over rows, in their order."""
    total = np.zeros(x.shape[1], np.float32)
    for row in x:
        total = total + row
    return total


def _squares(error: Floats) -> Reals:
    """Sum of squares of each row, in the order of units."""
    total = np.zeros(len(error))
    for column in error.astype(np.float64).T:
        total = total + column * column
    return total
