"""Chains of real visible and binary hidden units in C++."""

from __future__ import annotations

from ... import _core
from ..protocol import Bits, Floats, Key, RealMove, RealResult, Reals, RealWeights, Words

__all__ = ["RealUnits"]


class RealUnits:
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
        return RealResult(
            *_core.real_gibbs(
                _prepared(weights),
                hidden_bias,
                move,
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


def _prepared(weights: RealWeights) -> _core.PreparedReal:
    """The weights in the layout of the kernels, made once for as long as they are kept."""
    kept = {} if weights.prepared is None else weights.prepared
    found: _core.PreparedReal | None = kept.get("native")
    if found is None:
        found = kept["native"] = _core.PreparedReal(weights.coupling, weights.integers)
    return found
