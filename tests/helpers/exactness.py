"""Samples large enough to see small faults, of models small enough to enumerate as sampled.

What chains sample is the model *rounded* to a grid; `target` is that one. Everything is drawn by
`NATIVE`, from a start of fair coins, for as many sweeps as the spectrum of the chain asks for.
"""

from __future__ import annotations

import os
from functools import cache
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorerbm import BernoulliRBM
from scorerbm.backends import Backend, IntegerRBM, get_backend
from scorerbm.backends.protocol import TemperResult

from .models import joint_log_weights, random_bernoulli, states

Array = NDArray[Any]

NATIVE: Backend = get_backend("native")
KEY = (0x13198A2E, 0x03707344)
PRECISIONS = ["int16", "int32"]
BETAS = [0.1, 0.5, 1.0]
LOOKUPS = {
    "rows": "rows",
    "4": "lookup of 4 bits",
    "5": "lookup of 5 bits",
    "6": "lookup of 6 bits",
    "registers": "lookup in registers",
}
"""Values of SCORERBM_LOOKUP, and what `plan` calls them."""

N_CHAINS = 200_000
"""Of every sample, right or wrong."""

N_COMPARED = 1_500
"""Chains whose bits are compared between kernels. A chain does not depend on those beside it."""

N_LADDERS = 25_000
LADDER = np.array([0.1, 0.4, 0.7, 1.0])
OFFSET = np.array([0.6, -0.8, 0.3, 0.0, -0.4])


def _coarse() -> BernoulliRBM:
    """One visible unit is always off, but its weights leave the others a 16-bit grid of 1/16."""
    w, b, c = (np.array(p) for p in random_bernoulli(5, 4, seed=9, scale=0.7).parameters.values())
    w[0] = [700.0, -800.0, 650.0, -750.0]
    b[0] = -3000.0
    return BernoulliRBM(w, b, c)


def _large_biases() -> BernoulliRBM:
    """In units of the 16-bit grid, a bias and the weights beside it do not fit 16 bits."""
    model = random_bernoulli(5, 4, seed=2, scale=0.8, bias=1.2)
    w, b, c = (np.array(p) for p in model.parameters.values())
    b[4] = -3.0
    return BernoulliRBM(w, b, c)


MODELS = {
    "small biases": random_bernoulli(5, 4, seed=5, scale=1.0, bias=0.15),
    "large biases": _large_biases(),
    "wide": random_bernoulli(9, 3, seed=3, scale=0.8),
    "tall": random_bernoulli(3, 9, seed=4, scale=0.8),
    "coarse": _coarse(),
}
FIVE_BY_FOUR = ["small biases", "large biases"]


def grid_of(model: BernoulliRBM, precision: str, beta: float = 1.0) -> IntegerRBM:
    """The model rounded as `BernoulliRBM.gibbs` does."""
    return model.integers(precision, tempered=beta < 1.0)


def target(grid: IntegerRBM, beta: float = 1.0, offset: Any = 0.0) -> BernoulliRBM:
    """The model of energy beta E(v, h) - offset'v, E that of the rounded model."""
    w, b, c = (
        beta * np.asarray(x, np.float64) / grid.scale
        for x in (grid.weights, grid.visible_bias, grid.hidden_bias)
    )
    return BernoulliRBM.from_trusted(w, b + offset, c, None)


def clamped_model(model: BernoulliRBM, frozen: Any, values: Any) -> BernoulliRBM:
    """The model of the free visible units, others being held."""
    free, values = np.asarray(frozen) == 0, np.asarray(values, np.float64)
    w, b, c = model.parameters.values()
    return BernoulliRBM.from_trusted(w[free], b[free], c + values[~free] @ w[~free], None)


# -- sampling -------------------------------------------------------------------------------


