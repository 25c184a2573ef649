"""Passes over parameters: a step of an optimiser, sums of weights, rounding to integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..reference.elementary import ROUNDING
from .jit import as_long, helper, kernel

__all__ = ["ROWS_OF_SUMS", "add_blocks", "descend", "round_weights", "sum_weights"]

ROWS_OF_SUMS = 32
"""Rows whose weights are added down the columns before other rows' are."""
_LANES = 16  # in which weights are added along a row
_U = np.uint64
_ZERO, _LARGEST_SQUARE = np.float32(0.0), np.float32(3e38)


@helper
def _velocity(first: Any, gradient: Any, numbers: Any, step: Any) -> None:
    beta1 = numbers[0]
    for j in range(_U(len(step))):
        first[j] = first[j] * beta1 + gradient[j]
        step[j] = first[j]


@helper
def _adam(first: Any, second: Any, gradient: Any, numbers: Any, step: Any) -> None:
    beta1, gain1, first_scale, beta2, gain2, second_scale, epsilon = numbers
    for j in range(_U(len(step))):
        g = gradient[j]
        m = first[j] * beta1 + gain1 * g
        # A square beyond single precision must not stay there: nothing would move any more.
        s = second[j] * beta2 + gain2 * (g * g)
        s = _ZERO if s < _ZERO else s
        s = _LARGEST_SQUARE if s > _LARGEST_SQUARE else s
        first[j], second[j] = m, s
        step[j] = (m * first_scale) / (np.sqrt(s * second_scale) + epsilon)


@kernel
def descend(
    value: Any, gradient: Any, first: Any, second: Any, rate: Any, keep: Any, numbers: Any,
    of_rows: Any, of_columns: Any,
) -> None:  # fmt: skip
    """A step of all rows; of those beside them, ``second`` and the centre may have none.

    The gradient in centred parameters is less the outer products of offsets and bias gradients,
    which are (rows, 2) and (2, columns).
    """
    g, step = np.empty(value.shape[1], np.float32), np.empty(value.shape[1], np.float32)
    for i in range(len(value)):
        for j in range(_U(len(g))):
            g[j] = gradient[i, j]
        if len(of_columns) > 0:
            offset, bias_gradient = of_rows[i, 0], of_rows[i, 1]
            for j in range(_U(len(g))):
                g[j] -= offset * of_columns[0, j] + bias_gradient * of_columns[1, j]
        if len(second) > 0:
            _adam(first[i], second[i], g, numbers, step)
        else:
            _velocity(first[i], g, numbers, step)
        for j in range(_U(len(step))):
            value[i, j] = value[i, j] * keep - rate * np.float64(step[j])


@helper
def _folded(lanes: Any) -> Any:
    """Add the lanes l and l + 8, l + 4, l + 2, l + 1, in this order."""
    half = _LANES // 2
    while half > 0:
        for lane in range(half):
            lanes[lane] += lanes[lane + half]
        half //= 2
    return lanes[0]


@helper
def _add_columns(
    weights: Any, row_offset: Any, column_offset: Any, first: Any, width: Any, lanes: Any,
    of_columns: Any,
) -> None:  # fmt: skip
    """Those from ``first`` on, one a lane."""
    for lane in range(width):
        j = first + lane
        w = weights[j]
        positive = w if w > 0.0 else 0.0
        negative = positive - w  # what is not a number stays so
        lanes[0, lane] += positive
        lanes[1, lane] += negative
        lanes[2, lane] += w * column_offset[j]
        of_columns[0, j] += positive
        of_columns[1, j] += negative
        of_columns[2, j] += w * row_offset


@kernel
def sum_weights(
    weights: Any, row_offset: Any, column_offset: Any, of_rows: Any, of_blocks: Any
) -> None:
    """Sums of positive weights, of negative ones' magnitudes, and of weights times offsets.

    Of rows they are (rows, 3). Of the columns of each block of rows, (blocks, 3, columns), they
    come as zeros.
    """
    lanes, width = np.empty((3, _LANES)), _U(weights.shape[1])
    for i in range(len(weights)):
        lanes[:] = 0.0
        given = weights[i], row_offset[i], column_offset
        of_columns, first = of_blocks[i // ROWS_OF_SUMS], _U(0)
        # Of a number of columns that the compiler knows it makes vectors.
        while width - first >= _U(_LANES):
            _add_columns(*given, first, _U(_LANES), lanes, of_columns)
            first += _U(_LANES)
        _add_columns(*given, first, width - first, lanes, of_columns)
        for k in range(3):
            of_rows[i, k] = _folded(lanes[k])


@kernel
def add_blocks(of_blocks: Any, out: Any) -> None:
    """Add the sums of blocks of rows in their order, to (columns, 3)."""
    out[:] = 0.0
    for block in range(len(of_blocks)):
        for k in range(3):
            for j in range(_U(len(out))):
                out[j, k] += of_blocks[block, k, j]


@kernel
def round_weights(
    weights: Any, scale: Any, begin: Any, end: Any, to_hidden: Any, to_visible: Any
) -> None:
    """Round the weights of the hidden units in some blocks of 64, in both layouts of `Layers`."""
    n, m = weights.shape
    for block in range(begin, end):
        first, width = 64 * block, min(64, m - 64 * block)
        for i in range(n):
            row = to_hidden[block, i]
            for j in range(_U(width)):
                # The low bits of the sum hold the nearest integer, ties to even.
                row[j] = as_long(weights[i, _U(first) + j] * scale + ROUNDING)
            for j in range(width):
                to_visible[i >> 6, first + j, i & 63] = row[j]
