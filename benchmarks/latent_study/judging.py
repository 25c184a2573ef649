"""How far sets of images are from real ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import scorerbm as sr

from .generation import Set
from .problems import Problem
from .training import Size

__all__ = ["table"]


def table(problem: Problem, sets: Iterable[Set], size: Size) -> Iterator[str]:
    """One row a set: the accuracy of two classifiers, ½ at best, and the MMD, 0 at best.

    Samples are held against test rows; reconstructions of these, against training rows.
    """
    n = min(size.n_samples, len(problem.test))
    test, train = problem.test[:n], problem.train[:n]
    yield "| model | road | told by a network [%] | by support vectors [%] | MMD² [10⁻⁴] | s |"
    yield "|---|---|---|---|---|---|"
    spread = _spread(np.concatenate([test, train]), size.shuffles)
    yield (
        f"| real rows | | {_told(test, train)} "
        f"| {1e4 * sr.mmd(train, test):.1f} ± {1e4 * spread:.1f} "
        "| |"
    )
    for model, road, rows, seconds in sets:
        real = train if road == "reconstructions" else test
        took = "" if np.isnan(seconds) else f"{seconds:.1f}"
        distance = 1e4 * sr.mmd(rows, real)
        yield f"| {model} | {road} | {_told(real, rows)} | {distance:.1f} | {took} |"


def _spread(rows: np.ndarray, repeats: int) -> float:
    """Standard deviation of the MMD² of two sets of one distribution, by shuffling."""
    rng, half = np.random.default_rng(0), len(rows) // 2
    width = sr.evaluate.median_distance(rows)
    values = []
    for _ in range(repeats):
        order = rng.permutation(len(rows))
        values.append(sr.mmd(rows[order[:half]], rows[order[half:]], bandwidth=width))
    return float(np.std(values))


def _told(real: np.ndarray, rows: np.ndarray) -> str:
    """Cells of both classifiers: one of moderate power, which stops early, and a stronger one."""
    network = MLPClassifier((100,), early_stopping=True, max_iter=500, random_state=0)
    judges = make_pipeline(StandardScaler(), network), None
    found = [sr.classifier_accuracy(real, rows, classifier=judge) for judge in judges]
    return " | ".join(f"{100.0 * x.value:.1f} ± {100.0 * x.standard_error:.1f}" for x in found)
