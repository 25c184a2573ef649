"""How a problem is held for our kernels, and what runs chains of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Backend, Bits, Reals, Words
from ..rbm.chains import chain_ids
from .ladder import Ladder
from .schedule import Schedule

__all__ = ["Chains", "Form", "Reads", "Values", "Work"]

Values = NDArray[np.int8]
"""States in the values of a problem: -1 and 1, or 0 and 1."""


class Work(NamedTuple):
    """Where and how chains are run."""

    backend: Backend
    n_threads: int
    precision: str


class Reads(NamedTuple):
    """Numbered chains: a seed and their numbers select their random numbers."""

    first: int
    n: int
    seed: int
    start: Bits | None
    """(n, K): states of all variables to start from, if they are given."""

    @property
    def ids(self) -> Words:
        """Number of each chain."""
        return chain_ids(self.n, self.first)

    def part(self, first: int, n: int) -> Reads:
        """Return n of them, or as many as there are."""
        start = None if self.start is None else self.start[first : first + n]
        return Reads(self.first + first, min(n, self.n - first), self.seed, start)


class Chains(ABC):
    """Chains of one problem, all set up: `draw` does nothing but work."""

    info: dict[str, Any]
    """What is sampled, and how."""

    @abstractmethod
    def draw(self, reads: Reads) -> Values:
        """Run the chains; return their last states, (n, K)."""


class Form(ABC):
    """A problem as kernels take it."""

    @abstractmethod
    def gibbs(self, schedule: Schedule, reads: Reads, work: Work) -> Chains:
        """Set up chains that are swept at the inverse temperatures of a schedule."""

    @abstractmethod
    def tempering(self, ladder: Ladder, reads: Reads, work: Work) -> Chains:
        """Set up ladders of replicas that exchange inverse temperatures, one for each read."""

    @abstractmethod
    def energies(self, values: Values) -> Reals:
        """Energy of each row in the problem's own numbers, offset included."""
