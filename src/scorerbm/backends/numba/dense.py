"""Operations made of matrix products in single precision."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..protocol import (
    DenseModel,
    ExpectationTable,
    Floats,
    ForceEstimator,
    Key,
    RelaxedSweeps,
    Stages,
    State,
    Words,
)
from . import dense_path as paths
from .jit import kernel
from .product import add_products, packed, widened
from .real_numbers import RealNumbers
from .relaxed import expectation
from .relaxed_noise import powers_of
from .threads import in_rows, parts_of_sweeps

__all__ = ["Dense", "PackedModel", "packed_model", "work_of"]

_NO_TABLE = np.float32(0.0), np.empty((0, 0), np.float32)


class PackedModel(NamedTuple):
    """Weights in panels for products in both directions; biases have room for whole panels."""

    to_hidden: Floats
    to_visible: Floats
    visible_bias: Floats
    hidden_bias: Floats
    start: Floats
    n_visible: int


@kernel
def _expectation(x: Any, scale: Any, coefficients: Any) -> None:
    expectation(x, scale, coefficients)


class Dense(RealNumbers):
    """Their operations of the protocol."""

    def fused_product(self, a: Floats, b: Floats, initial: Floats, n_threads: int) -> Floats:
        out = widened(np.broadcast_to(initial, (len(a), b.shape[1])))
        add_products(out, np.array(a, order="C"), False, b, n_threads)
        return out[:, : b.shape[1]].copy()

    def expectation(self, x: Floats, table: ExpectationTable) -> Floats:
        flat = np.array(x).reshape(-1)
        _expectation(flat, table.scale, np.array(table.coefficients))
        return flat.reshape(x.shape)

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
        x, given = widened(state), packed_model(model)
        y, ids = np.zeros_like(x), np.array(chains)
        numbers = tuple(np.array(column) for column in stages)
        a_stage = work_of(model, estimator)
        integrate, numbers_of = _arguments(estimator)
        for k, count in parts_of_sweeps(0, len(stages.rate), a_stage * len(x)):
            part = tuple(column[k : k + count] for column in numbers)
            rest: Any = (part, first_call + k, first_stage + k)

            def work(a: int, b: int, rest: Any = rest) -> None:
                integrate(given, *numbers_of, x[a:b], y[a:b], ids[a:b], key, noise_key, *rest)

            in_rows(len(x), a_stage * count, n_threads, work)
        return x[:, : state.shape[1]].astype(state.dtype)


def packed_model(model: DenseModel) -> PackedModel:
    """The model as kernels take it."""
    w, visible_bias, hidden_bias, start = model
    biases = widened(visible_bias), widened(hidden_bias), widened(start)
    return PackedModel(packed(w), packed(w.T), *biases, len(w))


def work_of(model: DenseModel, estimator: RelaxedSweeps | ForceEstimator) -> int:
    """Multiplications and the like of an estimate for one row."""
    if isinstance(estimator, ForceEstimator):
        return 2 * model.weights.size + 30 * estimator.n_noises * len(model.hidden_bias)
    passes = estimator.n_sweeps * max(1, estimator.n_noises)
    return passes * (2 * model.weights.size + 30 * sum(model.weights.shape))


def _arguments(estimator: RelaxedSweeps | ForceEstimator) -> tuple[Any, tuple[Any, ...]]:
    """The kernel of a trajectory, and what it takes of the estimator."""
    common = estimator.n_noises, estimator.antithetic, powers_of(estimator.tau)
    if isinstance(estimator, RelaxedSweeps):
        return paths.relaxed_path, ((estimator.n_sweeps, *common),)
    table = estimator.table
    given = _NO_TABLE if table is None else (table.scale, np.array(table.coefficients))
    return paths.force_path, (common, given)
