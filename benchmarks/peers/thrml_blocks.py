"""thrml: block Gibbs on the bipartite Ising graph, its chains mapped over by JAX."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from thrml import Block, SpinNode, sample_blocks
from thrml.models import IsingEBM, IsingSamplingProgram

from .base import Peer, Problem
from .ising import fields

__all__ = ["ThrmlBlocks"]

CHAINS_AT_ONCE = 64
"""It gathers a state for each edge and chain; all chains at once would take gigabytes."""


def _program(problem: Problem) -> IsingSamplingProgram:
    coupling, of_visible, of_hidden = fields(problem)
    n, m = coupling.shape
    visible, hidden = [SpinNode() for _ in range(n)], [SpinNode() for _ in range(m)]
    model = IsingEBM(
        [*hidden, *visible],
        [(v, h) for v in visible for h in hidden],
        jnp.asarray(np.concatenate([of_hidden, of_visible]), jnp.float32),
        jnp.asarray(coupling.ravel(), jnp.float32),
        jnp.array(1.0),
    )
    return IsingSamplingProgram(model, [Block(hidden), Block(visible)], [])


@eqx.filter_jit
def _sweeps(program: IsingSamplingProgram, keys: Any, h: Any, v: Any, n_sweeps: Any) -> Any:
    def sweep(i: Any, state: Any, key: Any) -> Any:
        new, _ = sample_blocks(jax.random.fold_in(key, i), list(state), [], program, [None, None])
        return tuple(new)

    def chain(arguments: Any) -> Any:
        key, h, v = arguments
        return jax.lax.fori_loop(0, n_sweeps, partial(sweep, key=key), (h, v))

    return jax.lax.map(chain, (keys, h, v), batch_size=min(CHAINS_AT_ONCE, len(v)))


class ThrmlBlocks(Peer):
    most_weights: ClassVar[int | None] = 1_000_000  # each is a Python object: 400 thousand take 4 s

    def __init__(self, problem: Problem) -> None:
        self._program = _program(problem)
        self._key = jax.random.key(1)
        self._v = jnp.asarray(problem.visible, bool)
        self._h = jnp.zeros((len(self._v), len(problem.hidden_bias)), bool)

    def run(self, n_sweeps: int) -> None:
        self._key, key = jax.random.split(self._key)
        keys = jax.random.split(key, len(self._v))
        # An array: as a Python number it would be compiled in, anew for each number of sweeps.
        self._h, self._v = _sweeps(self._program, keys, self._h, self._v, jnp.array(n_sweeps))
        jax.block_until_ready(self._v)

    def visible(self) -> NDArray[Any]:
        return np.asarray(self._v)
