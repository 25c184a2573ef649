"""Sweeps of chains of binary units: what a thread does with the chains it is given."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..protocol import Domain
from .elementary import exp_nonpositive, sigmoid
from .half_sweep import CHAINS_PER_TILE, add_bias, half_sweep, masked_fields
from .jit import helper, kernel
from .lookup import accumulate, new_tables
from .philox import uniform53
from .real_numbers import add_noise

__all__ = ["conditional", "energies", "exchange", "sweep_chains", "sweep_path"]

_HIDDEN, _SWAP = Domain.HIDDEN, Domain.SWAP


@helper
def _own(rows: Any, begin: Any, end: Any) -> Any:
    """The rows of these chains, where each has one of its own."""
    return rows[begin:end] if len(rows) > 1 else rows


@helper
def _sweep(
    layers: Any, v: Any, h: Any, biases: Any, factor: Any, offset: Any, frozen: Any, chains: Any,
    step: Any, key: Any, mean: Any, product: Any, single: Any,
) -> None:  # fmt: skip
    """One sweep of all chains, tile by tile; everything optional is of the visible units."""
    no_offset, nothing = np.empty((0, 0)), np.empty(0, np.int64)
    no_bits, no_single = np.empty((0, 0), np.uint64), np.empty((0, 0), np.float32)
    for begin in range(0, len(v), CHAINS_PER_TILE):
        end = min(begin + CHAINS_PER_TILE, len(v))
        # One call for both layers, as the compiler copies its callee to each.
        for domain in range(2):
            hides = domain == _HIDDEN
            weights, n_outputs = layers[0] if hides else layers[1]
            states, out = (v, h) if hides else (h, v)
            half_sweep(
                weights, n_outputs, states[begin:end], out[begin:end],
                _own(biases[0] if hides else biases[1], begin, end), factor[begin:end],
                _own(no_offset if hides else offset, begin, end),
                _own(no_bits if hides else frozen, begin, end), chains[begin:end], step, domain,
                key, _own(no_offset if hides else mean, begin, end),
                _own(nothing if hides else product, begin, end),
                _own(no_single if hides else single, begin, end),
            )  # fmt: skip


@helper
def _finish_energies(h: Any, hidden_bias: Any, n_hidden: Any, energy: Any) -> None:
    """From v'(Wh + b) to -(v'Wh + b'v + c'h)."""
    for c in range(len(h)):
        total = energy[c]
        for j in range(n_hidden):
            active = (h[c, j >> 6] >> np.uint64(j & 63)) & np.uint64(1)
            total += np.int64(hidden_bias[0, j]) * np.int64(active)
        energy[c] = -total


@kernel
def sweep_chains(
    layers: Any, v: Any, h: Any, biases: Any, factor: Any, offset: Any, frozen: Any, chains: Any,
    first_sweep: Any, n_sweeps: Any, key: Any, mean: Any, energy: Any,
) -> None:  # fmt: skip
    """Sweep, add up means, and find the energies of the last states, where there is room."""
    no_single = np.empty((0, 0), np.float32)
    for step in range(first_sweep, first_sweep + n_sweeps):
        energy[:] = 0
        _sweep(
            layers, v, h, biases, factor, offset, frozen, chains, step, key, mean, energy,
            no_single,
        )  # fmt: skip
    if len(energy) > 0:
        _finish_energies(h, biases[0], layers[0][1], energy)


@kernel
def energies(layer: Any, v: Any, h: Any, biases: Any, out: Any) -> None:
    """-(v'Wh + b'v + c'h); the layer is that of the visible units."""
    weights, fields = layer[0], np.empty(64, np.int32)
    tables, sums = new_tables(weights), np.empty((min(len(h), CHAINS_PER_TILE), 64), weights.dtype)
    out[:] = 0
    for begin in range(0, len(h), CHAINS_PER_TILE):
        end = min(begin + CHAINS_PER_TILE, len(h))
        for block in range(len(weights)):
            accumulate(weights[block], h[begin:end], tables, sums[: end - begin])
            for c in range(begin, end):
                row, first = c if len(biases[1]) > 1 else 0, np.uint64(64 * block)
                add_bias(sums[c - begin], biases[1], row, first, fields)
                out[c] += masked_fields(fields, v[c, block])
    _finish_energies(h, biases[0], biases[0].shape[1], out)


@kernel
def conditional(weights: Any, states: Any, bias: Any, factor: Any, out: Any) -> None:
    """P = σ(factor (bias + sum of the weights of active inputs)) in double precision."""
    tables, fields = new_tables(weights), np.empty(64, np.int32)
    sums = np.empty((min(len(out), CHAINS_PER_TILE), 64), weights.dtype)
    for begin in range(0, len(out), CHAINS_PER_TILE):
        end = min(begin + CHAINS_PER_TILE, len(out))
        for block in range(len(weights)):
            accumulate(weights[block], states[begin:end], tables, sums[: end - begin])
            first = 64 * block
            for c in range(begin, end):
                row = c if len(bias) > 1 else 0
                add_bias(sums[c - begin], bias, row, np.uint64(first), fields)
                for j in range(min(64, out.shape[1] - first)):
                    out[c, first + j] = sigmoid(np.float64(fields[j]) * factor)


@helper
def _exchange(
    slots: Any, energy: Any, ladder: Any, step: Any, key: Any, betas: Any, scale: Any, parity: Any
) -> None:
    """In one ladder: each pair of a parity meets once."""
    n = len(slots)
    replica = np.empty(n, np.int64)
    for r in range(n):
        replica[slots[r]] = r
    for k in range(parity, n - 1, 2):
        low, high = replica[k], replica[k + 1]
        gain = np.float64(energy[low] - energy[high])
        exponent = gain * ((betas[k] - betas[k + 1]) / scale)
        u = uniform53(k >> 1, ladder, step, _SWAP, key, (k & 1) == 1)
        if u < exp_nonpositive(min(exponent, 0.0)):
            slots[low], slots[high] = k + 1, k


@kernel
def exchange(
    slots: Any, energy: Any, ladders: Any, step: Any, key: Any, betas: Any, scale: Any, parity: Any
) -> None:
    """Exchange neighbouring inverse temperatures, in place; slots and energies (L, R)."""
    for ladder in range(len(slots)):
        own, of_own = slots[ladder], energy[ladder]
        _exchange(own, of_own, ladders[ladder], step, key, betas, scale, parity)


@kernel
def sweep_path(
    layers: Any, v: Any, h: Any, biases: Any, scale: Any, limit: Any, shift: Any, chains: Any,
    key: Any, noise_key: Any, x: Any, y: Any, stages: Any, first_sweep: Any, n_sweeps: Any,
    first_stage: Any,
) -> None:  # fmt: skip
    """Integrate all stages in place: x is the state, y what a predictor found."""
    rate, half, keep, pull, base, spread, kind = stages
    no_bits, no_mean = np.empty((0, 0), np.uint64), np.empty((0, 0))
    nothing, n_chains, n_units = np.empty(0, np.int64), len(v), x.shape[1]
    factor = np.full(n_chains, 1.0 / scale)
    offset, mean = np.empty(x.shape), np.empty(x.shape, np.float32)
    share = np.float32(1.0 / n_sweeps)
    sweep = first_sweep
    for k in range(len(rate)):
        s = y if kind[k] == 2 else x
        for c in range(n_chains):
            for j in range(n_units):
                o = rate[k] * s[c, j] - half[k]
                if len(shift) > 0:
                    o += shift[j]
                o = -limit if o < -limit else o
                offset[c, j] = np.float64(limit if o > limit else o)
        mean[:] = np.float32(0.0)
        for _ in range(n_sweeps):
            _sweep(
                layers, v, h, biases, factor, offset, no_bits, chains, sweep, key, no_mean,
                nothing, mean,
            )  # fmt: skip
            sweep += 1
        into = y if kind[k] == 1 else x
        for c in range(n_chains):
            for j in range(n_units):
                moved = keep[k] * s[c, j] + pull[k] * (mean[c, j] * share)
                if kind[k] == 2:
                    moved += base[k] * x[c, j]
                into[c, j] = moved
            if spread[k] != np.float32(0.0):
                add_noise(into[c], spread[k], chains[c], first_stage + k, noise_key)
