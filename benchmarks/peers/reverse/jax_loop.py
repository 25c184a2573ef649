"""JAX: all steps in one compiled loop, the parameters and the steps' coefficients its arguments.

`lax.scan` over the coefficients would compile anew for every number of steps, and takes as long.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ..score.jax_jit import relaxed_mean
from .base import Diffuser, DiffusionProblem, steps

__all__ = ["JaxLoop", "drift_score", "finish"]

MOST_STEPS = 4096

Parameters = tuple[jax.Array, jax.Array, jax.Array]


def drift_score(
    key: jax.Array, v: Any, alpha: Any, sigma: Any, parameters: Parameters, method: tuple[Any, ...]
) -> jax.Array:
    """The score of either estimator at v_t."""
    estimator, count, tau = method
    w, b, c = parameters
    if estimator == "literal":
        return relaxed_mean(key, v @ w + c, tau, count) @ w.T + b
    ratio = alpha / sigma**2
    bias = b + ratio * v - 0.5 * alpha * ratio
    mean = jax.nn.sigmoid(bias)
    for _ in range(count):
        mean = jax.nn.sigmoid(jax.nn.sigmoid(mean @ w + c) @ w.T + bias)
    return (alpha * mean - v) / sigma**2


@partial(jax.jit, static_argnames="method")
def finish(
    key: jax.Array, v: jax.Array, alpha: Any, sigma: Any, parameters: Parameters, method: Any
) -> tuple[jax.Array, jax.Array]:
    """Bits given v_t, and hidden bits given those."""
    w, _, c = parameters
    for_score, for_visible, for_hidden = jax.random.split(key, 3)
    score = drift_score(for_score, v, alpha, sigma, parameters, method)
    p = (v + sigma**2 * score) / alpha
    visible = (jax.random.uniform(for_visible, v.shape) < p).astype(jnp.float32)
    p = jax.nn.sigmoid(visible @ w + c)
    return visible, jax.random.uniform(for_hidden, p.shape) < p


@partial(jax.jit, static_argnames=("shape", "method"))
def _integrate(
    key: jax.Array, path: Any, n: int, parameters: Parameters, shape: Any, method: Any
) -> jax.Array:
    start, noises, scores = jax.random.split(key, 3)

    def step(i: Any, v: jax.Array) -> jax.Array:
        alpha, sigma, noise = path[i]
        score = drift_score(jax.random.fold_in(scores, i), v, alpha, sigma, parameters, method)
        zeta = jax.random.normal(jax.random.fold_in(noises, i), shape)
        return (1.0 + 0.5 * noise) * v + noise * score + jnp.sqrt(noise) * zeta

    return jax.lax.fori_loop(0, n, step, jax.random.normal(start, shape))


class JaxLoop(Diffuser):
    def __init__(self, problem: DiffusionProblem) -> None:
        self._parameters = tuple(jnp.asarray(x) for x in problem[:3])
        self._shape = problem.n_particles, len(problem.visible_bias)
        self._method = problem.estimator, problem.count, problem.tau
        self._key = jax.random.key(1, impl="threefry2x32")

    def run(self, n: int) -> None:
        path = np.zeros((MOST_STEPS + 1, 3), np.float32)
        path[: n + 1] = steps(n)
        self._key, key, last = jax.random.split(self._key, 3)
        self._v = _integrate(key, jnp.asarray(path), n, self._parameters, self._shape, self._method)
        alpha, sigma, _ = path[n]
        self._visible, hidden = finish(last, self._v, alpha, sigma, self._parameters, self._method)
        hidden.block_until_ready()

    def state(self) -> NDArray[Any]:
        return np.asarray(self._v)

    def visible(self) -> NDArray[Any]:
        return np.asarray(self._visible)