def sweeps_needed(models: list[BernoulliRBM], n_samples: int) -> int:
    """Sweeps until n samples cannot tell what is left of the start in these chains, side by side.

    The sweep of v is reversible, so its χ² distance to p falls by the square of the second
    eigenvalue each time. Swaps of replicas, which leave the product of the models as it is, never
    increase it. It ends below 0.01/n.
    """
    excess, slowest = 1.0, 0.0
    for model in models:
        x = joint_log_weights(model)
        of_h, of_v = _softmax(x, 1), _softmax(x, 0)
        p_h, p_v = (_softmax(x, (0, 1)).sum(axis=axis) for axis in (0, 1))
        # The sweep of h has the same eigenvalues. Take the smaller one, in its symmetric form.
        sweep, root = min(
            (of_v.T @ of_h, np.sqrt(p_h)), (of_h @ of_v.T, np.sqrt(p_v)), key=lambda x: len(x[1])
        )
        eigenvalues = np.linalg.eigvalsh(sweep * root[:, None] / root)
        slowest = max(slowest, float(np.sort(np.abs(eigenvalues))[-2]))
        once, seen = of_h.mean(axis=0) @ of_v.T, p_v > 1e-30
        excess *= float((once[seen] ** 2 / p_v[seen]).sum())
    assert slowest < 0.9, "too slow a model for a short test"
    return 3 + int(np.ceil(np.log(n_samples * excess / 0.01) / (-2.0 * np.log(slowest))))


def _softmax(x: Array, axis: Any) -> Array:
    p = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(p / p.sum(axis=axis, keepdims=True))


def random_start(n: int, n_visible: int) -> Array:
    return np.random.default_rng(7).integers(0, 2, (n, n_visible), dtype=np.uint8)


def gibbs(
    grid: IntegerRBM,
    beta: Any,
    n_sweeps: int,
    *,
    backend: Backend = NATIVE,
    start: Array | None = None,
    chains: Array | None = None,
    n: int = N_CHAINS,
    first_sweep: int = 0,
    frozen: Array | None = None,
) -> Array:
    """(v, h) of chains 0 … n-1, (n, N+M)."""
    result = backend.gibbs(
        grid,
        random_start(n, grid.weights.shape[0]) if start is None else start,
        np.arange(n, dtype=np.uint32) if chains is None else chains,
        KEY,
        first_sweep=first_sweep,
        n_sweeps=n_sweeps,
        beta=np.ascontiguousarray(np.broadcast_to(np.float64(beta), n)),
        mean=False,
        n_threads=2,
        frozen=frozen,
    )
    return np.hstack([result.visible, result.hidden])


@cache
def sweeps_of(name: str, precision: str, beta: float) -> int:
    return sweeps_needed([target(grid_of(MODELS[name], precision, beta), beta)], N_CHAINS)


def draw(name: str, precision: str, beta: float, n: int = N_CHAINS, **options: Any) -> Array:
    grid = grid_of(MODELS[name], precision, beta)
    return gibbs(grid, beta, sweeps_of(name, precision, beta), n=n, **options)


@cache
def drawn(name: str, precision: str, beta: float) -> Array:
    """The sample that is tested, by the kernel that the backend chooses."""
    return draw(name, precision, beta)


def temper(
    grid: IntegerRBM,
    n_sweeps: int,
    *,
    backend: Backend = NATIVE,
    n: int = N_LADDERS,
    start: Array | None = None,
    slots: Array | None = None,
    betas: Array = LADDER,
    offset: Array | None = None,
    chains: Array | None = None,
    first_sweep: int = 0,
) -> TemperResult:
    """Ladders 0 … n-1, with a swap event after each second sweep, the last one included."""
    R = len(betas)
    assert n_sweeps % 2 == first_sweep % 2 == 0
    return backend.temper(
        grid,
        random_start(n * R, grid.weights.shape[0]) if start is None else start,
        np.arange(n * R, dtype=np.uint32) if chains is None else chains,
        np.arange(n, dtype=np.uint32),
        KEY,
        first_sweep=first_sweep,
        n_sweeps=n_sweeps,
        swap_every=2,
        betas=betas,
        slots=np.tile(np.arange(R, dtype=np.uint16), (n, 1)) if slots is None else slots,
        offset=offset,
        n_threads=2,
    )


