"""Which qubits stand for which unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Chain", "Embedding"]

Chain = tuple[Any, ...]
"""Labels of the qubits that stand for one unit, strongly coupled to be one spin."""


@dataclass(frozen=True)
class Embedding:
    """Chains of qubits for the N + M units of a model, in one or several disjoint copies.

    Attributes
    ----------
    n_visible : int
    n_hidden : int
    copies : tuple
        Of each copy the N + M chains, visible units first, as labels of the sampler's graph.
    """

    n_visible: int
    n_hidden: int
    copies: tuple[tuple[Chain, ...], ...]

    @property
    def n_units(self) -> int:
        """N + M."""
        return self.n_visible + self.n_hidden

    def first(self, n_copies: int) -> Embedding:
        """So many of the copies."""
        return Embedding(self.n_visible, self.n_hidden, self.copies[:n_copies])

    @classmethod
    def of_chains(
        cls, n_visible: int, n_hidden: int, copies: Iterable[Sequence[Iterable[Any]]]
    ) -> Embedding:
        """Take chains as any sequence gives them."""
        return cls(n_visible, n_hidden, tuple(tuple(map(tuple, copy)) for copy in copies))

    @classmethod
    def of_mapping(
        cls, n_visible: int, n_hidden: int, chains: Mapping[int, Iterable[Any]]
    ) -> Embedding:
        """Take one copy in Ocean's form, {unit: qubits}.

        Raises
        ------
        TypeError, ValueError
            If its keys are not the units 0 … N+M-1, or a value holds no qubits.
        """
        n = n_visible + n_hidden
        if set(chains) != set(range(n)):
            strange = sorted(set(chains) ^ set(range(n)), key=str)
            raise ValueError(
                f"embedding: got a mapping of {len(chains)} units in which {strange[0]!r} is "
                f"missing or too many, expected the units 0 … {n - 1}, visible ones first"
            )
        for unit, chain in chains.items():
            if not isinstance(chain, Iterable) or isinstance(chain, str):
                raise TypeError(
                    f"embedding: got {chain!r} for unit {unit}, expected a sequence of qubits"
                )
        return cls.of_chains(n_visible, n_hidden, [[chains[k] for k in range(n)]])

    @classmethod
    def direct(cls, n_visible: int, n_hidden: int) -> Embedding:
        """Every unit its own variable, for samplers without a graph."""
        return cls.of_chains(n_visible, n_hidden, [[(k,) for k in range(n_visible + n_hidden)]])
