"""Operations of training in NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..bits import pack_bits, unpack_bits
from ..protocol import (
    Bits,
    BitSweeps,
    BitWords,
    Centre,
    Contrast,
    Counts,
    Descent,
    Domain,
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
from . import single
from .binary_units import BinaryUnits, tempered

__all__ = ["Training"]

_LANES = 16
_BLOCK = 32
_ONE = 2.0**20  # what probabilities are multiplied by
_SOFTPLUS_ONE = 2.0**10


class Training(BinaryUnits):
    """Their operations of the protocol."""

    @np.errstate(over="ignore", invalid="ignore")  # of what diverges, callers say so
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
        beta1, gain1, first_scale, beta2, gain2, second_scale, epsilon = map(np.float32, rule[2:])
        g = gradient
        if centre is not None:
            mu, of_hidden, of_visible, offset = centre
            g = g - (np.multiply.outer(mu, of_hidden) + np.multiply.outer(of_visible, offset))
        if second is None:
            first[...] = first * beta1 + g
            step = first
        else:
            first[...] = first * beta1 + gain1 * g
            # A square beyond single precision must not stay there: nothing would move any more.
            s = second * beta2 + gain2 * (g * g)
            second[...] = np.minimum(np.maximum(s, np.float32(0.0)), np.float32(3e38))
            step = (first * first_scale) / (np.sqrt(second * second_scale) + epsilon)
        value[...] = value * rule.keep - rule.rate * step.astype(np.float64)

    @np.errstate(over="ignore", invalid="ignore")
    def weight_sums(
        self, weights: Reals, visible_offset: Reals, hidden_offset: Reals, n_threads: int
    ) -> WeightSums:
        positive = np.where(weights > 0.0, weights, 0.0)
        negative = positive - weights  # what is not a number stays so
        reach = [
            float(np.maximum(add(positive).max(initial=0.0), add(negative).max(initial=0.0)))
            for add in (_along_rows, _down_columns)
        ]
        return WeightSums(
            _along_rows(weights * hidden_offset),
            _down_columns(weights * visible_offset[:, None]),
            *reach,
        )

    def round_to_grid(
        self,
        weights: Reals,
        visible_bias: Reals,
        hidden_bias: Reals,
        grid: Grid,
        into: IntegerRBM | None,
        n_threads: int,
    ) -> IntegerRBM:
        rounded = np.rint(weights * grid.scale).astype(np.int32)
        return IntegerRBM(
            rounded,
            np.ascontiguousarray(rounded.T),
            _round_bias(visible_bias, grid.scale, grid.visible_limit),
            _round_bias(hidden_bias, grid.scale, grid.hidden_limit),
            grid.scale,
            grid.bits,
            prepared={},
        )

    # -- batches of bits ---------------------------------------------------------------------

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
        v = unpack_bits(start, len(rbm.visible_bias))
        beta, offset = np.ones(len(v)), None
        if tilt is not None:
            rows = np.arange(len(v)) * len(tilt.ids) // max(1, len(v))
            offset = self._tilt_log_odds(tilt, v.shape[1])[rows].astype(np.float64)
        halfway = v
        for sweep in range(n_sweeps):
            if sweep == n_sweeps // 2:
                halfway = v
            step = first_sweep + sweep
            p = tempered(v, rbm.weights, rbm.hidden_bias, rbm.scale, beta)
            h = self.bernoulli(p, ids, key, step=step, domain=Domain.HIDDEN)
            p = tempered(h, rbm.weights_transposed, rbm.visible_bias, rbm.scale, beta, offset)
            v = self.bernoulli(p, ids, key, step=step, domain=Domain.VISIBLE)
        return BitSweeps(pack_bits(v), pack_bits(halfway))

    def _tilt_log_odds(self, tilt: Tilt, n: int) -> Floats:
        v = unpack_bits(tilt.states, n).astype(np.float32)
        zeta = self.normal(tilt.ids, n, tilt.key, step=tilt.step, domain=Domain.NORMAL)
        snr = tilt.snr[:, None]
        return snr * (v - np.float32(0.5)) + np.sqrt(snr) * zeta

    def contrast(
        self,
        rbm: IntegerRBM,
        samples: BitWords,
        data: BitWords,
        *,
        free_energy: bool = False,
        n_threads: int,
    ) -> Contrast:
        sums = []
        for words in (samples, data):
            one = np.full(len(words), _ONE, np.float32)
            unit = 1.0 / (_ONE * len(words))
            sums.append([x * unit for x in self._row_sums(rbm, words, one)])
        of_weights, of_visible, of_hidden = (
            (x - y).astype(np.float32) for x, y in zip(*sums, strict=True)
        )
        gap = 0.0
        if free_energy:
            gap = self._minus_free_energy(rbm, samples) - self._minus_free_energy(rbm, data)
        return Contrast(of_weights, of_visible, of_hidden, gap)

    def weighted_statistics(
        self, rbm: IntegerRBM, samples: BitWords, weights: Reals, n_threads: int
    ) -> Contrast:
        power = weight_power(weights)
        numbers = (weights * power).astype(np.float32)
        unit = 1.0 / (power * len(samples))
        of_weights, of_visible, of_hidden = (
            (x * unit).astype(np.float32) for x in self._row_sums(rbm, samples, numbers)
        )
        return Contrast(of_weights, of_visible, of_hidden, 0.0)

    def _hidden_log_odds(self, rbm: IntegerRBM, words: BitWords) -> tuple[Bits, Floats]:
        v = unpack_bits(words, len(rbm.visible_bias))
        field = v.astype(np.float64) @ rbm.weights.astype(np.float64) + rbm.hidden_bias
        return v, field.astype(np.float32) * np.float32(1.0 / rbm.scale)

    def _row_sums(
        self, rbm: IntegerRBM, words: BitWords, numbers: Floats
    ) -> tuple[Reals, Reals, Reals]:
        """Σ v p', Σ v and Σ p over rows, each times its number and then rounded."""
        v, x = self._hidden_log_odds(rbm, words)
        values = np.rint(single.sigmoid(x) * numbers[:, None]).astype(np.float64)
        # Sums of integers below 2^53 are exact in float64, in any order.
        turned = v.T.astype(np.float64)
        return turned @ values, turned @ np.rint(numbers).astype(np.float64), values.sum(axis=0)

    def _minus_free_energy(self, rbm: IntegerRBM, words: BitWords) -> float:
        """Mean over rows."""
        v, x = self._hidden_log_odds(rbm, words)
        soft = np.rint(_softplus(x) * np.float32(_SOFTPLUS_ONE)).astype(np.int64).sum()
        bias = (v.sum(axis=0, dtype=np.int64) * rbm.visible_bias).sum()
        return float((float(bias) / rbm.scale + float(soft) / _SOFTPLUS_ONE) / len(v))

    def overlaps(self, samples: BitWords, data: BitWords) -> NDArray[np.int32]:
        rows, words = data.shape
        of_row = samples.reshape(rows, len(samples) // max(1, rows), words)
        together = np.concatenate([of_row, data[:, None]], axis=1)
        x = unpack_bits(together, 64 * words).astype(np.int32)
        out: NDArray[np.int32] = x @ np.swapaxes(x, 1, 2)
        return out


def _softplus(x: Floats) -> Floats:
    """ln(1 + eˣ), at most 1000."""
    size, above = np.where(x < 0, -x, x), np.where(x < 0, np.float32(0.0), x)
    rest = single.log2(single.exp2(size * -single.LOG2_E) + np.float32(1.0)) * single.LN_2
    out: Floats = np.minimum(np.maximum(above + rest, np.float32(0.0)), np.float32(1000.0))
    return out


def _along_rows(x: Reals) -> Reals:
    n, m = x.shape
    lanes = np.zeros((n, _LANES))
    for j in range(0, m, _LANES):
        part = x[:, j : j + _LANES]
        lanes[:, : part.shape[1]] += part
    half = _LANES // 2
    while half > 0:
        lanes = lanes[:, :half] + lanes[:, half : 2 * half]
        half //= 2
    return lanes[:, 0]


def _down_columns(x: Reals) -> Reals:
    total = _in_order(x[:_BLOCK])
    for i in range(_BLOCK, len(x), _BLOCK):
        total = total + _in_order(x[i : i + _BLOCK])
    return total


def _in_order(rows: Reals) -> Reals:
    total = np.zeros(rows.shape[1])
    for row in rows:
        total = total + row
    return total


def _round_bias(bias: Reals, scale: float, limit: float) -> Counts:
    return np.rint(np.clip(bias, -limit, limit) * scale).astype(np.int32)
