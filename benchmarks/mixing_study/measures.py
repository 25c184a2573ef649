"""Weights of modes and their errors, distances, and how fast chains forget."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import scorerbm as sr

from .methods import REFERENCES
from .problem import Problem, Reals, Run

POINTS = 1000


@dataclass(frozen=True)
class Weights:
    values: Reals
    errors: Reals


def weights(problem: Problem, run: Run) -> Weights:
    """Mean over chains and its standard error from chain to chain, which no τ has to be known for.

    Where chains do not leave their modes it is the error of as many independent points as there
    are chains. It says nothing of a bias that they share.
    """
    chains = run.points.swapaxes(0, 1)
    each = np.array([sr.mode_weights(p, problem.centres).values for p in chains])
    pooled = sr.mode_weights(run.points.reshape(-1, 2), problem.centres, n_independent=len(each))
    if not run.is_chain:
        return Weights(pooled.values, pooled.errors)
    error = each.std(axis=0, ddof=1) / np.sqrt(len(each))
    return Weights(pooled.values, np.where(error > 0.0, error, pooled.errors))


def consensus(of: Mapping[str, Weights]) -> tuple[Weights, float, list[str]]:
    """Mean of the tempered samplers, weighted alike, and by how much they differ from it.

    The latter is their mean squared deviation in standard errors, over what is to be expected of
    right ones: 1. Those of the modes are correlated, so that its own error is not that of χ².
    """
    names = [name for name in REFERENCES if name in of]
    values, errors = (np.array([getattr(of[n], a) for n in names]) for a in ("values", "errors"))
    mean = Weights(values.mean(axis=0), np.sqrt((errors**2).sum(axis=0)) / len(names))
    expected = max(1, (len(names) - 1) * values.shape[1])
    squared = float(((values - mean.values) ** 2 / errors**2).sum()) / expected
    return mean, squared, names


def deviation(name: str, of: Mapping[str, Weights]) -> float:
    """Largest difference from the tempered samplers but itself, in standard errors."""
    right = consensus({n: w for n, w in of.items() if n != name})[0]
    w = of[name]
    return float((np.abs(w.values - right.values) / np.hypot(w.errors, right.errors)).max())


def thinned(run: Run, n: int = POINTS) -> Reals:
    """At most n points, of chains and times drawn at random."""
    points = run.points.reshape(-1, 2)
    rows = np.random.default_rng(0).permutation(len(points))[:n]
    chosen: Reals = points[rows]
    return chosen


def distance(problem: Problem, points: Reals, other: Reals) -> tuple[float, float]:
    """Total variation between two sets of points, and that of samples of one density."""
    p, q = problem.density(points), problem.density(other)
    return sr.density_distance(p, q), sr.density_floor(p, q, n_draws=200).mean


@dataclass(frozen=True)
class Mixing:
    """How fast the chains of a run forget."""

    times: dict[str, Any]
    """Autocorrelation times by observable, in sweeps (those of one replica)."""
    effective: float
    """Effective samples of the slowest observable."""
    scale_reduction: float
    """Largest over the observables."""


def mixing(run: Run) -> Mixing:
    """Correlations here have a slow part of a tenth, which the usual window of 6 would cut off."""
    observables = {"PC1": run.points[..., 0], "PC2": run.points[..., 1], "E": run.energy}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sr.ShortSeriesWarning)
        times = {name: sr.autocorrelation_time(x, window=20.0) for name, x in observables.items()}
    slowest = min(t.effective_sample_size for t in times.values())
    reduction = max(sr.potential_scale_reduction(x) for x in observables.values())
    return Mixing(times, slowest, reduction)
