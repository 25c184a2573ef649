"""Distances between all pairs of two samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from ..backends.protocol import Reals
from ._arguments import states

__all__ = ["pair_sum", "sample_of", "samples_of_one_space", "square_distances"]

_NUMBERS_AT_ONCE = 1 << 22  # of a block of distances: 32 MB


def sample_of(name: str, value: ArrayLike) -> Reals:
    """Return at least two states, one a row, as float64."""
    sample = states(name, value).astype(np.float64)
    if len(sample) < 2:
        raise ValueError(f"{name}: got {len(sample)} states, expected at least 2")
    return sample


def samples_of_one_space(x: ArrayLike, y: ArrayLike) -> tuple[Reals, Reals]:
    """Return two samples of states of as many units.

    Raises
    ------
    TypeError, ValueError
        If they are not.
    """
    a, b = sample_of("x", x), sample_of("y", y)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"x: got {a.shape[1]} units, expected the {b.shape[1]} of y")
    return a, b


def square_distances(a: Reals, b: Reals) -> Reals:
    """‖a_i - b_j‖²; exact for bits."""
    norms = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :]
    return np.asarray(np.maximum(norms - 2.0 * (a @ b.T), 0.0))


def pair_sum(function: Callable[[Reals], Reals], a: Reals, b: Reals) -> float:
    """Sum a function of the square distance over all pairs, a block of rows at a time."""
    size = max(1, _NUMBERS_AT_ONCE // len(b))
    total = 0.0
    for k in range(0, len(a), size):
        total += float(function(square_distances(a[k : k + size], b)).sum())
    return total
