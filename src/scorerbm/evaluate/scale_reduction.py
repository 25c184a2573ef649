"""Whether chains agree with one another: the potential scale reduction."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ._arguments import series

__all__ = ["potential_scale_reduction"]


def potential_scale_reduction(x: ArrayLike, *, rank_normalised: bool = True) -> float:
    r"""Split-R̂: how much wider all chains are together than each half of a chain is by itself.

    Each chain is cut in two, so that a drift counts as disagreement. With the halves' means
    :math:`\bar x_j` and variances :math:`s_j^2`, j = 1 … 2C, each over m = ⌊n/2⌋ steps,

    .. math::

        \hat R = \sqrt{\frac{m-1}{m} + \frac{B}{W}}, \qquad
        W = \frac{1}{2C} \sum_j s_j^2, \qquad
        B = \frac{1}{2C-1} \sum_j (\bar x_j - \bar x)^2.

    It is near 1 if all halves have one mean. Vehtari et al. ask for less than 1.01, in at least
    400 effective samples: fewer scatter beyond it. In ranks r among all S numbers, x is replaced
    by the normal scores :math:`z = \Phi^{-1}\big((r - \tfrac38)/(S + \tfrac14)\big)`, which serves
    distributions without a variance, and so is the distance of x from its median, which sees
    chains that differ in scale; the larger of both R̂ is returned.

    Parameters
    ----------
    x : array_like, (n,) or (n, C)
        One number a step, n ≥ 4, of each of C chains from starts far apart. The middle step of an
        odd number is left out.
    rank_normalised : bool
        Whether to look at ranks, or at x itself only.

    Returns
    -------
    float
        Infinite if every half of a chain is constant, and they differ.

    Raises
    ------
    TypeError, ValueError
        If x is no series of finite numbers, or is constant.

    Notes
    -----
    Chains that are all stuck in the same mode agree. Start them from different ones.

    References
    ----------
    Gelman and Rubin, Statistical Science 7 (1992) 457. Vehtari, Gelman, Simpson, Carpenter and
    Bürkner, Bayesian Analysis 16 (2021) 667, doi 10.1214/20-BA1221.
    """
    halves = _halves(series(x))
    if not _check.boolean("rank_normalised", rank_normalised):
        return _scale_reduction(halves)
    folded = np.abs(halves - np.median(halves))
    return max(_scale_reduction(_normal_scores(y)) for y in (halves, folded))


def _halves(chains: Reals) -> Reals:
    """First and second halves of all chains in columns, (⌊n/2⌋, 2C)."""
    n = len(chains)
    return np.concatenate([chains[: n // 2], chains[n - n // 2 :]], axis=1)


def _scale_reduction(halves: Reals) -> float:
    between = float(halves.mean(axis=0).var(ddof=1))
    constant = bool((halves == halves[0]).all())
    within = 0.0 if constant else float(halves.var(axis=0, ddof=1).mean())
    if within == 0.0:
        # Rounding may leave something between the means of equal numbers.
        return 1.0 if halves.min() == halves.max() else math.inf
    m = len(halves)
    return math.sqrt((m - 1) / m + between / within)


def _normal_scores(x: Reals) -> Reals:
    """Normal quantiles of the ranks; equal numbers share the mean of theirs."""
    _, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - 0.5 * (counts - 1)
    quantile = NormalDist().inv_cdf
    scores = np.array([quantile(u) for u in (rank - 0.375) / (x.size + 0.25)])
    return np.asarray(scores[place].reshape(x.shape))
