"""Chains of binary units in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..protocol import (
    Bits,
    Counts,
    Domain,
    GibbsResult,
    IntegerRBM,
    Key,
    Reals,
    TemperResult,
    Words,
)
from . import elementary
from .bernoulli import draw_bits
from .real_numbers import RealNumbers

__all__ = ["BinaryUnits", "tempered"]


class BinaryUnits(RealNumbers):
    """Their operations of the protocol."""

    def gibbs(
        self,
        rbm: IntegerRBM,
        visible: Bits,
        chains: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        beta: Reals,
        mean: bool,
        n_threads: int,
        frozen: Bits | None = None,
    ) -> GibbsResult:
        total = np.zeros(visible.shape) if mean else None
        kept = None if frozen is None else np.broadcast_to(frozen != 0, visible.shape)
        for sweep in range(first_sweep, first_sweep + n_sweeps):
            p = tempered(visible, rbm.weights, rbm.hidden_bias, rbm.scale, beta)
            hidden = self.bernoulli(p, chains, key, step=sweep, domain=Domain.HIDDEN)
            p = tempered(hidden, rbm.weights_transposed, rbm.visible_bias, rbm.scale, beta)
            drawn = self.bernoulli(p, chains, key, step=sweep, domain=Domain.VISIBLE)
            if kept is not None:
                drawn, p = np.where(kept, visible, drawn), np.where(kept, visible, p)
            visible = drawn
            if total is not None:
                total += p
        return GibbsResult(visible, hidden, None if total is None else total / n_sweeps)

    def temper(
        self,
        rbm: IntegerRBM,
        visible: Bits,
        chains: Words,
        ladders: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        swap_every: int,
        betas: Reals,
        slots: NDArray[np.uint16],
        offset: Reals | None,
        n_threads: int,
    ) -> TemperResult:
        slots, trace, energies = slots.copy(), [], []
        for sweep in range(first_sweep, first_sweep + n_sweeps):
            beta = betas[slots].reshape(-1)
            p = tempered(visible, rbm.weights, rbm.hidden_bias, rbm.scale, beta)
            hidden = self.bernoulli(p, chains, key, step=sweep, domain=Domain.HIDDEN)
            p = tempered(hidden, rbm.weights_transposed, rbm.visible_bias, rbm.scale, beta, offset)
            visible = self.bernoulli(p, chains, key, step=sweep, domain=Domain.VISIBLE)
            if (sweep + 1) % swap_every != 0:
                continue
            energy = self.energy(rbm, visible, hidden, n_threads).reshape(slots.shape)
            u = self.uniform(ladders, max(1, len(betas) - 1), key, step=sweep, domain=Domain.SWAP)
            _swap(slots, energy, u, betas, rbm.scale, ((sweep + 1) // swap_every - 1) & 1)
            trace.append(slots.copy())
            energies.append(energy)
        shape = (len(trace), *slots.shape)
        return TemperResult(
            visible,
            hidden,
            slots,
            np.array(trace, np.uint16).reshape(shape),
            np.array(energies, np.int64).reshape(shape),
        )

    def energy(
        self, rbm: IntegerRBM, visible: Bits, hidden: Bits, n_threads: int = 0
    ) -> NDArray[np.int64]:
        v, h = visible.astype(np.int64), hidden.astype(np.int64)
        field = rbm.visible_bias + h @ rbm.weights_transposed.astype(np.int64)
        energy: NDArray[np.int64] = -((v * field).sum(axis=1) + h @ rbm.hidden_bias)
        return energy

    def plan(
        self, rbm: IntegerRBM, n_chains: int, n_threads: int, n_sweeps: int = 1
    ) -> dict[str, Any]:
        return {"kernel": "numpy"}

    def conditional(
        self, states: Bits, weights: Counts, bias: Counts, scale: float, n_threads: int
    ) -> Reals:
        return tempered(states, weights, bias, scale, np.ones(len(states)))

    def bernoulli(
        self, probability: Reals, chains: Words, key: Key, *, step: int, domain: int
    ) -> Bits:
        unit = np.arange(probability.shape[1])
        return draw_bits(probability, unit, chains, key, step, domain)


def tempered(
    states: Bits,
    weights: Counts,
    bias: Counts,
    scale: float,
    beta: Reals | float,
    offset: Reals | None = None,
) -> Reals:
    """σ(β (bias + states @ weights)/scale + offset); the sum is of integers and exact."""
    field = bias + states.astype(np.float64) @ weights.astype(np.float64)
    x = field * np.reshape(beta / scale, (-1, 1))
    return elementary.sigmoid(x if offset is None else x + offset)


def _swap(
    slots: NDArray[np.uint16],
    energy: NDArray[np.int64],
    u: Reals,
    betas: Reals,
    scale: float,
    parity: int,
) -> None:
    """Exchange neighbouring inverse temperatures, in place; each pair of a parity meets once."""
    n_ladders, n_replicas = slots.shape
    replica = np.argsort(slots, axis=1)  # of each slot
    ladder = np.arange(n_ladders)
    for k in range(parity, n_replicas - 1, 2):
        low, high = replica[:, k], replica[:, k + 1]
        gain = (energy[ladder, low] - energy[ladder, high]).astype(np.float64)
        exponent = gain * ((betas[k] - betas[k + 1]) / scale)
        accepted = u[:, k] < elementary.exp_nonpositive(np.minimum(exponent, 0.0))
        slots[ladder, low] = np.where(accepted, k + 1, k)
        slots[ladder, high] = np.where(accepted, k, k + 1)
