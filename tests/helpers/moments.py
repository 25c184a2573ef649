"""How far second moments of independent samples are from those of their law."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from scorerbm import (
    BernoulliRBM,
    Exact,
    ParallelTempering,
    exact_moments,
    moment_error,
    sample_moments,
)
from scorerbm.evaluate import Moments

Reals = NDArray[np.float64]

_POOL = 20_000
_SETS, _SIZE = 200, 4000
_MOST_ENUMERATED = 16


@dataclass(frozen=True, eq=False)
class MomentLaw:
    """Law of the squared RMS error of E[v vᵀ] of independent samples.

    The error of many samples is normal, its square a sum of scaled χ², and that nearly one scaled
    χ² of the same mean and variance.
    """

    moments: Moments
    pool: NDArray[Any]
    """Samples of the law, for the law of sums over them."""
    exact: bool
    """Whether the moments are; else they are those of the pool."""

    @classmethod
    def of(cls, model: BernoulliRBM) -> MomentLaw:
        """By enumeration if the hidden layer is small, else from a long tempered run."""
        exact = model.n_hidden <= _MOST_ENUMERATED
        sampler = Exact() if exact else ParallelTempering(300)
        pool = sampler.sample(model, _POOL, seed=11).visible
        return cls(exact_moments(model) if exact else sample_moments(pool), pool, exact)

    def flipped(self, wrong: Reals) -> MomentLaw:
        """Of samples each of whose units was flipped with its own probability, (N,)."""
        keep = 1.0 - 2.0 * wrong
        first = wrong + keep * self.moments.first
        kept = keep * self.moments.first
        second = (
            np.outer(wrong, wrong)
            + np.outer(wrong, kept)
            + np.outer(kept, wrong)
            + np.outer(keep, keep) * self.moments.second
        )
        np.fill_diagonal(second, first)
        flips = np.random.default_rng(12).random(self.pool.shape) < wrong
        return MomentLaw(Moments(first, second), self.pool ^ flips, self.exact)

    def p_value(self, *sets: NDArray[Any], size: int | None = None) -> float:
        """P-value, one-sided, that errors of sets of samples are no larger than those of the law.

        Parameters
        ----------
        *sets : array, (n, N)
            Independent sets, all of one size.
        size : int, optional
            Pretend that they have as many samples as this.
        """
        errors = [moment_error(sample_moments(v), self.moments) ** 2 for v in sets]
        (shape, scale), k, n = self._gamma, len(sets), size or len(sets[0])
        # Moments that come from samples have errors of their own.
        share = 1.0 / n + (0.0 if self.exact else 1.0 / len(self.pool))
        return float(stats.gamma.sf(np.mean(errors), k * shape, scale=scale * share / k))

    @cached_property
    def _gamma(self) -> tuple[float, float]:
        """Shape, and scale times the size of a set, by the errors of sets drawn from the pool."""
        own, rng = sample_moments(self.pool), np.random.default_rng(13)
        sets = (self.pool[rng.integers(len(self.pool), size=_SIZE)] for _ in range(_SETS))
        squares = np.array([moment_error(sample_moments(v), own) ** 2 for v in sets])
        return squares.mean() ** 2 / squares.var(), _SIZE * squares.var() / squares.mean()
