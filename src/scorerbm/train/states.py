"""Training data at rest: one bit a unit, or real numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.bits import pack_bits, unpack_bits
from ..backends.protocol import Bits, BitWords, Reals

__all__ = ["BinaryStates", "RealStates", "States"]

_BYTES_AT_ONCE = 1 << 22


class States(Protocol):
    """Rows of visible states."""

    @property
    def n_units(self) -> int:
        """N."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, rows: slice | NDArray[np.integer[Any]]) -> Self: ...

    def unpack(self) -> NDArray[Any]:
        """Return the states as an array, (n, N)."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class RealStates:
    """Real states, in double precision."""

    values: Reals
    """(n, N)"""

    @classmethod
    def of(cls, name: str, v: ArrayLike) -> Self:
        """Check an array of finite numbers."""
        return cls(_check.real_array(name, v, (None, None)))

    @property
    def n_units(self) -> int:
        """N."""
        return int(self.values.shape[1])

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: slice | NDArray[np.integer[Any]]) -> Self:
        return type(self)(self.values[rows])

    def unpack(self) -> Reals:
        """Return the states as they are, (n, N)."""
        return self.values


@dataclass(frozen=True, eq=False, slots=True)
class BinaryStates:
    """Binary states, held as words of bits: N/8 bytes a row."""

    words: BitWords
    """(n, ⌈N/64⌉)"""
    n_units: int

    @classmethod
    def of(cls, name: str, v: ArrayLike) -> Self:
        """Check an array of bits and pack it, a few megabytes at a time.

        Of an array in a file (`numpy.memmap`) no more is in memory at once.
        """
        array = _check.as_array(name, v)
        if array.ndim != 2:
            array = _check.bits(name, array, (None, None))
        n, width = array.shape
        words = np.empty((n, -(-width // 64)), np.uint64)
        for rows in _slices(n, array.itemsize * width):
            words[rows] = pack_bits(_check.bits(name, array[rows], first_row=rows.start))
        return cls(words, width)

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, rows: slice | NDArray[np.integer[Any]]) -> Self:
        return type(self)(self.words[rows], self.n_units)

    def unpack(self) -> Bits:
        """Return the states as bytes, (n, N)."""
        return unpack_bits(self.words, self.n_units)

    def counts(self) -> Reals:
        """How many rows have each unit on, (N,)."""
        total = np.zeros(self.n_units)
        for rows in _slices(len(self), self.n_units):
            total += self[rows].unpack().sum(axis=0, dtype=np.float64)
        return total


def _slices(n: int, row_bytes: int) -> Iterator[slice]:
    step = max(1, _BYTES_AT_ONCE // max(1, row_bytes))
    for first in range(0, n, step):
        yield slice(first, min(n, first + step))
