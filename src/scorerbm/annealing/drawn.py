"""What a calibration asks of a device, and what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .chain_breaks import Spins

__all__ = ["Draw", "Drawn"]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Reads of one programming.

    Attributes
    ----------
    spins : array of int8, (R', K)
        Logical spins, chain breaks resolved.
    broken : array of bool, (R, K)
        Which chains were broken, of all reads, also of those that are left out of ``spins``.
    groups : array of int, (R',), or None
        Reads of one number were programmed together (one gauge) and share its errors.
    """

    spins: Spins
    broken: NDArray[np.bool_]
    groups: NDArray[np.integer] | None = None

    @property
    def broken_chains(self) -> float:
        """Fraction of all chains of all reads that were broken."""
        return float(self.broken.mean())

    @property
    def intact_reads(self) -> float:
        """Fraction of reads without a broken chain."""
        return float(1.0 - self.broken.any(axis=1).mean())


Draw = Callable[[float, float, int, int], Drawn]
"""``draw(beta, chain_strength, n_reads, seed)`` programs h/beta, J/beta and chains of this
strength."""
