"""Sums of the weights of active inputs by table lookup, for 64 outputs of a tile of chains.

A table holds the sums over every subset of four inputs, so that one load adds them all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .jit import helper

__all__ = ["accumulate", "new_tables"]

_FEWEST_FOR_TABLES = 16  # chains; for fewer the rows of active inputs are added
_U = np.uint64


@helper
def new_tables(weights: Any) -> Any:
    """Room for what `accumulate` looks up."""
    return np.empty((8, 16, 64), weights.dtype)


@helper
def accumulate(weights: Any, states: Any, tables: Any, sums: Any) -> None:
    """The sums of one block of outputs for all chains of a tile; weights (inputs, 64)."""
    sums[:] = 0
    if len(states) >= _FEWEST_FOR_TABLES:
        for first in range(0, len(weights), 32):
            _build_tables(weights, first, tables)
            _look_up(states, first, tables, sums)
        return
    for c in range(len(states)):
        for i in range(len(weights)):
            if (states[c, i >> 6] >> _U(i & 63)) & _U(1):
                for j in range(64):
                    sums[c, j] += weights[i, j]


@helper
def _build_tables(weights: Any, first: Any, tables: Any) -> None:
    """Eight tables (16, 64) for the inputs from ``first`` on; those that there are not count 0."""
    for group in range(8):
        table = tables[group]
        table[0] = 0
        for bit in range(4):
            size, i = 1 << bit, first + 4 * group + bit
            if i >= len(weights):
                for entry in range(size):
                    for j in range(64):
                        table[size + entry, j] = table[entry, j]
                continue
            for entry in range(size):
                for j in range(64):
                    table[size + entry, j] = table[entry, j] + weights[i, j]


@helper
def _look_up(states: Any, first: Any, tables: Any, sums: Any) -> None:
    """Add 32 inputs of every chain."""
    word, shift, mask, wide = first >> 6, _U(first & 63), _U(15), _U(6)
    for c in range(len(states)):
        bits = states[c, word] >> shift
        entries = (
            (bits & mask) << wide,
            (((bits >> _U(4)) & mask) << wide) + _U(1024),
            (((bits >> _U(8)) & mask) << wide) + _U(2048),
            (((bits >> _U(12)) & mask) << wide) + _U(3072),
            (((bits >> _U(16)) & mask) << wide) + _U(4096),
            (((bits >> _U(20)) & mask) << wide) + _U(5120),
            (((bits >> _U(24)) & mask) << wide) + _U(6144),
            (((bits >> _U(28)) & mask) << wide) + _U(7168),
        )
        _add_entries(sums, _U(c) << wide, tables, entries)


@intrinsic
def _add_entries(_typing: Any, sums: Any, at: Any, tables: Any, entries: Any) -> Any:
    """Add 64 numbers at each of these places of the tables to those at a place of the sums.

    As one vector, which LLVM keeps in registers: from a loop over 64 columns it makes code of half
    the speed.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        row = ir.VectorType(context.get_value_type(sums.dtype), 64)

        def place(array: int, offset: Any) -> Any:
            proxy = cgutils.create_struct_proxy(signature.args[array])
            data = proxy(context, builder, arguments[array]).data
            return builder.bitcast(builder.gep(data, [offset]), row.as_pointer())

        def load(pointer: Any) -> Any:
            value = builder.load(pointer)
            value.align = sums.dtype.bitwidth // 8
            return value

        into = place(0, arguments[1])
        total = load(into)
        for k in range(entries.count):
            total = builder.add(total, load(place(2, builder.extract_value(arguments[3], k))))
        builder.store(total, into).align = sums.dtype.bitwidth // 8
        return context.get_dummy_value()

    return types.none(sums, at, tables, entries), generate
