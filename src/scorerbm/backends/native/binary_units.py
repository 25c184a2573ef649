"""Chains of binary units in C++."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import _core
from ..protocol import (
    Bits,
    Counts,
    GibbsResult,
    IntegerRBM,
    Key,
    Reals,
    TemperResult,
    Words,
)
from .prepared import prepared

__all__ = ["BinaryUnits"]


class BinaryUnits:
    """Their operations of the protocol."""

    def __init__(self) -> None:
        self.cpu_level = _core.cpu_level()

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
        return GibbsResult(
            *_core.gibbs(
                prepared(rbm),
                rbm.visible_bias,
                rbm.hidden_bias,
                rbm.scale,
                visible,
                chains,
                key,
                first_sweep,
                n_sweeps,
                beta,
                mean,
                frozen,
                n_threads,
            )
        )

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
        return TemperResult(
            *_core.temper(
                prepared(rbm),
                rbm.visible_bias,
                rbm.hidden_bias,
                rbm.scale,
                visible,
                chains,
                ladders,
                key,
                first_sweep,
                n_sweeps,
                swap_every,
                betas,
                slots,
                offset,
                n_threads,
            )
        )

    def energy(
        self, rbm: IntegerRBM, visible: Bits, hidden: Bits, n_threads: int = 0
    ) -> NDArray[np.int64]:
        return _core.energy(
            prepared(rbm), rbm.visible_bias, rbm.hidden_bias, visible, hidden, n_threads
        )

    def plan(
        self, rbm: IntegerRBM, n_chains: int, n_threads: int, n_sweeps: int = 1
    ) -> dict[str, Any]:
        plan = _core.plan(prepared(rbm), n_chains, n_sweeps, n_threads)
        return {"cpu_level": self.cpu_level, **plan}

    def conditional(
        self, states: Bits, weights: Counts, bias: Counts, scale: float, n_threads: int
    ) -> Reals:
        return _core.conditional(states, weights, bias, scale, n_threads)

    def bernoulli(
        self, probability: Reals, chains: Words, key: Key, *, step: int, domain: int
    ) -> Bits:
        return _core.bernoulli(probability, chains, key, step, domain)
