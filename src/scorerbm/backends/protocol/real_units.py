"""Operations on chains of real visible and binary hidden units."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from .types import Bits, Counts, Floats, Key, Reals, Words

__all__ = ["RealMove", "RealResult", "RealUnits", "RealWeights"]


class RealWeights(NamedTuple):
    """The coupling U of real visible and binary hidden units, as each half of a sweep takes it."""

    coupling: Floats
    """U, (N, M)"""
    integers: Counts
    """Uᵀ on a grid, (M, N). The caller guarantees that no sum over hidden units leaves 32 bits."""
    prepared: dict[str, Any] | None = None
    """What backends derive from these, by backend: kept by whoever keeps them."""


class RealMove(NamedTuple):
    """How visible units move to m = bias + gain · s, s the sum of the integers of the active h.

    Each is (N,), or (C, N) for one of each chain.
    """

    gain: Floats
    bias: Floats
    spread: Floats
    memory: Floats | None
    """None is 0."""


class RealResult(NamedTuple):
    """States after the last sweep and, if asked for, the mean of m over the sweeps."""

    visible: Reals
    hidden: Bits
    mean: Reals | None


class RealUnits(Protocol):
    """Gibbs sampling of real visible units."""

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
        """Run ``n_sweeps`` ≥ 1 h-then-v sweeps on every chain; states are float32 meanwhile.

        With x = c + Uᵀv, the matrix product of `fused_product`, h ~ Bernoulli(σ(βᵣ x)) in the
        domain ``HIDDEN`` at step ``first_sweep + s``. Then v ← (m + memory (v - m)) + spread ζ, ζ
        of `normal` in the domain ``VISIBLE``; all in single precision and in this order, after the
        exact integer sum. ``beta`` is (C,). Units whose byte in ``frozen``, (N,) or (C, N), is not
        0 keep their state, and their mean is that state.
        """
        ...
