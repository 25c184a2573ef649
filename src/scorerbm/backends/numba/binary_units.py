"""Chains of binary units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bits import pack_bits, unpack_bits
from ..protocol import (
    Bits,
    Counts,
    GibbsResult,
    IntegerRBM,
    Key,
    Reals,
    TemperResult,
    Words,
)
from . import chains as kernels
from .half_sweep import draw_bit
from .jit import kernel
from .philox import long_blocks
from .prepared import bias_rows, blocks_of, frozen_rows, layers_of, own
from .real_numbers import RealNumbers
from .threads import in_rows, parts_of_sweeps

__all__ = ["BinaryUnits"]

_NO_ROWS, _NO_BITS = np.empty((0, 0)), np.empty((0, 0), np.uint64)
_NO_ENERGIES = np.empty(0, np.int64)


def _between_events(first: int, count: int, swap_every: int) -> Iterator[tuple[int, int]]:
    """First sweep and number of sweeps up to each exchange, and after the last."""
    stop = first + count
    while first < stop:
        size = min(stop - first, swap_every - first % swap_every)
        yield first, size
        first += size


@kernel
def _bernoulli(probability: Any, chains: Any, step: Any, domain: Any, key: Any, out: Any) -> None:
    draws = np.empty(16, np.uint64)
    shorts, width = draws.view(np.uint16), out.shape[1]
    for c in range(len(out)):
        for first in range(0, width, 64):
            long_blocks(first // 8, chains[c], step, domain, key, draws)
            for j in range(min(64, width - first)):
                p, unit = probability[c, first + j], first + j
                out[c, unit] = draw_bit(p, shorts[j], unit, chains[c], step, domain, key)


class BinaryUnits(RealNumbers):
    """Their operations of the protocol."""

    def gibbs(
        self,
        rbm: IntegerRBM,
        visible: Bits,
        chains: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        beta: Reals,
        mean: bool,
        n_threads: int,
        frozen: Bits | None = None,
    ) -> GibbsResult:
        layers, (n_chains, n), m = layers_of(rbm), visible.shape, len(rbm.hidden_bias)
        v, h = pack_bits(visible), np.zeros((n_chains, -(-m // 64)), np.uint64)
        hidden_bias, visible_bias = bias_rows(rbm.hidden_bias), bias_rows(rbm.visible_bias)
        factor, ids = beta / rbm.scale, np.array(chains)
        kept = frozen_rows(frozen, n_chains)
        total = np.zeros((n_chains if mean else 0, n))
        for first, count in parts_of_sweeps(first_sweep, n_sweeps, n * m * n_chains):

            def work(a: int, b: int, first: int = first, count: int = count) -> None:
                biases = hidden_bias, own(visible_bias, a, b)
                kernels.sweep_chains(
                    layers, v[a:b], h[a:b], biases, factor[a:b], _NO_ROWS, own(kept, a, b),
                    ids[a:b], first, count, key, own(total, a, b), _NO_ENERGIES,
                )  # fmt: skip

            in_rows(n_chains, n * m * count, n_threads, work)
        return GibbsResult(unpack_bits(v, n), unpack_bits(h, m), total / n_sweeps if mean else None)

    def temper(
        self,
        rbm: IntegerRBM,
        visible: Bits,
        chains: Words,
        ladders: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        swap_every: int,
        betas: Reals,
        slots: NDArray[np.uint16],
        offset: Reals | None,
        n_threads: int,
    ) -> TemperResult:
        layers, (n_chains, n), m = layers_of(rbm), visible.shape, len(rbm.hidden_bias)
        v, h = pack_bits(visible), np.zeros((n_chains, -(-m // 64)), np.uint64)
        biases = bias_rows(rbm.hidden_bias), bias_rows(rbm.visible_bias)
        offsets = _NO_ROWS if offset is None else np.array(offset)[None]
        ids, ladder_ids, betas = np.array(chains), np.array(ladders), np.array(betas)
        slots = np.array(slots)
        energy, trace, energies = np.empty(n_chains, np.int64), [], []
        for first, count in _between_events(first_sweep, n_sweeps, swap_every):
            factor = betas[slots].reshape(-1) / rbm.scale

            def work(
                a: int, b: int, first: int = first, count: int = count, factor: Reals = factor
            ) -> None:
                kernels.sweep_chains(
                    layers, v[a:b], h[a:b], biases, factor[a:b], offsets, _NO_BITS, ids[a:b],
                    first, count, key, _NO_ROWS, energy[a:b],
                )  # fmt: skip

            in_rows(n_chains, n * m * count, n_threads, work)
            if (first + count) % swap_every == 0:
                of_ladders, parity = energy.reshape(slots.shape), (first + count) // swap_every - 1
                kernels.exchange(
                    slots, of_ladders, ladder_ids, first + count - 1, key, betas, rbm.scale,
                    parity & 1,
                )  # fmt: skip
                trace.append(slots.copy())
                energies.append(of_ladders.copy())
        shape = (len(trace), *slots.shape)
        return TemperResult(
            unpack_bits(v, n),
            unpack_bits(h, m),
            slots,
            np.array(trace, np.uint16).reshape(shape),
            np.array(energies, np.int64).reshape(shape),
        )

    def energy(
        self, rbm: IntegerRBM, visible: Bits, hidden: Bits, n_threads: int = 0
    ) -> NDArray[np.int64]:
        layer, v, h = layers_of(rbm).to_visible, pack_bits(visible), pack_bits(hidden)
        hidden_bias, visible_bias = bias_rows(rbm.hidden_bias), bias_rows(rbm.visible_bias)
        out = np.empty(len(v), np.int64)

        def work(a: int, b: int) -> None:
            biases = hidden_bias, own(visible_bias, a, b)
            kernels.energies(layer, v[a:b], h[a:b], biases, out[a:b])

        in_rows(len(out), visible.shape[1] * hidden.shape[1], n_threads, work)
        return out

    def conditional(
        self, states: Bits, weights: Counts, bias: Counts, scale: float, n_threads: int
    ) -> Reals:
        (blocks, n_outputs), words = blocks_of(weights, np.int32), pack_bits(states)
        rows, out = bias_rows(bias), np.empty((len(words), n_outputs))

        def work(a: int, b: int) -> None:
            kernels.conditional(blocks, words[a:b], own(rows, a, b), 1.0 / scale, out[a:b])

        in_rows(len(out), weights.size, n_threads, work)
        return out

    def plan(
        self, rbm: IntegerRBM, n_chains: int, n_threads: int, n_sweeps: int = 1
    ) -> dict[str, Any]:
        return {"kernel": "lookup of 4 bits, Numba"}

    def bernoulli(
        self, probability: Reals, chains: Words, key: Key, *, step: int, domain: int
    ) -> Bits:
        out = np.empty(probability.shape, np.uint8)
        _bernoulli(np.array(probability, order="C"), np.array(chains), step, domain, key, out)
        return out
