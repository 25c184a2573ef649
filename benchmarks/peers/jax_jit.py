"""JAX: all sweeps in one compiled loop.

The parameters are arguments of the compiled function. As constants they would be folded into it,
and a product could be done once at compile time. The number of sweeps is an argument too, so that
it compiles once. Threefry is faster on a CPU than XLA's own generators.
"""

from __future__ import annotations

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from .base import Peer, Problem

__all__ = ["JaxJit"]


def _sample(key: jax.Array, log_odds: jax.Array) -> jax.Array:
    # u (1 + exp(-x)) < 1 with u of 24 bits: without a division, and without the detour by which
    # jax.random.uniform makes a float of its bits.
    u = (jax.random.bits(key, log_odds.shape) >> 8).astype(jnp.float32)
    return (u * (1.0 + jnp.exp(-log_odds)) < 2.0**24).astype(jnp.float32)


@jax.jit
def _sweeps(
    key: jax.Array, v: jax.Array, n_sweeps: int, w: jax.Array, b: jax.Array, c: jax.Array
) -> tuple[jax.Array, jax.Array]:
    def sweep(_: int, state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        key, v = state
        key, for_hidden, for_visible = jax.random.split(key, 3)
        h = _sample(for_hidden, v @ w + c)
        return key, _sample(for_visible, h @ w.T + b)

    return jax.lax.fori_loop(0, n_sweeps, sweep, (key, v))


class JaxJit(Peer):
    headline: ClassVar[bool] = True

    def __init__(self, problem: Problem) -> None:
        self._parameters = tuple(jnp.asarray(x) for x in problem[:3])
        self._key = jax.random.key(1, impl="threefry2x32")
        self._v = jnp.asarray(problem.visible, jnp.float32)

    def run(self, n_sweeps: int) -> None:
        self._key, self._v = _sweeps(self._key, self._v, n_sweeps, *self._parameters)
        self._v.block_until_ready()

    def visible(self) -> NDArray[Any]:
        return np.asarray(self._v)
