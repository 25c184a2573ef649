"""Sufficient statistics of batches of binary states.

Rounded to a grid the probabilities are integers, so that their sums have no order. Summed over the
rows in which a visible unit is on, they are what `accumulate` finds: rows take the place of inputs,
and visible units that of chains.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..bits import pack_bits, unpack_bits
from ..protocol import BitWords, Contrast, Floats, IntegerRBM
from ..reference import single as reference
from .jit import as_int, helper, kernel
from .lookup import accumulate, new_tables
from .prepared import bias_rows, layers_of
from .single import clamp, exp2, log2, sigmoid
from .threads import in_rows

__all__ = ["Side", "contrast"]

_ROWS_AT_ONCE = 1024
"""Of integers up to 2²⁰ in magnitude, whose sums then fit 32 bits."""
_U = np.uint64
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_MINUS_LOG2_E, _LN_2 = -reference.LOG2_E, reference.LN_2
_MOST_SOFTPLUS, _SOFTPLUS_ONE = np.float32(1000.0), np.float32(1024.0)
_ROUNDING, _OF_ROUNDING = np.float32(12582912.0), np.int32(0x4B400000)


class Side(NamedTuple):
    """A batch, a number that each row is multiplied by, and the unit in which sums count."""

    rows: BitWords
    numbers: Floats
    unit: float


@helper
def _nearest(x: Any) -> Any:
    """The nearest integer, ties to even, of a number below 2²² in magnitude."""
    return np.int32(as_int(x + _ROUNDING) - _OF_ROUNDING)


@helper
def _softplus(x: Any) -> Any:
    """ln(1 + eˣ), at most 1000."""
    above = _ZERO if x < _ZERO else x
    rest = log2(exp2(abs(x) * _MINUS_LOG2_E) + _ONE) * _LN_2
    return clamp(above + rest, _MOST_SOFTPLUS)


@helper
def _log_odds(sum_: Any, bias: Any, factor: Any) -> Any:
    return np.float32(np.int32(np.int32(sum_) + bias)) * factor


@helper
def _values(sums: Any, bias: Any, factor: Any, numbers: Any, values: Any, totals: Any) -> None:
    """The integers number · p of 64 hidden units, row by row, and their sums over rows."""
    for r in range(len(sums)):
        for j in range(_U(64)):
            p = sigmoid(_log_odds(sums[r, j], bias[j], factor))
            value = _nearest(p * numbers[r])
            values[r, j] = value
            totals[j] += np.int64(value)


@helper
def _softplus_total(sums: Any, bias: Any, factor: Any, width: Any) -> Any:
    soft, total = np.zeros(64, np.int32), np.int64(0)
    for r in range(len(sums)):
        for j in range(_U(64)):
            x = _log_odds(sums[r, j], bias[j], factor)
            soft[j] += _nearest(_softplus(x) * _SOFTPLUS_ONE)
    for j in range(width):
        total += np.int64(soft[j])
    return total


@helper
def _add_side(
    weights: Any, bias: Any, factor: Any, side: Any, width: Any, soft: Any, totals: Any,
    hidden: Any, softplus: Any,
) -> None:  # fmt: skip
    """Add to the totals of one block of hidden units what the rows of one side come to."""
    rows, by_unit, numbers = side
    size = min(len(rows), _ROWS_AT_ONCE)
    sums, tables = np.empty((size, 64), weights.dtype), new_tables(weights)
    values, products = np.empty((size, 64), np.int32), np.empty((len(totals), 64), np.int32)
    more_tables = new_tables(values)
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        end = min(first + _ROWS_AT_ONCE, len(rows))
        of_rows = sums[: end - first]
        accumulate(weights, rows[first:end], tables, of_rows)
        _values(of_rows, bias, factor, numbers[first:end], values, hidden)
        if soft:
            softplus[0] += _softplus_total(of_rows, bias, factor, width)
        of_units = by_unit[first // _ROWS_AT_ONCE]
        accumulate(values[: end - first], of_units, more_tables, products)
        for i in range(len(totals)):
            for j in range(_U(64)):
                totals[i, j] += np.int64(products[i, j])


@kernel
def _difference(
    weights: Any, bias: Any, scale: Any, samples: Any, data: Any, units: Any, soft: Any,
    begin: Any, end: Any, gradient: Any, hidden: Any, softplus: Any,
) -> None:  # fmt: skip
    """The statistics of some blocks of hidden units: of samples less those of data, in their units.

    A side has its rows, the same bits by unit, and the numbers of the rows. ``hidden`` and
    ``softplus`` are the sums of p and of softplus over rows, (2, blocks, 64) and (2, blocks, 1).
    """
    factor, (n, m) = np.float32(1.0 / scale), gradient.shape
    of_samples, of_data = np.empty((n, 64), np.int64), np.empty((n, 64), np.int64)
    for block in range(begin, end):
        first, width = 64 * block, min(64, m - 64 * block)
        # One call for both sides, as the compiler copies its callee to each.
        for k in range(2):
            totals = of_data if k == 1 else of_samples
            totals[:] = 0
            _add_side(
                weights[block], bias[0, first : first + 64], factor, data if k == 1 else samples,
                width, soft, totals, hidden[k, block], softplus[k, block],
            )  # fmt: skip
        for i in range(n):
            for j in range(_U(width)):
                less = np.float64(of_data[i, j]) * units[1]
                found = np.float64(of_samples[i, j]) * units[0] - less
                gradient[i, _U(first) + j] = np.float32(found)


@kernel
def _add_selected(rows: Any, numbers: Any, out: Any) -> None:
    """Add the numbers of the rows in which each unit is on."""
    for r in range(len(rows)):
        for word in range(rows.shape[1]):
            bits, first = rows[r, word], 64 * word
            for j in range(_U(min(64, len(out) - first))):
                out[_U(first) + j] += numbers[r] * np.int64((bits >> j) & _U(1))


def _by_unit(rows: BitWords, n: int) -> BitWords:
    """The bits of each unit, (K, N, words), of so many rows at once."""
    parts = range(0, len(rows), _ROWS_AT_ONCE)
    out = np.zeros((len(parts), n, -(-min(len(rows), _ROWS_AT_ONCE) // 64)), np.uint64)
    for part, first in zip(out, parts, strict=True):
        words = pack_bits(unpack_bits(rows[first : first + _ROWS_AT_ONCE], n).T)
        part[:, : words.shape[1]] = words
    return out


def contrast(
    rbm: IntegerRBM, samples: Side, data: Side, free_energy: bool, n_threads: int
) -> Contrast:
    """Sums over the rows of samples less those over data, as `Training.contrast` rounds them."""
    sides, units, n = (samples, data), (samples.unit, data.unit), len(rbm.visible_bias)
    (weights, m), bias = layers_of(rbm).to_hidden, bias_rows(rbm.hidden_bias)
    given = tuple((np.array(side.rows), _by_unit(side.rows, n), side.numbers) for side in sides)
    counts, gradient = np.zeros((2, n), np.int64), np.empty((n, m), np.float32)
    hidden = np.zeros((2, len(weights), 64), np.int64)
    soft = np.zeros((2, len(weights), 1), np.int64)
    for side, out in zip(sides, counts, strict=True):
        _add_selected(np.array(side.rows), np.rint(side.numbers).astype(np.int64), out)

    def work(begin: int, end: int) -> None:
        numbers = rbm.scale, *given, units, free_energy, begin, end
        _difference(weights, bias, *numbers, gradient, hidden, soft)

    of_a_block = 16 * n * (len(samples.rows) + len(data.rows))
    in_rows(len(weights), of_a_block, n_threads, work)
    gap = 0.0
    if free_energy:
        totals = zip(sides, counts, soft.sum(axis=(1, 2)), strict=True)
        of_samples, of_data = (_minus_free_energy(rbm, *total) for total in totals)
        gap = of_samples - of_data
    of_visible, of_hidden = (
        (x[0] * samples.unit - x[1] * data.unit).astype(np.float32)
        for x in (counts, hidden.reshape(2, -1)[:, :m])
    )
    return Contrast(gradient, of_visible, of_hidden, gap)


def _minus_free_energy(
    rbm: IntegerRBM, side: Side, counts: NDArray[np.int64], softplus: np.int64
) -> float:
    """Mean over rows, whose number is that of a probability of 1."""
    on = counts // np.int64(side.numbers[0])
    bias = float((on * rbm.visible_bias).sum()) / rbm.scale
    return (bias + float(softplus) / float(_SOFTPLUS_ONE)) / len(side.rows)
