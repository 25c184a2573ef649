"""Reads of the logical problem, and what they cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .chain_breaks import resolve_chains
from .layout import Layout
from .submission import Answer

__all__ = ["Reads", "logical_reads", "total"]


@dataclass(frozen=True, eq=False)
class Reads:
    """R reads of K = N + M spins: a read of C copies counts as C.

    Attributes
    ----------
    spins : array of int8, (R, K)
        -1 or 1, by majority where a chain is broken.
    broken : array of bool, (R, K)
    programming : array of int, (R,)
        Number of the programming that a read is of.
    access_time, access_time_estimate : float or None
        Seconds, measured and foretold.
    problem_ids : tuple of str
    """

    spins: NDArray[np.int8]
    broken: NDArray[np.bool_]
    programming: NDArray[np.intp]
    access_time: float | None
    access_time_estimate: float | None
    problem_ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.spins)

    @property
    def intact(self) -> NDArray[np.intp]:
        """Numbers of the reads without a broken chain."""
        return np.flatnonzero(~self.broken.any(axis=1))

    @property
    def n_programmings(self) -> int:
        """How many problems were sent."""
        return int(self.programming[-1]) + 1 if len(self) else 0

    def __add__(self, other: Reads) -> Reads:
        return Reads(
            np.concatenate([self.spins, other.spins]),
            np.concatenate([self.broken, other.broken]),
            np.concatenate([self.programming, self.n_programmings + other.programming]),
            total([self.access_time, other.access_time]),
            total([self.access_time_estimate, other.access_time_estimate]),
            self.problem_ids + other.problem_ids,
        )


def logical_reads(
    layout: Layout,
    answers: Sequence[Answer],
    rng: np.random.Generator,
    access_time_estimate: float | None,
) -> Reads:
    """Join the reads of several programmings, one row for each copy in each read."""
    physical = np.concatenate([answer.physical for answer in answers])
    resolved = resolve_chains(physical, layout.unit, rng=rng)
    counts = [layout.n_copies * len(answer.physical) for answer in answers]
    return Reads(
        resolved.spins.reshape(-1, layout.n_units),
        resolved.broken.reshape(-1, layout.n_units),
        np.repeat(np.arange(len(answers)), counts),
        total(answer.access_time for answer in answers),
        access_time_estimate,
        tuple(a.problem_id for a in answers if a.problem_id is not None),
    )


def total(seconds: Iterable[float | None]) -> float | None:
    """Add times; None if any is unknown."""
    known = list(seconds)
    return None if None in known else math.fsum(x for x in known if x is not None)
