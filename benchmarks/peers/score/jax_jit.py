"""JAX: the loop over the noises compiled, with the parameters as arguments."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from .base import Evaluator, ScoreProblem

__all__ = ["JaxJit", "relaxed_mean"]


def relaxed_mean(key: jax.Array, x: jax.Array, tau: float, n_noises: int) -> jax.Array:
    """Mean over the noises of σ((x + logit u)/τ), by the odds as PyTorch's peer."""
    odds = jnp.exp(-x)

    def add(i: Any, total: jax.Array) -> jax.Array:
        bits = jax.random.bits(jax.random.fold_in(key, i), x.shape) >> 8
        u = (bits.astype(jnp.float32) + 0.5) * 2.0**-24
        ratio = odds * (1.0 / u - 1.0)
        relaxed = ratio * ratio if tau == 0.5 else ratio ** (1.0 / tau)
        return total + 1.0 / (1.0 + relaxed)

    if n_noises == 1:
        return add(0, jnp.zeros_like(x))
    return jax.lax.fori_loop(0, n_noises, add, jnp.zeros_like(x)) / n_noises


@partial(jax.jit, static_argnames=("tau", "n_noises"))
def _score(
    key: jax.Array,
    v: jax.Array,
    w: jax.Array,
    b: jax.Array,
    c: jax.Array,
    tau: float,
    n_noises: int,
) -> jax.Array:
    return relaxed_mean(key, v @ w + c, tau, n_noises) @ w.T + b


class JaxJit(Evaluator):
    def __init__(self, problem: ScoreProblem) -> None:
        w, b, c, v = (jnp.asarray(x) for x in problem[:4])
        self._arguments = v, w, b, c, problem.tau, problem.n_noises
        self._n_noises = problem.n_noises
        self._key, self._n_calls = jax.random.key(1, impl="threefry2x32"), 0

    def score(self) -> NDArray[Any]:
        self._n_calls += 1
        # Numbers that would not depend on how arrays are spread over devices take twice the time in
        # the loop; without a loop they are the faster ones.
        with jax.threefry_partitionable(self._n_noises == 1):
            key = jax.random.fold_in(self._key, self._n_calls)
            return np.asarray(_score(key, *self._arguments))
