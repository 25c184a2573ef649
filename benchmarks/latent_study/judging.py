"""How far sets of images are from real ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

import scorerbm as sr

from .generation import Set
from .problems import Problem
from .training import Size

__all__ = ["table"]


def table(problem: Problem, sets: Iterable[Set], size: Size) -> Iterator[str]:
    """One row a set: the accuracy of a classifier, ½ at best, and the MMD, 0 at best.

    Samples are held against test rows; reconstructions of these, against training rows.
    """
    n = min(size.n_samples, len(problem.test))
    test, train = problem.test[:n], problem.train[:n]
    yield "| model | road | told from real [%] | MMD² [10⁻⁴] | s |"
    yield "|---|---|---|---|---|"
    found = sr.classifier_accuracy(test, train)
    spread = _spread(np.concatenate([test, train]), size.shuffles)
    yield (
        f"| real rows | | {_percent(found)} | {1e4 * sr.mmd(train, test):.1f} ± {1e4 * spread:.1f} "
        "| |"
    )
    for model, road, rows, seconds in sets:
        real = train if road == "reconstructions" else test
        found = sr.classifier_accuracy(real, rows)
        took = "" if np.isnan(seconds) else f"{seconds:.1f}"
        distance = 1e4 * sr.mmd(rows, real)
        yield f"| {model} | {road} | {_percent(found)} | {distance:.1f} | {took} |"


def _spread(rows: np.ndarray, repeats: int) -> float:
    """Standard deviation of the MMD² of two sets of one distribution, by shuffling."""
    rng, half = np.random.default_rng(0), len(rows) // 2
    width = sr.evaluate.median_distance(rows)
    values = []
    for _ in range(repeats):
        order = rng.permutation(len(rows))
        values.append(sr.mmd(rows[order[:half]], rows[order[half:]], bandwidth=width))
    return float(np.std(values))


def _percent(found: sr.ClassifierAccuracy) -> str:
    return f"{100.0 * found.value:.1f} ± {100.0 * found.standard_error:.1f}"
