"""diffrax: its Euler solver with the quickest of its Brownian motions, compiled once.

Time runs forwards in 1 - t, and all particles are one state. The noise rate is the same for all, so
the diffusion is a number and its product with the increments one multiplication.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from .base import LAST_TIME, NOISE_RATE, Diffuser, DiffusionProblem, steps
from .jax_loop import drift_score, finish

__all__ = ["DiffraxSolve"]

LONGER = 1.0 + 1e-5
"""Factor of a step, so that times rounded to single precision do not need one more at the end."""


class ScalarNoise(diffrax.ControlTerm):
    def prod(self, vf: Any, control: Any) -> Any:
        return vf * control


def _rates(s: Any) -> tuple[Any, Any, Any]:
    """α, σ and β at 1 - s."""
    (first, last), t = NOISE_RATE, 1.0 - s
    log_square = -(first * t + 0.5 * (last - first) * t * t)
    return jnp.exp(0.5 * log_square), jnp.sqrt(-jnp.expm1(log_square)), first + (last - first) * t


@partial(jax.jit, static_argnames=("shape", "method"))
def _solve(key: jax.Array, length: Any, parameters: Any, shape: Any, method: Any) -> jax.Array:
    start, noise, scores = jax.random.split(key, 3)

    def drift(s: Any, v: jax.Array, w: Any) -> jax.Array:
        alpha, sigma, rate = _rates(s)
        of_time = jax.random.fold_in(scores, jax.lax.bitcast_convert_type(s, jnp.uint32))
        score = drift_score(of_time, v, alpha, sigma, w, method)
        return 0.5 * rate * v + rate * score

    def diffusion(s: Any, v: jax.Array, w: Any) -> jax.Array:
        return jnp.sqrt(_rates(s)[2])

    brownian = diffrax.UnsafeBrownianPath(shape, noise)
    terms = diffrax.MultiTerm(diffrax.ODETerm(drift), ScalarNoise(diffusion, brownian))
    solution = diffrax.diffeqsolve(
        terms,
        diffrax.Euler(),
        jnp.float32(0.0),
        jnp.float32(1.0 - LAST_TIME),
        length,
        jax.random.normal(start, shape),
        parameters,
        max_steps=None,
        adjoint=diffrax.ForwardMode(),
        throw=False,
    )
    return solution.ys[0]


class DiffraxSolve(Diffuser):
    def __init__(self, problem: DiffusionProblem) -> None:
        self._parameters = tuple(jnp.asarray(x) for x in problem[:3])
        self._shape = problem.n_particles, len(problem.visible_bias)
        self._method = problem.estimator, problem.count, problem.tau
        self._key = jax.random.key(1, impl="threefry2x32")

    def run(self, n: int) -> None:
        self._key, key, last = jax.random.split(self._key, 3)
        length = jnp.float32((1.0 - LAST_TIME) / n * LONGER)
        self._v = _solve(key, length, self._parameters, self._shape, self._method)
        end = steps(n)[-1]
        self._visible, hidden = finish(
            last, self._v, end.alpha, end.sigma, self._parameters, self._method
        )
        hidden.block_until_ready()

    def state(self) -> NDArray[Any]:
        return np.asarray(self._v)

    def visible(self) -> NDArray[Any]:
        return np.asarray(self._visible)
