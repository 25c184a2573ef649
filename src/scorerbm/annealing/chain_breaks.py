"""From the qubits of chains to logical spins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check

__all__ = ["Resolved", "Spins", "resolve_chains"]

Spins = NDArray[np.int8]
"""-1 and 1."""


@dataclass(frozen=True, eq=False)
class Resolved:
    """Logical spins of reads.

    Attributes
    ----------
    spins : array of int8, (R, K)
    broken : array of bool, (R, K)
        Whether the qubits of each chain disagreed.
    """

    spins: Spins
    broken: NDArray[np.bool_]


def resolve_chains(physical: ArrayLike, unit: ArrayLike, *, rng: np.random.Generator) -> Resolved:
    """Give each chain the spin of the majority of its qubits.

    An intact chain needs no decision; reads of such chains only are a selection, which cools a
    little: chains break sooner where a spin is undecided. A majority heats, and more: it decides a
    broken chain without regard to its neighbours. Ties, which chains of even length have, are coins
    tossed for each read and chain: a rule such as "a tie is 1", or one toss for all reads, would
    be a field or a correlation that nobody asked for.

    Parameters
    ----------
    physical : array_like of int, (R, Q)
        -1 or 1: the qubits of each read, those of all chains.
    unit : array_like of int, (Q,)
        The logical spin, 0 … K-1, whose chain each qubit belongs to; every spin has a qubit.
    rng : numpy.random.Generator
        Tosses the coins.

    Returns
    -------
    Resolved

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """
    chains = _Chains.of(unit)
    reads = _reads(physical, len(chains.order))
    total = chains.sums(reads)
    spins = np.sign(total).astype(np.int8)
    tied = spins == 0
    spins[tied] = 2 * rng.integers(2, size=np.count_nonzero(tied), dtype=np.int8) - 1
    return Resolved(spins, np.abs(total) != chains.sizes)


@dataclass(frozen=True, eq=False)
class _Chains:
    """Qubits sorted by chain, so that a chain is a run of columns."""

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    sizes: NDArray[np.intp]

    @classmethod
    def of(cls, unit: ArrayLike) -> _Chains:
        index = _check.as_array("unit", unit)
        if index.dtype.kind not in "iu":
            raise TypeError(f"unit: got dtype {index.dtype}, expected integers")
        if index.ndim != 1 or index.size == 0:
            raise ValueError(f"unit: got shape {index.shape}, expected (Q,) with Q at least 1")
        if index.min() < 0:
            raise ValueError(f"unit: got {index.min()}, expected numbers of logical spins from 0")
        sizes = np.bincount(index)
        if not sizes.all():
            raise ValueError(f"unit: got no qubit for spin {sizes.argmin()}, expected one or more")
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        return cls(np.argsort(index, kind="stable"), starts, sizes)

    def sums(self, reads: NDArray[np.integer]) -> NDArray[np.int32]:
        """Sum of each chain's spins, (R, K)."""
        total: NDArray[np.int32] = np.add.reduceat(
            reads[:, self.order], self.starts, axis=1, dtype=np.int32
        )
        return total


def _reads(physical: ArrayLike, n_qubits: int) -> NDArray[np.integer]:
    reads = _check.as_array("physical", physical)
    if reads.dtype.kind != "i":
        raise TypeError(f"physical: got dtype {reads.dtype}, expected signed integers")
    if reads.ndim != 2 or reads.shape[1] != n_qubits or len(reads) == 0:
        raise ValueError(
            f"physical: got shape {reads.shape}, expected (R, {n_qubits}) with R at least 1"
        )
    wrong = (reads != 1) & (reads != -1)
    if wrong.any():
        read, qubit = np.argwhere(wrong)[0]
        raise ValueError(
            f"physical: got {reads[read, qubit]} for qubit {qubit} of read {read}, expected only "
            "-1 and 1"
        )
    return reads
