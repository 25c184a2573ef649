"""States that Markov chains pass through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draws"]


@dataclass(frozen=True, eq=False, repr=False)
class Draws:
    """The states of B chains after each of K sweeps.

    ``visible[:, i]`` is the history of chain i, and ``visible.reshape(-1, N)`` are all K·B states
    in a row, those of one sweep together.

    Attributes
    ----------
    sweeps : array of int64, (K,)
        Sweeps that the chains had made, counted from their start.
    visible : array, (K, B, N)
        uint8 in {0, 1} for binary units; ``(K, B, ⌈N/8⌉)`` if `packed`. A read-only memory map if
        the states were written to a file.
    hidden : array of uint8, (K, B, M), or None
        Not written to a file.
    n_visible : int
        N.
    packed : bool
        Whether unit i is bit i mod 8, counted from the lowest, of byte ⌊i/8⌋.
    """

    sweeps: NDArray[np.int64]
    visible: NDArray[Any]
    hidden: NDArray[np.uint8] | None
    n_visible: int
    packed: bool = False

    def __len__(self) -> int:
        return len(self.sweeps)

    def __repr__(self) -> str:
        hidden = None if self.hidden is None else self.hidden.shape
        packed = ", packed" if self.packed else ""
        return f"Draws(visible={self.visible.shape}{packed}, hidden={hidden})"

    def unpacked(self, which: slice = slice(None)) -> NDArray[Any]:
        """Return the visible states of these draws with a number for each unit, (k, B, N)."""
        chosen = self.visible[which]
        if not self.packed:
            return chosen
        return np.unpackbits(chosen, axis=-1, count=self.n_visible, bitorder="little")
