"""Operations on real numbers: noise, elementary functions, sums in a fixed order."""

from __future__ import annotations

from typing import Protocol

from .types import Key, Reals, Words

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

    def normal(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        """(C, width) standard normal numbers: Box–Muller on pairs of 32-bit words."""
        ...

    def logistic(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        """(C, width) standard logistic numbers ln(u/(1-u)), u from one 32-bit word."""
        ...

    def euler_maruyama(
        self,
        v: Reals,
        mean: Reals,
        coefficients: tuple[float, float, float],
        chains: Words,
        key: Key,
        *,
        step: int,
        n_threads: int,
    ) -> Reals:
        """(a·v + d·mean) + s·ζ for coefficients (a, d, s), ζ normal in the domain ``NORMAL``."""
        ...

    def enumerate_states(
        self, weights: Reals, enumerated_bias: Reals, summed_bias: Reals, n_threads: int
    ) -> Reals:
        """Return ln Σ_y exp(xᵀWy + aᵀx + bᵀy) for all 2ᴷ binary x, weights (K, L): (2ᴷ,).

        Bit k of the index is x_k. The L other units are summed in closed form.
        """
        ...
