"""Sweeps of real visible and binary hidden units.

Bits have log-odds that a matrix product finds; normal numbers lie around sums of weights that are
looked up.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..protocol import Domain
from .elementary import sigmoid
from .half_sweep import MINUS_LOG2_E, compare, draw_bit, packed_bits
from .jit import helper, kernel
from .lookup import accumulate, new_tables
from .philox import long_blocks
from .product import add_product, new_strip
from .real_numbers import normals

__all__ = ["sweep_real"]

_HIDDEN, _VISIBLE = Domain.HIDDEN, Domain.VISIBLE
_CHAINS_PER_TILE = 256
_U = np.uint64
_MARGIN = np.float32(2.0**-16)


@helper
def _decide(x: Any, width: Any, beta: Any, chains: Any, step: Any, key: Any, out: Any) -> None:
    """Bits of probability σ(beta x) of all rows."""
    no_offset, power = np.zeros(64, np.float32), np.empty(64, np.float32)
    draws, octets, sure = np.empty(16, np.uint64), np.empty(8, np.uint64), np.empty(8, np.uint64)
    shorts, ones, certain = draws.view(np.uint16), octets.view(np.uint8), sure.view(np.uint8)
    for c in range(len(x)):
        factor = np.float32(MINUS_LOG2_E * beta[c])
        for block in range(out.shape[1]):
            first = 64 * block
            own, valid = x[c, first : first + 64], min(64, width - first)
            long_blocks(8 * block, chains[c], step, _HIDDEN, key, draws)
            compare(own, factor, no_offset, _MARGIN, shorts, power, ones, certain)
            for j in range(valid):
                if not certain[j]:
                    p = sigmoid(beta[c] * np.float64(own[j]))
                    ones[j] = draw_bit(p, shorts[j], first + j, chains[c], step, _HIDDEN, key)
            out[c, block] = packed_bits(octets) & (~_U(0) >> _U(64 - valid))


@helper
def _of(rows: Any, c: Any) -> Any:
    """The row of a chain, where each has one of its own, where all share one, or no row at all."""
    return rows[c if len(rows) > 1 else 0] if len(rows) > 0 else rows.reshape(-1)


@helper
def _move(v: Any, first: Any, count: Any, sums: Any, zeta: Any, move: Any, c: Any) -> None:
    """Draw some units of a chain anew: centre, what is left of the deviation from it, noise."""
    gain, bias, spread = _of(move[0], c), _of(move[1], c), _of(move[2], c)
    memory, frozen, mean = _of(move[3], c), _of(move[4], c), _of(move[5], c)
    for j in range(count):
        k = first + j
        centre = bias[k] + gain[k] * np.float32(sums[j])
        x = centre
        if len(memory) > 0:
            x += memory[k] * (v[k] - centre)
        x += spread[k] * zeta[j]
        if len(mean) > 0:
            mean[k] += np.float64(centre)
        if len(frozen) == 0 or frozen[k] == 0:
            v[k] = x


@helper
def _move_all(
    v: Any, h: Any, layer: Any, move: Any, begin: Any, end: Any, chains: Any, step: Any, key: Any
) -> None:
    """The visible units of a tile of chains."""
    weights, width = layer
    tables, sums = new_tables(weights), np.empty((end - begin, 64), np.int32)
    words, numbers = np.empty((4, 16), np.uint32), np.empty((4, 16), np.float32)
    flat = numbers.reshape(64)
    for block in range(len(weights)):
        first = 64 * block
        accumulate(weights[block], h[begin:end], tables, sums)
        for c in range(begin, end):
            normals(block, chains[c], step, _VISIBLE, key, words, numbers)
            _move(v[c], first, min(64, width - first), sums[c - begin], flat, move, c)


@kernel
def sweep_real(
    panels: Any, hidden_bias: Any, layer: Any, move: Any, v: Any, h: Any, beta: Any, chains: Any,
    first_sweep: Any, n_sweeps: Any, key: Any,
) -> None:  # fmt: skip
    """Sweep all chains in place.

    ``move`` has gain, bias, spread, memory, frozen units and the sum of centres: of each a row for
    all chains or one for each, or none of the last three.
    """
    strip, width = new_strip(), len(hidden_bias)
    x = np.empty((min(len(v), _CHAINS_PER_TILE), 64 * h.shape[1]), np.float32)
    for step in range(first_sweep, first_sweep + n_sweeps):
        for begin in range(0, len(v), _CHAINS_PER_TILE):
            end = min(begin + _CHAINS_PER_TILE, len(v))
            own, of_tile = x[: end - begin], v[begin:end]
            for c in range(len(own)):
                for j in range(own.shape[1]):
                    own[c, j] = hidden_bias[j] if j < width else np.float32(0.0)
            add_product(own, of_tile, False, panels, 0, len(own), strip)
            _decide(own, width, beta[begin:end], chains[begin:end], step, key, h[begin:end])
            _move_all(v, h, layer, move, begin, end, chains, step, key)
