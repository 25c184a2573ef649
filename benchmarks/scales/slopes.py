"""Exponents of growth, from times at some sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALLOWED", "growth", "local_slopes"]

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
