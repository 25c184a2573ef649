"""Maximum mean discrepancy of two samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Reals
from ._arguments import states

__all__ = ["median_distance", "mmd"]

_NUMBERS_AT_ONCE = 1 << 22  # of a block of distances: 32 MB
_ROWS_OF_MEDIAN = 2000


def mmd(x: ArrayLike, y: ArrayLike, *, bandwidth: float | None = None) -> float:
    r"""Unbiased estimate of the squared maximum mean discrepancy.

    .. math::

        \frac{1}{m(m-1)} \sum_{i \ne j} k(x_i, x_j) + \frac{1}{n(n-1)} \sum_{i \ne j} k(y_i, y_j)
        - \frac{2}{mn} \sum_{ij} k(x_i, y_j), \qquad k(x, y) = e^{-d^2/(2\ell^2)}

    with :math:`d^2 = \|x - y\|^2`, for bits the Hamming distance. Its mean is zero if both come
    from one distribution, and values below zero are then as likely as above.

    Parameters
    ----------
    x : array_like, (m, N)
        Samples.
    y : array_like, (n, N)
        Reference samples, independent of x.
    bandwidth : float, optional
        :math:`\ell`; the `median_distance` of the reference by default.

    Returns
    -------
    float

    References
    ----------
    Gretton et al., JMLR 13 (2012) 723, lemma 6.
    """
    a, b = _sample("x", x), _sample("y", y)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"x: got {a.shape[1]} units, expected the {b.shape[1]} of y")
    if bandwidth is None:
        bandwidth = median_distance(b)
    rate = 0.5 / _check.number("bandwidth", bandwidth, above=0.0) ** 2
    m, n = len(a), len(b)
    # k(x, x) = 1: the diagonal is m of the sum.
    within_a = (_kernel_sum(a, a, rate) - m) / (m * (m - 1))
    within_b = (_kernel_sum(b, b, rate) - n) / (n * (n - 1))
    return float(within_a + within_b - 2.0 * _kernel_sum(a, b, rate) / (m * n))


def median_distance(y: ArrayLike) -> float:
    """Median Euclidean distance between unequal rows; 1 if all rows are equal.

    Of more than 2000 rows, 2000 evenly spaced ones count.
    """
    rows = _sample("y", y)
    if len(rows) > _ROWS_OF_MEDIAN:
        rows = rows[np.linspace(0, len(rows) - 1, _ROWS_OF_MEDIAN).astype(np.intp)]
    square = _square_distances(rows, rows)[np.triu_indices(len(rows), k=1)]
    square = square[square > 0.0]
    return float(np.sqrt(np.median(square))) if square.size else 1.0


def _sample(name: str, value: ArrayLike) -> Reals:
    sample = states(name, value).astype(np.float64)
    if len(sample) < 2:
        raise ValueError(f"{name}: got {len(sample)} states, expected at least 2")
    return sample


def _square_distances(a: NDArray[Any], b: NDArray[Any]) -> Reals:
    """‖a_i - b_j‖²; exact for bits."""
    norms = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :]
    return np.asarray(np.maximum(norms - 2.0 * (a @ b.T), 0.0))


def _kernel_sum(a: Reals, b: Reals, rate: float) -> float:
    size = max(1, _NUMBERS_AT_ONCE // len(b))
    total = 0.0
    for k in range(0, len(a), size):
        total += float(np.exp(-rate * _square_distances(a[k : k + size], b)).sum())
    return total
