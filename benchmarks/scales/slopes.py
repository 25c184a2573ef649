"""Exponents of growth, from times at some sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALLOWED", "Line", "growth", "line", "local_slopes"]

ALLOWED = 0.8, 1.15
"""Exponents at the upper decade that count as linear."""


def growth(sizes: Sequence[float], seconds: Sequence[float]) -> dict[str, Any]:
    """Least-squares slope of ln seconds in ln size at the upper decade, and whether it is allowed.

    Raises
    ------
    ValueError
        If fewer than two sizes are within a factor of ten of the largest.
    """
    x, y = (np.log(np.asarray(values, dtype=np.float64)) for values in (sizes, seconds))
    upper = x >= x.max() - np.log(10.0) - 1e-6
    if upper.sum() < 2:
        raise ValueError(f"sizes: got {list(sizes)}, expected two in the upper decade")
    slope = float(np.polyfit(x[upper], y[upper], 1)[0])
    return {"slope": slope, "linear": ALLOWED[0] <= slope <= ALLOWED[1]}


def local_slopes(sizes: Sequence[float], seconds: Sequence[float]) -> NDArray[np.float64]:
    """Slopes between neighbours."""
    return np.diff(np.log(seconds)) / np.diff(np.log(sizes))


class Line(NamedTuple):
    """Seconds = ``fixed`` + ``each`` · size."""

    fixed: float
    each: float
    worst: float
    """Largest deviation of a measured time, relative to it."""


def line(sizes: Sequence[float], seconds: Sequence[float]) -> Line:
    """Straight line with the least sum of squared relative deviations, none of it negative.

    What a call costs by itself makes a log-log slope less than 1 at small sizes, not this line
    bent.
    """
    x, y = (np.asarray(values, dtype=np.float64) for values in (sizes, seconds))
    of_line = np.column_stack([np.ones_like(x), x]) / y[:, None]
    fixed, each = np.linalg.lstsq(of_line, np.ones_like(y), rcond=None)[0]
    if fixed < 0.0:
        fixed, each = 0.0, float((x / y).sum() / np.square(x / y).sum())
    worst = float(np.abs((fixed + each * x) / y - 1.0).max())
    return Line(float(fixed), float(each), worst)
