"""Operations of training in C++."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ..protocol import (
    BitSweeps,
    BitWords,
    Centre,
    Contrast,
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
from .prepared import prepared

__all__ = ["Training"]

_LEFT_OUT = np.empty((0, 0), np.int32)


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
        _core.descend(value, gradient, first, second, rule, centre, n_threads)

    def weight_sums(
        self, weights: Reals, visible_offset: Reals, hidden_offset: Reals, n_threads: int
    ) -> WeightSums:
        return WeightSums(*_core.weight_sums(weights, visible_offset, hidden_offset, n_threads))

    def round_to_grid(
        self,
        weights: Reals,
        visible_bias: Reals,
        hidden_bias: Reals,
        grid: Grid,
        into: IntegerRBM | None,
        n_threads: int,
    ) -> IntegerRBM:
        kept = {} if into is None or into.prepared is None else into.prepared
        weights_kept = kept.get("native") if into is not None and into.bits == grid.bits else None
        if weights_kept is None:
            weights_kept = _core.empty_rbm(weights.shape[0], weights.shape[1], grid.bits)
        _core.refresh(weights_kept, weights, grid.scale, n_threads)
        return IntegerRBM(
            _LEFT_OUT,
            _LEFT_OUT,
            _core.round_bias(visible_bias, grid.scale, grid.visible_limit),
            _core.round_bias(hidden_bias, grid.scale, grid.hidden_limit),
            grid.scale,
            grid.bits,
            prepared={"native": weights_kept},
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
        return BitSweeps(
            *_core.sweep_bits(
                prepared(rbm),
                rbm.visible_bias,
                rbm.hidden_bias,
                rbm.scale,
                start,
                ids,
                key,
                first_sweep,
                n_sweeps,
                tilt,
                n_threads,
            )
        )

    def contrast(
        self,
        rbm: IntegerRBM,
        samples: BitWords,
        data: BitWords,
        *,
        free_energy: bool = False,
        n_threads: int,
    ) -> Contrast:
        return Contrast(
            *_core.contrast(
                prepared(rbm),
                rbm.visible_bias,
                rbm.hidden_bias,
                rbm.scale,
                samples,
                data,
                None,
                1.0 / (2.0**20 * len(samples)),
                1.0 / (2.0**20 * len(data)),
                free_energy,
                n_threads,
            )
        )

    def weighted_statistics(
        self, rbm: IntegerRBM, samples: BitWords, weights: Reals, n_threads: int
    ) -> Contrast:
        power = weight_power(weights)
        return Contrast(
            *_core.contrast(
                prepared(rbm),
                rbm.visible_bias,
                rbm.hidden_bias,
                rbm.scale,
                samples,
                samples[:0],
                (weights * power).astype(np.float32),
                1.0 / (power * len(samples)),
                0.0,
                False,
                n_threads,
            )
        )

    def overlaps(self, samples: BitWords, data: BitWords) -> NDArray[np.int32]:
        return _core.overlaps(samples, data)
