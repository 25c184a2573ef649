"""Exactly as many samples as were asked for, whatever becomes of single reads."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .drawn import Drawn
from .errors import AnnealerError
from .reads import Reads

__all__ = ["METHODS", "Chosen", "draw_exactly", "error_groups", "for_calibration"]

METHODS = ("intact", "majority", "discard")
"""What may become of reads with a broken chain; see `draw_exactly`."""

_ENOUGH = 0.5  # share of intact reads from which on intact ones alone are kept
_MOST = 20  # reads a sample that may be spent on intact ones
_GROUPS = 5  # programmings from which on their spread says how far a temperature is wrong
_RESERVE = 1.1  # reads asked for anew, beyond those that are likely to be missing


class Chosen(NamedTuple):
    """Samples, and the reads that they were chosen from."""

    spins: NDArray[np.int8]
    """(n, K)"""
    kept: NDArray[np.intp]
    """Number of the read that each is."""
    reads: Reads
    method: str
    """"intact" or "majority"."""


def draw_exactly(draw: Callable[[int, int], Reads], n: int, method: str) -> Chosen:
    """Draw reads until n of them are samples.

    Parameters
    ----------
    draw : function
        (number of reads, number of the round) → Reads
    n : int
    method : {"intact", "majority", "discard"}
        ``"discard"`` asks for reads until n are without a broken chain; so does ``"intact"`` while
        at least half of them are, and else lets the majority of its qubits decide a chain.

    Returns
    -------
    Chosen

    Raises
    ------
    AnnealerError
        If intact reads are so rare that there were not enough among 20 n reads.
    """
    reads = draw(n, 0)
    if method == "majority":
        return _first(reads, n)
    most = max(_MOST * n, 100)
    for turn in range(1, most + 2):
        intact = reads.intact
        if method == "intact" and len(intact) < _ENOUGH * len(reads):
            return _first(reads, n)
        if len(intact) >= n:
            return Chosen(reads.spins[intact[:n]], intact[:n], reads, "intact")
        if len(reads) >= most:
            break
        share = max(len(intact), 1) / len(reads)
        missing = math.ceil(_RESERVE * (n - len(intact)) / share)
        reads = reads + draw(min(missing, most - len(reads)), turn)
    raise AnnealerError(
        f"{len(reads.intact)} of {len(reads)} reads are without a broken chain, {n} samples were "
        'asked for: take a larger chain_strength (or "scan"), or chain_breaks="majority"'
    )


def for_calibration(reads: Reads, method: str) -> Drawn:
    """Choose from reads as they are chosen for samples, but none is made again."""
    intact = reads.intact
    enough = 1 if method == "discard" else _ENOUGH * len(reads)
    kept = np.arange(len(reads))
    if method != "majority" and len(intact) >= enough:
        kept = intact
    programming = reads.programming[kept]
    return Drawn(reads.spins[kept], reads.broken, error_groups(programming))


def error_groups(programming: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """Programmings whose spread is the error, if there are enough of them to say."""
    return programming if len(np.unique(programming)) >= _GROUPS else None


def _first(reads: Reads, n: int) -> Chosen:
    return Chosen(reads.spins[:n], np.arange(n), reads, "majority")
