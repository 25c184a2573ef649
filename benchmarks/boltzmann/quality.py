"""How many sweeps a sampler needs until its samples are as good as independent exact ones."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from peers.ocean import Drawer
from peers.ocean.base import Spins

from .problems import Target

__all__ = ["TOLERANCE", "Setting", "cheapest", "excess", "reads"]

TOLERANCE = 1.1
"""Largest error that counts as being at the floor, in floors."""

REPEATS, MANY = 3, 100_000


class Setting(NamedTuple):
    """The fewest sweeps found to be enough, or the most that were tried."""

    n_sweeps: int
    excess: float
    """Error in floors."""
    enough: bool


def excess(spins: Spins, target: Target, n_reads: int) -> float:
    """Root mean square error that so many such reads have in second moments, in floors.

    The floor is what independent reads are wrong by. What these samples are wrong by beyond their
    own floor, with that of the reference, is bias: it does not fall with the number of reads, so
    that fewer tell what more would have.
    """
    s = spins.astype(np.float64)
    pairs = np.triu_indices(s.shape[1], 1)
    error = (s.T @ s / len(s) - target.moments)[pairs]
    variance = 1.0 - (target.moments[pairs] ** 2).mean()
    bias = (error**2).mean() / variance - 1.0 / len(s) - 1.0 / target.n_reference
    return float(np.sqrt(max(0.0, 1.0 + bias * n_reads)))


def cheapest(
    drawer: Drawer, target: Target, n_reads: int, n_drawn: int | None, patience: float
) -> Setting:
    """Try 1, 2, 3, 4, 6, 8 … sweeps until the error of ``n_reads`` reads is at the floor.

    It is the mean of three runs of ``n_drawn`` reads each. A sampler that has taken more seconds of
    CPU time than its patience is given up.
    """
    start, found = time.process_time(), Setting(0, np.inf, False)
    n_drawn = n_drawn or enough(drawer, target, n_reads)
    for n_sweeps in grid():
        if time.process_time() - start > patience:
            break
        errors = [
            excess(reads(drawer, n_drawn, n_sweeps, 1 + seed), target, n_reads)
            for seed in range(REPEATS)
        ]
        mean = float(np.mean(errors))
        found = Setting(n_sweeps, mean, mean <= TOLERANCE)
        if found.enough:
            break
    return found


def enough(drawer: Drawer, target: Target, n_reads: int) -> int:
    """Reads that tell the error of so many: the more pairs there are, the fewer.

    A fortieth where reads are slow.
    """
    if target.problem.J.size <= MANY:
        return n_reads
    slow = drawer.most_reads < n_reads
    return max(1, n_reads // 40 if slow else n_reads // 5)


def grid() -> Iterator[int]:
    """Powers of two, and one and a half times them."""
    yield 1
    n = 2
    while True:
        yield n
        yield n * 3 // 2
        n *= 2


def reads(drawer: Drawer, n_reads: int, n_sweeps: int, seed: int) -> Spins:
    """Draw so many samples, in as many calls as the sampler likes best."""
    at_once = min(n_reads, drawer.most_reads)
    parts = [
        drawer.draw(min(at_once, n_reads - first), n_sweeps, 1000 * seed + first // at_once)
        for first in range(0, n_reads, at_once)
    ]
    return np.concatenate(parts)
