"""Operations made of matrix products in single precision, in C++."""

from __future__ import annotations

import numpy as np

from ... import _core
from ..protocol import (
    DenseGradient,
    DenseModel,
    DenseObservation,
    ExpectationTable,
    Floats,
    ForceEstimator,
    Key,
    RelaxedSweeps,
    Stages,
    State,
    Words,
)

__all__ = ["Dense"]


class Dense:
    """Their operations of the protocol."""

    def fused_product(self, a: Floats, b: Floats, initial: Floats, n_threads: int) -> Floats:
        return _core.fused_product(a, b, np.ascontiguousarray(initial), n_threads)

    def expectation(self, x: Floats, table: ExpectationTable) -> Floats:
        return _core.expectation(np.asarray(x, order="C"), table)

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
        return _core.dense_path(
            model,
            *_numbers(estimator),
            state,
            chains,
            key,
            noise_key,
            stages,
            first_call,
            first_stage,
            n_threads,
        )

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
        numbers = _numbers(estimator)[:4]
        return DenseGradient(
            *_core.pathwise_gradient(model, *numbers, *observation, chains, key, call, n_threads)
        )

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
        numbers = _numbers(estimator)[:4]
        return DenseGradient(
            *_core.literal_gradient(model, *numbers, *observation, chains, key, call, n_threads)
        )


def _numbers(
    estimator: RelaxedSweeps | ForceEstimator,
) -> tuple[int, int, float, bool, ExpectationTable | None]:
    """Sweeps, of which a force has none, noises, τ, whether antithetic, and a table."""
    if isinstance(estimator, RelaxedSweeps):
        sweeps, table = estimator.n_sweeps, None
    else:
        sweeps, table = 0, estimator.table
    return sweeps, estimator.n_noises, estimator.tau, estimator.antithetic, table
