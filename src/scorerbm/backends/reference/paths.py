"""Trajectories in NumPy."""

from __future__ import annotations

import numpy as np

from ..protocol import (
    CORRECT,
    PREDICT,
    Bits,
    Domain,
    Floats,
    IntegerRBM,
    Key,
    PathResult,
    Reals,
    StageNumbers,
    Stages,
    Words,
)
from . import elementary, single
from .binary_units import BinaryUnits, tempered

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
        x, y, sweep, limit = state, state, first_sweep, np.float32(rbm.channel_limit)
        for k, (rate, half, keep, pull, base, spread, kind) in enumerate(zip(*stages, strict=True)):
            s = y if kind == CORRECT else x
            offset = rate * s - half
            if rbm.channel_shift is not None:
                offset = offset + rbm.channel_shift
            offset = np.minimum(np.maximum(offset, -limit), limit)
            total = np.zeros_like(s)
            for _ in range(n_sweeps):
                p = tempered(visible, rbm.weights, rbm.hidden_bias, rbm.scale, 1.0)
                hidden = self.bernoulli(p, chains, key, step=sweep, domain=Domain.HIDDEN)
                field = rbm.visible_bias + hidden.astype(np.float64) @ rbm.weights_transposed
                p = elementary.sigmoid(field / rbm.scale + offset)
                visible = self.bernoulli(p, chains, key, step=sweep, domain=Domain.VISIBLE)
                total = total + _single_mean(field, rbm.scale, offset)
                sweep += 1
            mean = total * np.float32(1.0 / n_sweeps)
            result = self.stage(
                s,
                mean,
                x if kind == CORRECT else None,
                StageNumbers(keep, pull, base, spread),
                chains,
                noise_key,
                step=first_stage + k,
                n_threads=n_threads,
            )
            x, y = (x, result) if kind == PREDICT else (result, y)
        return PathResult(x, visible, hidden)


def _single_mean(field: Reals, scale: float, offset: Floats) -> Floats:
    factor = np.float32(-elementary.LOG2_E / scale)
    y = field.astype(np.float32) * factor + offset * -single.LOG2_E
    return np.float32(1.0) / (single.exp2(y) + np.float32(1.0))
