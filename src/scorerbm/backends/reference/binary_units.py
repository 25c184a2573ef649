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
from .exchanges import temper
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
        hidden = np.zeros((len(visible), len(rbm.hidden_bias)), np.uint8)

        def sweep(first: int, n: int, beta: Reals) -> None:
            nonlocal visible, hidden
            for step in range(first, first + n):
                p = tempered(visible, rbm.weights, rbm.hidden_bias, rbm.scale, beta)
                hidden = self.bernoulli(p, chains, key, step=step, domain=Domain.HIDDEN)
                transposed, bias = rbm.weights_transposed, rbm.visible_bias
                p = tempered(hidden, transposed, bias, rbm.scale, beta, offset)
                visible = self.bernoulli(p, chains, key, step=step, domain=Domain.VISIBLE)

        found = temper(
            sweep,
            lambda: self.energy(rbm, visible, hidden, n_threads),
            lambda step: self.uniform(
                ladders, max(1, len(betas) - 1), key, step=step, domain=Domain.SWAP
            ),
            first_sweep=first_sweep,
            n_sweeps=n_sweeps,
            swap_every=swap_every,
            betas=betas,
            slots=slots,
            scale=rbm.scale,
        )
        energies = found.energies.astype(np.int64, copy=False)
        return TemperResult(visible, hidden, found.slots, found.trace, energies)

    def energy(
        self, rbm: IntegerRBM, visible: Bits, hidden: Bits, n_threads: int = 0
    ) -> NDArray[np.int64]:
        # Sums of integers below 2^53 are exact in float64, in any order.
        v, h = visible.astype(np.float64), hidden.astype(np.float64)
        field = rbm.visible_bias + h @ rbm.weights_transposed.astype(np.float64)
        total: Reals = (v * field).sum(axis=1) + h @ rbm.hidden_bias.astype(np.float64)
        return (-total).astype(np.int64)

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
