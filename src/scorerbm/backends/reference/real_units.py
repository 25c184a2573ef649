"""Chains of real visible and binary hidden units in NumPy."""

from __future__ import annotations

import numpy as np

from ..protocol import (
    Bits,
    Domain,
    Floats,
    Key,
    RealMove,
    RealResult,
    Reals,
    RealWeights,
    Words,
)
from .binary_units import BinaryUnits
from .elementary import sigmoid
from .fused import fused_product

__all__ = ["RealUnits"]


class RealUnits(BinaryUnits):
    """Their operations of the protocol."""

    def real_gibbs(
        self,
        weights: RealWeights,
        hidden_bias: Floats,
        move: RealMove,
        visible: Reals,
        chains: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        beta: Reals,
        mean: bool,
        n_threads: int,
        frozen: Bits | None = None,
    ) -> RealResult:
        v = visible.astype(np.float32)
        kept = np.broadcast_to(False if frozen is None else frozen != 0, v.shape)
        total = np.zeros(v.shape)
        for sweep in range(first_sweep, first_sweep + n_sweeps):
            x = fused_product(v, weights.coupling, hidden_bias)
            p = sigmoid(beta[:, None] * x.astype(np.float64))
            hidden = self.bernoulli(p, chains, key, step=sweep, domain=Domain.HIDDEN)
            sums = hidden.astype(np.float64) @ weights.integers.astype(np.float64)  # exact
            centre = move.bias + move.gain * sums.astype(np.float32)
            zeta = self.normal(chains, v.shape[1], key, step=sweep, domain=Domain.VISIBLE)
            drawn = centre if move.memory is None else centre + move.memory * (v - centre)
            v = np.where(kept, v, drawn + move.spread * zeta)
            total += centre
        state = np.where(kept, visible, v.astype(np.float64))
        average = np.where(kept, visible, total / n_sweeps) if mean else None
        return RealResult(state, hidden, average)
