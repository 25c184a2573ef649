"""Weights, biases and states in the layout of the kernels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..bits import pack_bits
from ..protocol import BitWords, Counts, IntegerRBM

__all__ = ["Layers", "bias_rows", "blocks_of", "frozen_rows", "layers_of", "new_layers", "own"]


class Layers(NamedTuple):
    """Weights in blocks of 64 outputs, (blocks, inputs, 64), and the number of outputs."""

    to_hidden: tuple[NDArray[Any], int]
    to_visible: tuple[NDArray[Any], int]


def layers_of(rbm: IntegerRBM) -> Layers:
    """The weights, made once for as long as they are kept."""
    kept = {} if rbm.prepared is None else rbm.prepared
    found: Layers | None = kept.get("numba")
    if found is None:
        dtype = np.int16 if rbm.bits == 16 else np.int32
        found = Layers(*(blocks_of(w, dtype) for w in (rbm.weights, rbm.weights_transposed)))
        kept["numba"] = found
    return found


def new_layers(shape: tuple[int, ...], bits: int) -> Layers:
    """Weights that are zeros, (N, M), to be written to."""
    dtype = np.int16 if bits == 16 else np.int32
    return Layers(*((np.zeros((-(-m // 64), n, 64), dtype), m) for n, m in (shape, shape[::-1])))


def blocks_of(weights: Counts, dtype: type[np.signedinteger[Any]]) -> tuple[NDArray[Any], int]:
    """Weights (inputs, outputs) in such blocks, and the number of outputs."""
    n_inputs, n_outputs = weights.shape
    padded = np.zeros((n_inputs, -(-n_outputs // 64) * 64), dtype)
    padded[:, :n_outputs] = weights
    blocks = padded.reshape(n_inputs, -1, 64).transpose(1, 0, 2)
    return np.ascontiguousarray(blocks), n_outputs


def bias_rows(bias: Counts) -> Counts:
    """Biases (n,) or (C, n) as rows of whole blocks, (1, …) or (C, …)."""
    rows = np.atleast_2d(bias)
    out = np.zeros((len(rows), -(-rows.shape[1] // 64) * 64), np.int32)
    out[:, : rows.shape[1]] = rows
    return out


def frozen_rows(frozen: NDArray[Any] | None, n_chains: int) -> BitWords:
    """Bits of the units that keep their state: no row, one, or one a chain."""
    if frozen is None or n_chains == 0:
        return np.empty((0, 0), np.uint64)
    return pack_bits(np.atleast_2d(frozen) != 0)


def own(rows: NDArray[Any], begin: int, end: int) -> NDArray[Any]:
    """The rows of some chains, where each has one of its own."""
    return rows[begin:end] if len(rows) > 1 else rows
