"""Tests of whether two sets of draws, or draws and a theory, agree in their moments.

Each p-value is that of the worst of d comparisons times d.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["first_and_second", "mean_and_variance", "same_means"]


def mean_and_variance(x: NDArray[Any], mean: NDArray[Any], variance: NDArray[Any]) -> float:
    """P-value of n independent draws x, (n, d), having this mean and this variance."""
    from scipy import stats

    x = np.asarray(x, dtype=np.float64)
    deviation = x - mean
    of_mean = deviation.mean(axis=0) / np.sqrt(variance / len(x))
    square = deviation**2
    of_variance = (square.mean(axis=0) - variance) / (square.std(axis=0) / np.sqrt(len(x)))
    return _worst(2.0 * stats.norm.sf(np.abs(np.concatenate([of_mean, of_variance]))))


def same_means(x: NDArray[Any], y: NDArray[Any]) -> float:
    """P-value of draws (n, d) and (m, d) having the same means: Welch's test."""
    from scipy import stats

    constant = (x.std(axis=0) == 0.0) & (y.std(axis=0) == 0.0)
    if (x[:, constant][:1] != y[:, constant][:1]).any():
        return 0.0
    test = stats.ttest_ind(x[:, ~constant], y[:, ~constant], equal_var=False)
    return _worst(np.asarray(test.pvalue))


def first_and_second(x: NDArray[Any]) -> NDArray[np.float64]:
    """x_i and x_i x_j of each draw, (n, d + d (d+1)/2): their means are the moments."""
    x = np.asarray(x, dtype=np.float64)
    i, j = np.triu_indices(x.shape[1])
    return np.concatenate([x, x[:, i] * x[:, j]], axis=1)


def _worst(p: NDArray[np.float64]) -> float:
    return float(min(1.0, len(p) * np.min(p))) if np.isfinite(p).all() else 0.0
