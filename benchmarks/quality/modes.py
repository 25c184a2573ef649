"""Modes of samples that data do not have, and weights of those that both have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .problems import Bits

__all__ = ["FarModes", "SpuriousMode", "distances", "far_modes"]

Reals = NDArray[np.float64]

LEVEL = 0.99
"""Part of the held-out rows that are nearer to the data than what is called far."""
DEVIATIONS = 4.0
MOST = 0.95
"""Part of the samples that have a linked neighbour."""


@dataclass(frozen=True)
class SpuriousMode:
    """A group of samples far from all data."""

    weight: float
    error: float
    distance: float
    """Median Hamming distance from its samples to the nearest datum."""
    member: int
    """A sample amid it."""


@dataclass(frozen=True)
class FarModes:
    """What `far_modes` found."""

    radius: float
    far: float
    """Part of the samples farther than the radius from all data; held-out rows: 1 - `LEVEL`."""
    error: float
    modes: list[SpuriousMode]

    def summary(self) -> dict[str, Any]:
        return {
            "radius": self.radius,
            "far": self.far,
            "error": self.error,
            "modes": [vars(mode) for mode in self.modes],
        }


def far_modes(samples: Bits, data: Bits, held_out: Bits) -> FarModes:
    """Look for modes with weight in the samples and no data near them.

    A sample is *far* if its nearest datum is more flips away than for 99 % of the held-out rows.
    Samples are linked if they are no farther apart than most are from their nearest neighbour
    among the samples. A group of linked samples that are all far is a spurious mode if its weight
    exceeds that of all far held-out rows by four standard errors. Far samples that hang together
    with near ones are no mode of their own: models that are a little too broad have them, and so
    have models with a phase that is disordered rather than one more pattern.

    Parameters
    ----------
    samples : array of bits, (S, N)
        Independent, or nearly.
    data, held_out : array of bits, (D, N) and (H, N)
    """
    radius = float(np.quantile(distances(held_out, data).min(axis=1), LEVEL))
    nearest = distances(samples, data).min(axis=1)
    far = nearest > radius
    apart = distances(samples, samples)
    np.fill_diagonal(apart, np.inf)
    expected = _error((1.0 - LEVEL) * len(held_out), len(held_out))
    found = []
    for group in groups(apart <= np.quantile(apart.min(axis=1), MOST)):
        error = _error(len(group), len(samples))
        weight = len(group) / len(samples)
        if far[group].all() and weight - (1.0 - LEVEL) > DEVIATIONS * np.hypot(error, expected):
            inside = apart[np.ix_(group, group)]
            np.fill_diagonal(inside, 0.0)
            middle = int(group[inside.sum(axis=1).argmin()])
            distance = float(np.median(nearest[group]))
            found.append(SpuriousMode(weight, error, distance, middle))
    count = int(far.sum())
    return FarModes(radius, count / len(samples), _error(count, len(samples)), found)


def distances(a: Bits, b: Bits) -> Reals:
    """Hamming distances, (A, B)."""
    x, y = a.astype(np.float32), b.astype(np.float32)
    flips: Reals = x.sum(axis=1)[:, None] + y.sum(axis=1) - 2.0 * (x @ y.T)
    return flips


def groups(near: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Connected parts of a graph, the largest first."""
    label = np.full(len(near), -1)
    for k in range(len(near)):
        front = np.array([k] if label[k] < 0 else [], np.intp)
        while len(front):
            label[front] = k
            front = np.flatnonzero(near[front].any(axis=0) & (label < 0))
    members = [np.flatnonzero(label == k) for k in np.unique(label)]
    return sorted(members, key=len, reverse=True)


def _error(count: float, total: int) -> float:
    p = (count + 1.0) / (total + 2.0)
    return float(np.sqrt(p * (1.0 - p) / (total + 3.0)))