def rungs(result: TemperResult) -> list[Array]:
    """(v, h) at each inverse temperature, a row for each ladder."""
    L, R = result.slots.shape
    joint = np.hstack([result.visible, result.hidden]).reshape(L, R, -1)
    replica = np.argsort(result.slots, axis=1)
    return [joint[np.arange(L), replica[:, k]] for k in range(R)]


def ladder_targets(grid: IntegerRBM, offset: Any = None) -> list[BernoulliRBM]:
    """The model that each rung of `LADDER` is to sample."""
    return [target(grid, beta, 0.0 if offset is None else offset) for beta in LADDER]


def ladder_sweeps(grid: IntegerRBM, offset: Any = None) -> int:
    n = sweeps_needed(ladder_targets(grid, offset), N_LADDERS)
    return n + n % 2


@cache
def drawn_rungs(name: str, precision: str, with_offset: bool) -> tuple[TemperResult, list[Array]]:
    """The ladders that are tested, and (v, h) of each of their rungs."""
    return draw_rungs(name, precision, with_offset)


def draw_rungs(
    name: str, precision: str, with_offset: bool, n: int = N_LADDERS
) -> tuple[TemperResult, list[Array]]:
    grid, offset = grid_of(MODELS[name], precision, LADDER[0]), OFFSET if with_offset else None
    result = temper(grid, ladder_sweeps(grid, offset), n=n, offset=offset)
    return result, rungs(result)


FROZEN = np.array([[0, 1, 0, 0, 1], [0, 0, 255, 0, 0], [0, 0, 0, 0, 0]], np.uint8)
"""Which visible units of a chain are held: two, one or none."""


def draw_frozen(name: str, precision: str, frozen: Array) -> Array:
    """Chains whose frozen units, (N,) or (C, N), stay as they started."""
    grid = grid_of(MODELS[name], precision)
    clamped = [clamped_model(target(grid), mask, values) for mask in FROZEN for values in states(5)]
    n_sweeps = max(sweeps_needed([model], N_CHAINS) for model in clamped)
    return gibbs(grid, 1.0, n_sweeps, frozen=frozen)


# -- what one kernel draws ----------------------------------------------------------------------


def digests(precision: str, *, fresh: bool) -> dict[str, str]:
    """Of the first chains of every sample, drawn anew or taken from those that are tested."""
    samples: dict[str, Array] = {}
    for name in MODELS:
        for beta in BETAS:
            what = name, precision, beta
            samples[f"{name}, {beta}"] = draw(*what, N_COMPARED) if fresh else drawn(*what)
    for name in FIVE_BY_FOUR:
        for with_offset in (False, True):
            what = name, precision, with_offset
            _, found = draw_rungs(*what, N_COMPARED) if fresh else drawn_rungs(*what)
            samples[f"{name}, ladder, {with_offset}"] = np.hstack([x[:N_COMPARED] for x in found])
    return {k: sha256(x[:N_COMPARED].tobytes()).hexdigest() for k, x in samples.items()}


def digests_of_kernel(lookup: str, precision: str) -> dict[str, str]:
    """`digests` by one kernel, after looking that it is the one to be used."""
    os.environ["SCORERBM_LOOKUP"] = lookup
    try:
        for model in MODELS.values():
            kernel = NATIVE.plan(grid_of(model, precision), N_COMPARED, 2)["kernel"]
            assert kernel == LOOKUPS[lookup], kernel
        return digests(precision, fresh=True)
    finally:
        del os.environ["SCORERBM_LOOKUP"]


# -- bounds ---------------------------------------------------------------------------------


def total_variation(p: Array, q: Array) -> float:
    return float(0.5 * np.abs(p - q).sum())


def log_odds(model: BernoulliRBM) -> Array:
    """Of every unit in every state of the other layer, in one row."""
    w, b, c = (np.asarray(x, np.float64) for x in model.parameters.values())
    given_h, given_v = states(len(c)) @ w.T + b, states(len(b)) @ w + c
    return np.concatenate([given_h.ravel(), given_v.ravel()])


def log_odds_error(model: BernoulliRBM, grid: IntegerRBM) -> float:
    """Largest error of any unit's log-odds by brute force, where no bias is clipped."""
    return float(np.abs(log_odds(model) - log_odds(target(grid))).max())
