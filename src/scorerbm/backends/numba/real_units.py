"""Chains of real visible and binary hidden units."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bits import unpack_bits
from ..protocol import Bits, Floats, Key, RealMove, RealResult, Reals, RealWeights, Words
from .prepared import blocks_of, own
from .product import packed
from .real_sweeps import sweep_real
from .threads import in_rows, parts_of_sweeps

__all__ = ["RealUnits"]

_NO_FLOATS, _NO_REALS = np.empty((0, 0), np.float32), np.empty((0, 0))
_NO_BITS = np.empty((0, 0), np.uint8)


class RealUnits:
    """Their operations of the protocol."""

    def real_gibbs(
        self,
        weights: RealWeights,
        hidden_bias: Floats,
        move: RealMove,
        visible: Reals,
        chains: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        beta: Reals,
        mean: bool,
        n_threads: int,
        frozen: Bits | None = None,
    ) -> RealResult:
        panels, layer = _prepared(weights)
        n_chains, n = visible.shape
        v, h = (
            visible.astype(np.float32),
            np.zeros((n_chains, -(-len(hidden_bias) // 64)), np.uint64),
        )
        total = np.zeros((n_chains if mean else 0, n))
        rows = (
            *(_rows(x, _NO_FLOATS) for x in move),
            _rows(frozen, _NO_BITS),
            total,
        )
        ids, factor, bias = np.array(chains), np.array(beta), np.array(hidden_bias)
        for first, count in parts_of_sweeps(first_sweep, n_sweeps, 2 * n * len(bias) * n_chains):

            def work(a: int, b: int, first: int = first, count: int = count) -> None:
                of_chains = tuple(own(x, a, b) for x in rows)
                sweep_real(
                    panels, bias, layer, of_chains, v[a:b], h[a:b], factor[a:b], ids[a:b], first,
                    count, key,
                )  # fmt: skip

            in_rows(n_chains, 2 * n * len(bias) * count, n_threads, work)
        kept = np.broadcast_to(False if frozen is None else frozen != 0, v.shape)
        average = np.where(kept, visible, total / n_sweeps) if mean else None
        state = np.where(kept, visible, v.astype(np.float64))
        return RealResult(state, unpack_bits(h, len(bias)), average)


def _rows(numbers: NDArray[Any] | None, nothing: NDArray[Any]) -> NDArray[Any]:
    """As rows, one for all chains or one for each, that Numba takes for writable."""
    return nothing if numbers is None else np.array(np.atleast_2d(numbers), order="C")


def _prepared(weights: RealWeights) -> tuple[Floats, tuple[NDArray[Any], int]]:
    """The weights in the layout of the kernels, made once for as long as they are kept."""
    kept = {} if weights.prepared is None else weights.prepared
    if "numba" not in kept:
        kept["numba"] = packed(weights.coupling), blocks_of(weights.integers, np.int32)
    found: tuple[Floats, tuple[NDArray[Any], int]] = kept["numba"]
    return found
