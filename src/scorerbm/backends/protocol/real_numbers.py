"""Operations on real numbers: noise, elementary functions, sums in a fixed order."""

from __future__ import annotations

from typing import Protocol

from .types import Floats, Key, Reals, StageNumbers, Words

__all__ = ["RealNumbers"]


class RealNumbers(Protocol):
    """Each the same digits on every machine."""

    def linear(self, x: Reals, weights: Reals, bias: Reals, n_threads: int) -> Reals:
        """Bias + x @ weights, (C, K) by (K, L), summed in the order of k; bias (L,) or (C, L)."""
        ...

    def sigmoid(self, x: Reals) -> Reals:
        """σ(x) = 1/(1+e⁻ˣ) elementwise."""
        ...

    def softplus(self, x: Reals) -> Reals:
        """ln(1+eˣ) elementwise."""
        ...

    def uniform(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        """(C, width) uniform numbers in [0, 1) with 53 random bits."""
        ...

    def normal(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Floats:
        """(C, width) standard normal numbers: Box–Muller on pairs of 32-bit words.

        Unit i takes its word, here and in `logistic`, from block 16 ⌊i/64⌋ + i mod 16: number
        ⌊(i mod 64)/16⌋ of the block. Numbers are single-precision throughout.
        """
        ...

    def logistic(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Floats:
        """(C, width) standard logistic numbers ln(u/(1-u)), u from one 32-bit word."""
        ...

    def stage(
        self,
        v: Floats,
        mean: Floats,
        start: Floats | None,
        numbers: StageNumbers,
        chains: Words,
        key: Key,
        *,
        step: int,
        n_threads: int,
    ) -> Floats:
        """keep·v + pull·mean + base·start + spread·ζ, ζ normal in the domain ``NORMAL``.

        Added in this order in single precision; there is no third term without ``start``, and no
        fourth at spread 0.
        """
        ...

    def enumerate_states(
        self, weights: Reals, enumerated_bias: Reals, summed_bias: Reals, n_threads: int
    ) -> Reals:
        """Return ln Σ_y exp(xᵀWy + aᵀx + bᵀy) for all 2ᴷ binary x, weights (K, L): (2ᴷ,).

        Bit k of the index is x_k. The L other units are summed in closed form.
        """
        ...
