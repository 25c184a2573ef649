"""Trajectories in C++."""

from __future__ import annotations

from ... import _core
from ..protocol import Bits, Floats, IntegerRBM, Key, PathResult, Stages, Words
from .prepared import prepared

__all__ = ["Paths"]


class Paths:
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
        return PathResult(
            *_core.posterior_path(
                prepared(rbm),
                rbm.visible_bias,
                rbm.hidden_bias,
                rbm.scale,
                rbm.channel_limit,
                rbm.channel_shift,
                state,
                visible,
                chains,
                key,
                noise_key,
                stages,
                first_sweep,
                n_sweeps,
                first_stage,
                n_threads,
            )
        )
