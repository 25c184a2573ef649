"""The finite-sample floor: whether a road's errors can be told from those of exact samples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from .._seed import derive_key
from ..backends import Domain, get_backend
from ..backends.protocol import Reals
from ..rbm.chains import chain_ids

__all__ = ["N_PERMUTATIONS", "Floor", "sets_needed"]

N_PERMUTATIONS = 9999
"""Random subsets behind a p-value."""

_FEWEST_SETS = 100


def sets_needed(n_seeds: int, level: float, fewest: int = _FEWEST_SETS) -> int:
    """Exact sets with which a permutation test over ``n_seeds`` values can reach the level.

    The smallest p-value is one in the number of ways to pick the seeds' values from all; half the
    level leaves room for the noise of random subsets.
    """
    n_sets = fewest
    while math.comb(n_sets + n_seeds, n_seeds) * level < 2.0:
        n_sets += 1
    return n_sets


@dataclass(frozen=True)
class Floor:
    r"""Errors of many independent sets of exact samples, each of the size that roads draw.

    A road run with K seeds has errors :math:`e_1 … e_K`, and J exact sets have
    :math:`x_1 … x_J`. If the road draws exact samples too, all J + K numbers are exchangeable, so
    the mean of the road's K is as likely to be the largest as the mean of any other K of them:

    .. math:: p = \frac{1 + \#\{r : T(S_r) \ge T(e)\}}{1 + R}, \qquad T(S) = \mathrm{mean}(S)

    over R random subsets :math:`S_r` of size K. This one-sided permutation test is exact for any
    J, K and distribution of the errors: an exact road has p ≤ a with probability at most a.
    For a signed error (a difference whose ideal value is zero) T is the absolute mean.

    Parameters
    ----------
    errors : mapping of str to array, (J,)
        Errors of the exact sets by metric.
    signed : collection of str
        Metrics whose ideal value is zero from both sides.
    seed : int
        Of the random subsets.

    References
    ----------
    Phipson and Smyth, "Permutation p-values should never be zero", Stat. Appl. Genet. Mol. Biol.
    9 (2010).
    """

    errors: Mapping[str, Reals]
    signed: frozenset[str] = frozenset()
    seed: int = 0

    @property
    def n_sets(self) -> int:
        """Number J of exact sets."""
        return len(next(iter(self.errors.values())))

    def p_value(self, metric: str, errors: ArrayLike) -> float:
        """Probability that exact samples show errors at least as large.

        Parameters
        ----------
        metric : str
        errors : array_like, (K,)
            The road's errors, one a seed.
        """
        values = np.asarray(_check.as_array("errors", errors), dtype=np.float64)
        if values.ndim != 1 or values.size == 0 or np.isnan(values).any():
            raise ValueError(f"errors: got {errors!r}, expected one number for each seed")
        pooled = _without_infinity(np.concatenate([values, self.errors[metric]]))
        subsets = _random_subsets(len(pooled), len(values), self.seed)
        observed = self._statistic(metric, pooled[None, : len(values)])[0]
        n_as_large = int(np.count_nonzero(self._statistic(metric, pooled[subsets]) >= observed))
        return (1 + n_as_large) / (1 + N_PERMUTATIONS)

    def quantile(self, metric: str, level: float, n_seeds: int) -> float:
        """Quantile of T over random choices of ``n_seeds`` exact sets, for plots and tables."""
        subsets = _random_subsets(self.n_sets, n_seeds, self.seed)
        return float(np.quantile(self._statistic(metric, self.errors[metric][subsets]), level))

    def _statistic(self, metric: str, values: Reals) -> Reals:
        # In order of size, so that the same numbers have the same sum and tie.
        mean: Reals = np.add.reduce(np.sort(values, axis=1).T, axis=0) / values.shape[1]
        return np.abs(mean) if metric in self.signed else mean


def _without_infinity(errors: Reals) -> Reals:
    """Put a number beyond all others for infinity: the mean of more of them is the larger."""
    finite = np.isfinite(errors)
    largest = np.abs(errors[finite]).max(initial=1.0)
    return np.where(finite, errors, 1e6 * largest)


@lru_cache(maxsize=16)
def _random_subsets(n: int, size: int, seed: int) -> NDArray[np.intp]:
    """R subsets of n things: the places of the smallest of n random numbers."""
    key, ids = derive_key(seed, "subsets", n, size), chain_ids(N_PERMUTATIONS)
    u = get_backend().uniform(ids, n, key, step=0, domain=Domain.UNIFORM)
    return np.argpartition(u, size - 1, axis=1)[:, :size]
