"""Integration of a whole trajectory in one call."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..bits import pack_bits, unpack_bits
from ..protocol import Bits, Floats, IntegerRBM, Key, PathResult, Stages, Words
from . import chains as kernels
from .binary_units import BinaryUnits
from .prepared import bias_rows, layers_of, own
from .threads import in_rows, parts_of_sweeps

__all__ = ["Paths"]


class Paths(BinaryUnits):
    """Their operations of the protocol."""

    def posterior_path(
        self,
        rbm: IntegerRBM,
        state: Floats,
        visible: Bits,
        chains: Words,
        key: Key,
        noise_key: Key,
        *,
        stages: Stages,
        first_sweep: int,
        n_sweeps: int,
        first_stage: int,
        n_threads: int,
    ) -> PathResult:
        layers, (n_chains, n), m = layers_of(rbm), visible.shape, len(rbm.hidden_bias)
        v, h = pack_bits(visible), np.zeros((n_chains, -(-m // 64)), np.uint64)
        hidden_bias, visible_bias = bias_rows(rbm.hidden_bias), bias_rows(rbm.visible_bias)
        x, y = np.array(state, order="C"), np.empty(state.shape, np.float32)
        ids, limit = np.array(chains), np.float32(rbm.channel_limit)
        shift = rbm.channel_shift
        shifts = np.empty(0, np.float32) if shift is None else np.array(shift)
        numbers = tuple(np.array(numbers) for numbers in stages)

        a_stage = n * m * n_sweeps
        for start, count in parts_of_sweeps(0, len(stages.rate), a_stage * n_chains):
            of_part = tuple(number[start : start + count] for number in numbers)

            def work(a: int, b: int, start: int = start, of_part: Any = of_part) -> None:
                kernels.sweep_path(
                    layers, v[a:b], h[a:b], (hidden_bias, own(visible_bias, a, b)), rbm.scale,
                    limit, shifts, ids[a:b], key, noise_key, x[a:b], y[a:b], of_part,
                    first_sweep + start * n_sweeps, n_sweeps, first_stage + start,
                )  # fmt: skip

            in_rows(n_chains, a_stage * count, n_threads, work)
        return PathResult(x, unpack_bits(v, n), unpack_bits(h, m))
