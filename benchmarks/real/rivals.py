"""Densities of other kinds, their one setting chosen by rows held out of the training ones."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import multivariate_normal, norm

from .problem import Problem

Reals = NDArray[np.float64]
Score = Callable[[Reals], float]
"""Mean log-likelihood of rows."""
Fitter = Callable[[Reals, Any], Score]
"""From rows and a setting."""

HELD_OUT = 0.2
RIDGES = (1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.2, 0.3)


def rivals(problem: Problem, n_parameters: int) -> dict[str, dict[str, Any]]:
    """Test log-likelihood, setting and number of parameters of each, in units of the scale."""
    n = problem.train.shape[1]
    square = n * (n + 1) // 2
    found = {
        "independent, unit variance": _row(problem, lambda v, _: _independent(1.0), [None], n),
        "independent": _row(problem, lambda v, s: _independent(np.maximum(v.std(axis=0), s)),
                            (1e-3, 0.03, 0.1, 0.3), 2 * n),
        "Gaussian": _row(problem, _gaussian, RIDGES, n + square),
        "factor analysis": _row(problem, _factors, (4, 8, 12, 16, 24, 32),
                                lambda k: 2 * n + n * k),
    }  # fmt: skip
    of_one = {"diag": 2 * n + 1, "tied": n + 1, "full": n + square + 1}
    for kind, size in of_one.items():
        shared = square if kind == "tied" else 0
        k = max(1, round((n_parameters + 1 - shared) / size))
        found[f"GaussianMixture, {kind}, {k}"] = _row(
            problem, _mixture(kind, k), RIDGES, k * size - 1 + shared
        )
    return found


def _row(
    problem: Problem, fit: Fitter, settings: Iterable[Any], size: int | Callable[[Any], int]
) -> dict[str, Any]:
    train, test = problem.standardised(problem.train), problem.standardised(problem.test)
    n_held_out = round(HELD_OUT * len(train))
    scores = {s: fit(train[n_held_out:], s)(train[:n_held_out]) for s in settings}
    best = max(scores, key=lambda s: scores[s])
    n_parameters = size(best) if callable(size) else size
    return {"test": fit(train, best)(test), "setting": best, "n_parameters": n_parameters}


def _independent(width: Reals | float) -> Score:
    return lambda v: float(norm.logpdf(v, 0.0, width).sum(axis=1).mean())


def _gaussian(v: Reals, ridge: float) -> Score:
    covariance = np.cov(v.T, bias=True) + ridge * np.eye(v.shape[1])
    density = multivariate_normal(v.mean(axis=0), covariance)
    return lambda x: float(np.mean(density.logpdf(x)))


def _factors(v: Reals, n_factors: int) -> Score:
    from sklearn.decomposition import FactorAnalysis

    return FactorAnalysis(n_factors, random_state=0).fit(v).score


def _mixture(kind: str, n_components: int) -> Fitter:
    def fit(v: Reals, ridge: float) -> Score:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture

        mixture = GaussianMixture(
            n_components, covariance_type=kind, reg_covar=ridge, n_init=3, max_iter=300,
            random_state=0,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            score = mixture.fit(v).score
        return lambda x: score(x) if math.isfinite(score(x)) else -math.inf

    return fit
