"""Energy distance of two samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._distances import pair_sum, samples_of_one_space

__all__ = ["energy_distance"]


def energy_distance(x: ArrayLike, y: ArrayLike) -> float:
    r"""Unbiased estimate of the energy distance, which is zero only of equal distributions.

    .. math::

        2\,\mathrm{E}\|x - y\| - \mathrm{E}\|x - x'\| - \mathrm{E}\|y - y'\|

    with independent x, x' of one distribution and y, y' of the other, each mean being over all
    pairs of different rows. Its mean is zero if both come from one distribution, and values below
    zero are then common. It has no bandwidth to choose, unlike `mmd`, and the unit of the data.

    Parameters
    ----------
    x : array_like, (m, N)
        Samples, real or binary.
    y : array_like, (n, N)
        Reference samples, independent of x.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an array does not hold at least two states of as many units as the other.

    References
    ----------
    Székely and Rizzo, "Energy statistics: a class of statistics based on distances", J. Stat.
    Plan. Inference 143 (2013) 1249.

    Examples
    --------
    >>> import numpy as np
    >>> import scorerbm as sr
    >>> v = np.random.default_rng(0).standard_normal((2000, 2))
    >>> near, far = sr.energy_distance(v[:1000], v[1000:]), sr.energy_distance(v, v + [1.0, 0.0])
    >>> abs(near) < 0.01 < far
    True
    """
    a, b = samples_of_one_space(x, y)
    centre = b.mean(axis=0)  # far from 0, digits of the differences would cancel
    a, b = a - centre, b - centre
    m, n = len(a), len(b)
    between = pair_sum(np.sqrt, a, b) / (m * n)
    within = pair_sum(np.sqrt, a, a) / (m * (m - 1)) + pair_sum(np.sqrt, b, b) / (n * (n - 1))
    return float(2.0 * between - within)
