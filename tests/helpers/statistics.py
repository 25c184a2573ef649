"""Calibrated tests of samples against known distributions.

Every function returns a p-value: uniform (or, for discrete statistics, nearly so) if the samples
have the stated distribution. A test combines the p-values it looks at with `bonferroni` and asks
for more than `ACCEPT`; its negative control asks for less than `REJECT`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from .models import state_index

ACCEPT = 1e-3
"""A correct program fails a test of this level once in a thousand seeds; the seeds are fixed."""

REJECT = 1e-6
"""A wrong variant must be refused beyond doubt, not by one unlucky draw."""

SMALLEST_EXPECTATION = 5.0
"""Expected count above which a cell's χ² term is close to its asymptotic distribution."""


def bonferroni(p_values: Iterable[float]) -> float:
    """Smallest p-value corrected for the number of tests."""
    p = np.asarray(list(p_values), dtype=np.float64)
    assert p.size > 0
    assert np.isfinite(p).all()
    return float(min(1.0, p.min() * p.size))


def chi_square(counts: NDArray[Any], probabilities: NDArray[Any]) -> float:
    """P-value of Pearson's χ² of independent draws counted in cells of known probabilities.

    Cells are pooled, the rarest first, until each has an expectation above
    `SMALLEST_EXPECTATION`. Any count in a cell of probability zero gives a p-value of zero.
    """
    counts = np.asarray(counts, dtype=np.float64).ravel()
    p = np.asarray(probabilities, dtype=np.float64).ravel()
    assert counts.shape == p.shape
    assert abs(p.sum() - 1.0) < 1e-9
    if counts[p == 0.0].any():
        return 0.0
    expected = counts.sum() * p
    group = _pools(expected)
    observed = np.bincount(group, weights=counts)
    expected = np.bincount(group, weights=expected)
    assert len(expected) > 1, "too few draws for a test"
    statistic = ((observed - expected) ** 2 / expected).sum()
    return float(stats.chi2.sf(statistic, len(expected) - 1))


def _pools(expected: NDArray[np.float64]) -> NDArray[np.int64]:
    """Pool number of each cell, each pool's expectation above the limit."""
    group = np.empty(len(expected), dtype=np.int64)
    pool, mass = 0, 0.0
    for cell in np.argsort(expected, kind="stable"):
        if mass > SMALLEST_EXPECTATION:
            pool, mass = pool + 1, 0.0
        group[cell] = pool
        mass += expected[cell]
    if mass <= SMALLEST_EXPECTATION and pool > 0:
        group[group == pool] = pool - 1
    return group


def chi_square_states(states: NDArray[Any], probabilities: NDArray[Any]) -> float:
    """`chi_square` of independent binary states, one a row, against all 2ⁿ probabilities."""
    counts = np.bincount(state_index(states), minlength=len(probabilities))
    return chi_square(counts, probabilities)


def kolmogorov_smirnov(
    samples: NDArray[Any], cdf: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> float:
    """P-value of the Kolmogorov–Smirnov test of independent numbers against a continuous cdf."""
    return float(stats.kstest(np.asarray(samples, dtype=np.float64).ravel(), cdf).pvalue)


def z_test(value: float, expected: float, standard_error: float) -> float:
    """Two-sided p-value of an estimate whose error is normal with this standard deviation."""
    assert standard_error > 0.0
    return float(2.0 * stats.norm.sf(abs(value - expected) / standard_error))


def mean_test(samples: NDArray[Any], expected: float) -> float:
    """Two-sided p-value that independent numbers have this mean (Student's t)."""
    return float(stats.ttest_1samp(np.asarray(samples, dtype=np.float64).ravel(), expected).pvalue)


def energy_test(
    x: NDArray[Any], y: NDArray[Any], *, n_permutations: int = 300, seed: int = 0
) -> float:
    """P-value that two samples have one distribution, by their energy distance.

    What it is when rows change places at random is fitted by a gamma distribution of the same
    three moments, so that the smallest p-value is not one over the number of permutations.

    References
    ----------
    Székely and Rizzo, J. Stat. Plan. Inference 143 (2013) 1249. Josse, Pagès and Husson, "Testing
    the significance of the RV coefficient", Comput. Stat. Data Anal. 53 (2008) 82, on the fit.
    """
    rows = np.concatenate([x, y]).astype(np.float64)
    square = np.square(rows[:, None, :] - rows).sum(axis=2)
    sign = np.concatenate([np.full(len(x), 1.0 / len(x)), np.full(len(y), -1.0 / len(y))])
    rng = np.random.default_rng(seed)
    signs = np.stack([sign, *(rng.permutation(sign) for _ in range(n_permutations))])
    found, *others = -((signs @ np.sqrt(square)) * signs).sum(axis=1)
    skew = max(float(stats.skew(others)), 1e-3)
    return float(stats.pearson3.sf(found, skew, np.mean(others), np.std(others)))
