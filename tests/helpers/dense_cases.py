"""Every operation made of matrix products, on arguments of a given size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorerbm.backends import Backend
from scorerbm.backends.protocol import (
    CORRECT,
    PLAIN,
    PREDICT,
    DenseModel,
    DenseObservation,
    ForceEstimator,
    RelaxedSweeps,
    Stages,
    Words,
)
from scorerbm.gumbel import expectation_table

KEYS = (0x243F6A88, 0x85A308D3), (5, 6)
TABLE = expectation_table(0.3)
ESTIMATORS: dict[str, RelaxedSweeps | ForceEstimator] = {
    "mean field": RelaxedSweeps(2),
    "relaxed": RelaxedSweeps(2, 3, 0.4),
    "relaxed, antithetic": RelaxedSweeps(2, 3, 0.4, True),
    "relaxed, tau 1/3": RelaxedSweeps(2, 3, 1.0 / 3.0),
    "relaxed, tau 1/3, antithetic": RelaxedSweeps(2, 3, 1.0 / 3.0, True),
    "force, table": ForceEstimator(0.3, 0, False, TABLE),
    "force, 7 noises": ForceEstimator(0.3, 7, False, None),
    "force, antithetic": ForceEstimator(0.3, 6, True, None),
    "force, tau 1/10, 7 noises": ForceEstimator(0.1, 7, False, None),
    "force, tau 1/2, antithetic": ForceEstimator(0.5, 6, True, None),
    "force, tau 1": ForceEstimator(1.0, 1, False, None),
}
GRADIENTS: dict[str, RelaxedSweeps | ForceEstimator] = {
    "mean field": RelaxedSweeps(2),
    "relaxed": RelaxedSweeps(3, 2, 0.5),
    "relaxed, antithetic": RelaxedSweeps(1, 3, 0.5, True),
    "relaxed, tau 0.4": RelaxedSweeps(2, 2, 0.4, True),
    "literal": ForceEstimator(0.4, 5, False, None),
    "literal, tau 1/5": ForceEstimator(0.2, 5, False, None),
    "literal, antithetic": ForceEstimator(0.4, 7, True, None),
}


def dense_results(
    backend: Backend, shape: tuple[int, int, int], chains: Words, n_threads: int
) -> dict[str, NDArray[Any]]:
    """Results by name."""
    C, N, M = shape
    rng = np.random.default_rng([C, N, M])

    def draw(*shape: int) -> NDArray[np.float32]:
        return rng.standard_normal(shape).astype(np.float32)

    weights = draw(N, M)
    model = DenseModel(weights, draw(N), draw(M), draw(N))
    state, start, rows = draw(C, N), draw(C, M), draw(C, 3 * M)
    x = (30.0 * rng.standard_normal((C, N))).astype(np.float32)
    target = rng.integers(0, 2, (C, N)).astype(np.float32)
    observation = DenseObservation(target, state, rng.random(C).astype(np.float32))
    results: dict[str, NDArray[Any]] = {
        "product": backend.fused_product(state, weights, start, n_threads),
        "product, transposed": backend.fused_product(
            rows[:, ::3], weights.T, model.visible_bias, n_threads
        ),
        "product over rows": backend.fused_product(state.T, start, model.hidden_bias, n_threads),
        "expectation": backend.expectation(x, TABLE),
    }
    for name, estimator in ESTIMATORS.items():
        results[f"dense_path, {name}"] = backend.dense_path(
            model, estimator, state, chains, *KEYS, stages=stages(), first_call=3, first_stage=2,
            n_threads=n_threads,
        )  # fmt: skip
    results["dense_path, double"] = backend.dense_path(
        model, ESTIMATORS["relaxed"], x.astype(np.float64) / 7.0, chains, *KEYS, stages=stages(),
        first_call=3, first_stage=2, n_threads=n_threads,
    )  # fmt: skip
    for name, estimator in GRADIENTS.items():
        if isinstance(estimator, RelaxedSweeps):
            gradient = backend.pathwise_gradient(
                model, estimator, observation, chains, KEYS[0], call=4, n_threads=n_threads
            )
        else:
            gradient = backend.literal_gradient(
                model, estimator, observation, chains, KEYS[0], call=4, n_threads=n_threads
            )
        results |= {f"gradient, {name}, {k}": v for k, v in gradient._asdict().items()}
    return results


def stages() -> Stages:
    """One of every kind."""
    numbers = [
        # rate, half, keep, pull, base, spread, kind
        (0.1, 0.05, 0.8, 0.3, 0.0, 0.5, PLAIN),
        (0.5, 0.25, 0.7, -0.2, 0.0, 0.0, PREDICT),
        (0.7, 0.35, 0.4, 0.2, 0.5, 0.0, CORRECT),
    ]
    *reals, kind = (list(column) for column in zip(*numbers, strict=True))
    return Stages(*(np.array(x, np.float32) for x in reals), np.array(kind, np.uint8))
