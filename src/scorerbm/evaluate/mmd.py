"""Maximum mean discrepancy of two samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ._distances import pair_sum, sample_of, samples_of_one_space, square_distances

__all__ = ["median_distance", "mmd"]

_ROWS_OF_MEDIAN = 2000


def mmd(x: ArrayLike, y: ArrayLike, *, bandwidth: float | None = None) -> float:
    r"""Unbiased estimate of the squared maximum mean discrepancy.

    .. math::

        \frac{1}{m(m-1)} \sum_{i \ne j} k(x_i, x_j) + \frac{1}{n(n-1)} \sum_{i \ne j} k(y_i, y_j)
        - \frac{2}{mn} \sum_{ij} k(x_i, y_j), \qquad k(x, y) = e^{-d^2/(2\ell^2)}

    with :math:`d^2 = \|x - y\|^2`, for bits the Hamming distance. Its mean is zero if both come
    from one distribution, and values below zero are then common.

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
    a, b = samples_of_one_space(x, y)
    if bandwidth is None:
        bandwidth = median_distance(b)
    rate = 0.5 / _check.number("bandwidth", bandwidth, above=0.0) ** 2

    def kernel(squares: Reals) -> Reals:
        return np.asarray(np.exp(-rate * squares))

    m, n = len(a), len(b)
    # k(x, x) = 1: the diagonal is m of the sum.
    within_a = (pair_sum(kernel, a, a) - m) / (m * (m - 1))
    within_b = (pair_sum(kernel, b, b) - n) / (n * (n - 1))
    return float(within_a + within_b - 2.0 * pair_sum(kernel, a, b) / (m * n))


def median_distance(y: ArrayLike) -> float:
    """Median Euclidean distance between unequal rows; 1 if all rows are equal.

    Of more than 2000 rows, 2000 evenly spaced ones count.
    """
    rows = sample_of("y", y)
    if len(rows) > _ROWS_OF_MEDIAN:
        rows = rows[np.linspace(0, len(rows) - 1, _ROWS_OF_MEDIAN).astype(np.intp)]
    square = square_distances(rows, rows)[np.triu_indices(len(rows), k=1)]
    square = square[square > 0.0]
    return float(np.sqrt(np.median(square))) if square.size else 1.0
