"""From the qubits of chains to logical spins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from .errors import AnnealerError

__all__ = ["METHODS", "Resolved", "Spins", "resolve_chains"]

METHODS = ("intact", "majority", "discard")
"""What can be done with broken chains; see `resolve_chains`."""

Spins = NDArray[np.int8]
"""-1 and 1."""


@dataclass(frozen=True, eq=False)
class Resolved:
    """Logical spins of reads.

    Attributes
    ----------
    spins : array of int8, (R', K)
    kept : array of int, (R',)
        The read that each row comes from, in increasing order.
    broken : array of bool, (R, K)
        Whether the qubits of each chain disagreed, of all reads.
    method : str
        What was done: ``"intact"`` (only reads without a broken chain are here) or
        ``"majority"``.
    """

    spins: Spins
    kept: NDArray[np.intp]
    broken: NDArray[np.bool_]
    method: str


def resolve_chains(
    physical: ArrayLike,
    unit: ArrayLike,
    method: str = "intact",
    *,
    rng: np.random.Generator,
    fewest: int | None = None,
) -> Resolved:
    """Give each chain one spin.

    Reads whose chains are all intact need no decision. They are a selection, which cools a little:
    chains break sooner where a spin is undecided. A majority heats, and more: it decides a broken
    chain without regard to its neighbours. Ties, which chains of even length have, are coins
    tossed for each read and chain: a rule such as "a tie is 1", or one toss for all reads, would
    be a field or a correlation that nobody asked for.

    Parameters
    ----------
    physical : array_like of int, (R, Q)
        -1 or 1: the qubits of each read, those of all chains.
    unit : array_like of int, (Q,)
        The logical spin, 0 … K-1, whose chain each qubit belongs to; every spin has a qubit.
    method : {"intact", "majority", "discard"}
        ``"intact"`` keeps the reads without a broken chain if there are at least ``fewest``, else
        all of them with a majority in each chain; ``"majority"`` keeps all; ``"discard"`` keeps
        intact ones however few.
    rng : numpy.random.Generator
        Tosses the coins.
    fewest : int, optional
        At least 1. By default a tenth of the reads: sampling errors then grow to no more than
        about three times what they would be.

    Returns
    -------
    Resolved

    Raises
    ------
    AnnealerError
        If intact reads are asked for and there is none.
    TypeError, ValueError
        If an argument is not as described.
    """
    _check.choice("method", method, METHODS)
    chains = _Chains.of(unit)
    reads = _reads(physical, len(chains.order))
    enough = -(-len(reads) // 10) if fewest is None else _check.integer("fewest", fewest, 1)
    total = chains.sums(reads)
    broken = np.abs(total) != chains.sizes
    intact = np.flatnonzero(~broken.any(axis=1))
    if method == "discard" and len(intact) == 0:
        raise AnnealerError(
            f"every one of {len(reads)} reads has a broken chain: take stronger chains, shorter "
            'ones, or chain_breaks="majority"'
        )
    if method == "discard" or (method == "intact" and len(intact) >= max(1, enough)):
        spins = np.sign(total[intact]).astype(np.int8)
        return Resolved(spins, intact, broken, "intact")
    spins = np.sign(total).astype(np.int8)
    tied = spins == 0
    spins[tied] = 2 * rng.integers(2, size=np.count_nonzero(tied), dtype=np.int8) - 1
    return Resolved(spins, np.arange(len(reads)), broken, "majority")


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
