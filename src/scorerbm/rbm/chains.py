"""The state of a set of Markov chains: where they are and which random numbers come next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Key, Words

__all__ = ["MOST_DRAWS", "MOST_STEPS", "Chains", "chain_ids"]

MOST_STEPS = (1 << 32) - 1
"""Sweeps or steps that the random numbers' 32-bit counter can tell apart."""

MOST_DRAWS = (1 << 24) - 1
"""Repeated draws in one step that the 24 upper bits of `Domain` can tell apart."""


def chain_ids(n: int, first: int = 0) -> Words:
    """Return the numbers ``first … first+n-1`` of n chains; a chain's number selects its stream."""
    return np.arange(first, first + n, dtype=np.uint32)


@dataclass(eq=False, slots=True)
class Chains:
    """C Markov chains that can be resumed.

    Attributes
    ----------
    visible : array, (C, N)
        Present visible states.
    ids : array of uint32, (C,)
        Each chain's number: with ``key`` and ``sweep`` it selects the random numbers.
    key : tuple of two ints
        Philox key.
    sweep : int
        Number of sweeps made so far.
    hidden : array, (C, M), optional
        Hidden states of the last sweep.
    precision : {"int32", "int16", "auto"}
        Grid to which binary units' weights are rounded.
    frozen : array of uint8, (N,) or (C, N), optional
        Visible units that are not 0 here keep their state.
    """

    visible: NDArray[Any]
    ids: Words
    key: Key
    sweep: int = 0
    hidden: NDArray[np.uint8] | None = field(default=None)
    precision: str = "int32"
    frozen: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.visible)
