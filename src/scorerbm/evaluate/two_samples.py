"""A classifier that tries to tell samples from data."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Reals

__all__ = ["ClassifierAccuracy", "classifier_accuracy"]


class ClassifierAccuracy(NamedTuple):
    """How well a classifier tells samples from data.

    Attributes
    ----------
    value : float
        Fraction of rows, each judged by a classifier that was fitted without it, that are told
        rightly: about ½ where both come from one distribution, 1 where every row is told.
    standard_error : float
        As if the rows were judged independently.
    """

    value: float
    standard_error: float


def classifier_accuracy(
    real: ArrayLike,
    generated: ArrayLike,
    *,
    classifier: Any = None,
    n_folds: int = 5,
    seed: int = 0,
) -> ClassifierAccuracy:
    """Cross-validated accuracy of a classifier in telling real from generated rows.

    As many rows of either kind count, drawn at random from the set that has more.

    Parameters
    ----------
    real : array_like, (m, …)
        Data that whatever generated was not trained on: memory of the training data is no merit.
    generated : array_like, (n, …)
        Independent samples of the same shape.
    classifier : scikit-learn classifier, optional
        It is cloned for each fold. By default support vectors with a Gaussian kernel and C = 10, on
        standardised numbers.
    n_folds : int
    seed : int
        Of the folds, and of the rows that count.

    Returns
    -------
    ClassifierAccuracy

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    ImportError
        If scikit-learn is not installed.

    References
    ----------
    Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", arXiv 1610.06545.
    """
    n_folds, seed = _check.integer("n_folds", n_folds, 2), _check.integer("seed", seed)
    a, b = _rows("real", real), _rows("generated", generated)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"generated: got {b.shape[1]} numbers a row, expected {a.shape[1]}")
    n = min(len(a), len(b))
    if n < n_folds:
        raise ValueError(f"n_folds: got {n_folds}, expected at most {n}, the rows of each kind")
    try:
        from sklearn.base import clone
    except ImportError as error:
        raise ImportError(
            'a classifier needs scikit-learn: pip install "scorerbm[sklearn]"'
        ) from error
    rng = np.random.default_rng(seed)
    a, b = (x[rng.permutation(len(x))[:n]] for x in (a, b))
    fold = np.arange(n) % n_folds  # of rows in random order; each has as many of either kind
    judge = _support_vectors() if classifier is None else classifier
    right = 0
    for k in range(n_folds):
        fitted = clone(judge).fit(*_labelled(a[fold != k], b[fold != k], rng))
        x, y = _labelled(a[fold == k], b[fold == k], rng)
        right += int((fitted.predict(x) == y).sum())
    value = right / (2 * n)
    return ClassifierAccuracy(value, float(np.sqrt(max(value * (1.0 - value), 0.0) / (2 * n))))


def _rows(name: str, value: ArrayLike) -> Reals:
    array = _check.real_array(name, value)
    if array.ndim < 2 or array.size == 0:
        raise ValueError(f"{name}: got shape {array.shape}, expected rows of numbers")
    return array.reshape(len(array), -1)


def _labelled(a: Reals, b: Reals, rng: np.random.Generator) -> tuple[Reals, NDArray[np.int64]]:
    """Rows of both kinds in random order, and 1 for those of the second."""
    order = rng.permutation(len(a) + len(b))
    return np.concatenate([a, b])[order], (order >= len(a)).astype(np.int64)


def _support_vectors() -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    return make_pipeline(StandardScaler(), SVC(C=10.0))
