"""Operations of training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..protocol import (
    BitSweeps,
    BitWords,
    Centre,
    Contrast,
    Counts,
    Descent,
    Floats,
    Grid,
    IntegerRBM,
    Key,
    Reals,
    Tilt,
    WeightSums,
    Words,
)
from ..weights import weight_power
from . import descent
from .bit_sweeps import sweep_bits
from .overlaps import multiply_states
from .prepared import new_layers
from .statistics import Side, contrast
from .threads import in_rows

__all__ = ["Training"]

_LEFT_OUT = np.empty((0, 0), np.int32)
_NO_FLOATS = np.empty((0, 0), np.float32)
_ONE = 2.0**20
"""What probabilities are multiplied by."""


class Training:
    """Their operations of the protocol."""

    def descend(
        self,
        value: Reals,
        gradient: Floats,
        first: Floats,
        second: Floats | None,
        rule: Descent,
        centre: Centre | None,
        n_threads: int,
    ) -> None:
        given = value, gradient, first, _NO_FLOATS if second is None else second
        arrays = tuple(x.reshape(-1, value.shape[-1]) if x.size else _NO_FLOATS for x in given)
        of_rows = of_columns = _NO_FLOATS
        if centre is not None:
            of_rows = np.stack([centre.visible_offset, centre.visible_gradient], axis=1)
            of_columns = np.stack([centre.hidden_gradient, centre.hidden_offset])
        numbers = tuple(np.float32(x) for x in rule[2:])

        def work(a: int, b: int) -> None:
            own = (x[a:b] for x in arrays)
            descent.descend(*own, rule.rate, rule.keep, numbers, of_rows[a:b], of_columns)

        in_rows(len(arrays[0]), 8 * value.shape[-1], n_threads, work)

    def weight_sums(
        self, weights: Reals, visible_offset: Reals, hidden_offset: Reals, n_threads: int
    ) -> WeightSums:
        (n, m), size = weights.shape, descent.ROWS_OF_SUMS
        of_rows, of_columns = np.empty((n, 3)), np.empty((m, 3))
        of_blocks = np.zeros((-(-n // size), 3, m))

        def work(first: int, last: int) -> None:
            a, b = first * size, min(n, last * size)
            given = weights[a:b], visible_offset[a:b], hidden_offset
            descent.sum_weights(*given, of_rows[a:b], of_blocks[first:last])

        in_rows(len(of_blocks), 8 * size * m, n_threads, work)
        descent.add_blocks(of_blocks, of_columns)
        # What is not a number stays so.
        reach = (float(sums[:, :2].max(initial=0.0)) for sums in (of_rows, of_columns))
        return WeightSums(of_rows[:, 2].copy(), of_columns[:, 2].copy(), *reach)

    def round_to_grid(
        self,
        weights: Reals,
        visible_bias: Reals,
        hidden_bias: Reals,
        grid: Grid,
        into: IntegerRBM | None,
        n_threads: int,
    ) -> IntegerRBM:
        kept = {} if into is None or into.bits != grid.bits else into.prepared or {}
        layers = kept.get("numba") or new_layers(weights.shape, grid.bits)
        to_hidden, to_visible = layers.to_hidden[0], layers.to_visible[0]

        def work(begin: int, end: int) -> None:
            descent.round_weights(weights, grid.scale, begin, end, to_hidden, to_visible)

        in_rows(len(to_hidden), 4 * 64 * len(weights), n_threads, work)
        return IntegerRBM(
            _LEFT_OUT,
            _LEFT_OUT,
            _round_bias(visible_bias, grid.scale, grid.visible_limit),
            _round_bias(hidden_bias, grid.scale, grid.hidden_limit),
            grid.scale,
            grid.bits,
            prepared={"numba": layers},
        )

    def sweep_bits(
        self,
        rbm: IntegerRBM,
        start: BitWords,
        ids: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        tilt: Tilt | None,
        n_threads: int,
    ) -> BitSweeps:
        return sweep_bits(rbm, start, ids, key, first_sweep, n_sweeps, tilt, n_threads)

    def contrast(
        self,
        rbm: IntegerRBM,
        samples: BitWords,
        data: BitWords,
        *,
        free_energy: bool = False,
        n_threads: int,
    ) -> Contrast:
        of_samples, of_data = (
            Side(rows, np.full(len(rows), _ONE, np.float32), 1.0 / (_ONE * len(rows)))
            for rows in (samples, data)
        )
        return contrast(rbm, of_samples, of_data, free_energy, n_threads)

    def weighted_statistics(
        self, rbm: IntegerRBM, samples: BitWords, weights: Reals, n_threads: int
    ) -> Contrast:
        power = weight_power(weights)
        weighted = Side(samples, (weights * power).astype(np.float32), 1.0 / (power * len(samples)))
        nothing = Side(samples[:0], weighted.numbers[:0], 0.0)
        return contrast(rbm, weighted, nothing, False, n_threads)

    def overlaps(self, samples: BitWords, data: BitWords) -> NDArray[np.int32]:
        rows, words = data.shape
        of_row = samples.reshape(rows, len(samples) // max(1, rows), words)
        together = np.concatenate([of_row, data[:, None]], axis=1)
        out = np.empty((*together.shape[:2], together.shape[1]), np.int32)
        multiply_states(together, out)
        return out


def _round_bias(bias: Reals, scale: float, limit: float) -> Counts:
    return np.rint(np.clip(bias, -limit, limit) * scale).astype(np.int32)
