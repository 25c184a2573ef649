"""One half of a sweep of a tile of chains: sums by table lookup, 64 outputs at a time, and bits.

States are rows of bits. The decision u < σ(x) is taken in single precision with the bound on the
error that `csrc/kernels/decide.h` proves; what it leaves open is decided in double precision by the
rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .elementary import sigmoid
from .jit import as_float, as_int, helper
from .lookup import accumulate, new_tables
from .philox import long_blocks, uniform53
from .single import clamp, exp2

__all__ = [
    "CHAINS_PER_TILE",
    "MINUS_LOG2_E",
    "add_bias",
    "compare",
    "draw_bit",
    "half_sweep",
    "masked_fields",
    "packed_bits",
]

CHAINS_PER_TILE = 512
MINUS_LOG2_E = -1.4426950408889634
_SINGLE = np.float32(-1.44269504)
_U = np.uint64
_ONE, _LARGEST, _ROUNDING = np.float32(1.0), np.float32(126.0), np.float32(12582912.0)
_POWER = tuple(
    np.float32(c)
    for c in (
        0.009570102207362652,
        0.05591785907745361,
        0.240247443318367,
        0.6931217908859253,
        0.9999992847442627,
    )
)


@helper
def add_bias(sums: Any, bias: Any, row: Any, first: Any, fields: Any) -> None:
    for j in range(_U(64)):
        fields[j] = np.int32(np.int32(sums[j]) + bias[row, first + j])


@helper
def draw_bit(p: Any, u: Any, unit: Any, chain: Any, step: Any, domain: Any, key: Any) -> Any:
    """The bit of probability p that a 16-bit number decides, and on a tie 53 digits more."""
    threshold = p * 65536.0
    whole = np.floor(threshold)
    if np.float64(u) != whole:
        return np.float64(u) < whole
    return uniform53(unit, chain, step, domain | 0x80, key, False) < threshold - whole


@helper
def _power_of_two(y: Any) -> Any:
    """2^y for |y| ≤ 126 within the bound of the decision."""
    shifted = y + _ROUNDING
    f = y - (shifted - _ROUNDING)
    p = f * _POWER[0] + _POWER[1]
    p = p * f + _POWER[2]
    p = p * f + _POWER[3]
    p = p * f + _POWER[4]
    return as_float(np.int32(as_int(p) + np.int32(as_int(shifted) << np.int32(23))))


@helper
def compare(
    fields: Any,
    factor: Any,
    offset: Any,
    margin: Any,
    draws: Any,
    power: Any,
    ones: Any,
    certain: Any,
) -> None:
    """Which of 64 bits are 1, and which of them are certain: bytes of 0 and 1."""
    one_bound = np.float32(65536.0) * (_ONE - margin)
    zero_bound = np.float32(65536.0) * (_ONE + margin)
    for j in range(_U(64)):
        y = np.float32(fields[j]) * factor + offset[j]
        power[j] = _power_of_two(clamp(y, _LARGEST)) + _ONE
    for j in range(_U(64)):
        reached = np.float32(np.int32(draws[j])) * power[j]
        one = reached + power[j] < one_bound
        ones[j] = one
        certain[j] = one | (reached > zero_bound)


@helper
def packed_bits(octets: Any) -> Any:
    """A word of 64 bytes of 0 and 1, given as eight words."""
    word = _U(0)
    for i in range(8):
        word |= ((octets[i] * _U(0x0102040810204080)) >> _U(56)) << _U(8 * i)
    return word


@helper
def masked_fields(fields: Any, word: Any) -> Any:
    """The sum of the fields whose bits are set."""
    total = np.int64(0)
    for j in range(_U(64)):
        total += np.int64(fields[j]) * np.int64((word >> j) & _U(1))
    return total


@helper
def half_sweep(
    weights: Any,
    n_outputs: Any,
    states: Any,
    out: Any,
    bias: Any,
    factor: Any,
    offset: Any,
    frozen: Any,
    chains: Any,
    step: Any,
    domain: Any,
    key: Any,
    mean: Any,
    product: Any,
    single: Any,
) -> None:
    """Draw the bits ``out`` of a layer given those of the other one, for the chains of a tile.

    Weights are (blocks, inputs, 64). Of biases, offsets (added to log-odds, in double precision)
    and frozen units there is one row for all chains or one for each; of offsets and frozen units
    there may be none. If they have rows, ``mean`` gets p(out=1) added, ``product`` the sum of the
    fields of active outputs, and ``single`` p(out=1) in single precision as in `posterior_path`.
    """
    n_chains, n_offsets = len(states), len(offset)
    sums = np.empty((n_chains, 64), weights.dtype)
    tables = new_tables(weights)
    fields, scaled = np.empty(64, np.int32), np.zeros(64, np.float32)
    power = np.empty(64, np.float32)
    draws, octets, sure = np.empty(16, np.uint64), np.empty(8, np.uint64), np.empty(8, np.uint64)
    shorts, ones, certain = draws.view(np.uint16), octets.view(np.uint8), sure.view(np.uint8)
    for block in range(len(weights)):
        first = 64 * block
        width = min(64, n_outputs - first)
        accumulate(weights[block], states, tables, sums)
        for c in range(n_chains):
            row = c if n_offsets > 1 else 0
            add_bias(sums[c], bias, c if len(bias) > 1 else 0, _U(first), fields)
            long_blocks(8 * block, chains[c], step, domain, key, draws)
            largest = np.float32(0.0)
            if n_offsets > 0:
                for j in range(width):
                    scaled[j] = np.float32(MINUS_LOG2_E * offset[row, first + j])
                    largest = max(largest, abs(scaled[j]))
            if len(mean) > 0:
                sure[:] = _U(0)
            else:
                margin = np.float32(2.0**-16) + largest * np.float32(2.0**-21)
                if not margin < np.float32(0.5):
                    margin = np.float32(np.inf)
                multiplier = np.float32(MINUS_LOG2_E * factor[c])
                compare(fields, multiplier, scaled, margin, shorts, power, ones, certain)
            kept = frozen[c if len(frozen) > 1 else 0, block] if len(frozen) > 0 else _U(0)
            before = out[c, block]
            for eight in range((width + 7) // 8):
                if sure[eight] == _U(0x0101010101010101):
                    continue
                for j in range(8 * eight, min(8 * eight + 8, width)):
                    if certain[j]:
                        continue
                    x = np.float64(fields[j]) * factor[c]
                    if n_offsets > 0:
                        x += offset[row, first + j]
                    p = sigmoid(x)
                    ones[j] = draw_bit(p, shorts[j], first + j, chains[c], step, domain, key)
                    if len(mean) > 0:
                        held = (kept >> _U(j)) & _U(1)
                        known = np.float64((before >> _U(j)) & _U(1))
                        mean[c, first + j] += known if held else p
            word = packed_bits(octets) & (~_U(0) >> _U(64 - width))
            word = (before & kept) | (word & ~kept)
            out[c, block] = word
            if len(product) > 0:
                product[c] += masked_fields(fields, word)
            if len(single) > 0:
                by = np.float32(MINUS_LOG2_E * factor[c])
                for j in range(width):
                    y = np.float32(fields[j]) * by + np.float32(offset[row, first + j]) * _SINGLE
                    single[c, first + j] += _ONE / (exp2(y) + _ONE)
