"""The accuracy of a classifier in telling samples from data."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression

from helpers.statistics import ACCEPT, REJECT, z_test
from scorerbm import classifier_accuracy


def normal(n, k=4, shift=0.0, seed=0):
    return shift + np.random.default_rng(seed).standard_normal((n, k))


def test_the_known_accuracy_of_a_shift():
    """The best classifier of N(0, I) and N(d, I) is right with probability Φ(‖d‖/2)."""
    shift = np.array([1.0, 1.0, 0.0, 0.0])
    found = classifier_accuracy(
        normal(4000), normal(4000, shift=shift, seed=1), classifier=LogisticRegression()
    )
    best = stats.norm.cdf(np.sqrt(0.5))
    assert found.standard_error == pytest.approx(np.sqrt(best * (1.0 - best) / 8000), rel=0.02)
    # A fit of five weights on 6400 rows costs less than 1e-3.
    assert z_test(found.value, best, np.hypot(found.standard_error, 1e-3)) > ACCEPT
    assert z_test(found.value, 0.5, found.standard_error) < REJECT


def test_one_distribution_is_not_told_apart():
    """Over many pairs of sets, errors are as large as they say, and on neither side."""
    z = []
    for i in range(60):
        found = classifier_accuracy(
            normal(100, seed=2 * i), normal(100, seed=2 * i + 1), classifier=LogisticRegression()
        )
        z.append((found.value - 0.5) / found.standard_error)
    assert stats.ttest_1samp(z, 0.0).pvalue > ACCEPT
    spread = float(np.square(z).sum())
    # Fits on overlapping rows agree, which widens the error somewhat.
    assert 0.6 < spread / len(z) < 2.0


def test_the_default_sees_what_moments_do_not():
    """x and y of one radius against independent ones: no mean, no correlation."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0.0, 2.0 * np.pi, 1000)
    ring = np.sqrt(2.0) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    blob = rng.standard_normal((1000, 2))
    seen = classifier_accuracy(ring, blob)
    assert z_test(seen.value, 0.5, seen.standard_error) < REJECT
    assert classifier_accuracy(ring, blob, classifier=LogisticRegression()).value < 0.56
    null = classifier_accuracy(blob, rng.standard_normal((1000, 2)))
    assert z_test(null.value, 0.5, null.standard_error) > ACCEPT


def test_the_same_seed_gives_the_same_number():
    real, generated = normal(60).reshape(60, 2, 2), normal(90, seed=1, shift=0.3).reshape(90, 2, 2)
    first = classifier_accuracy(real, generated, seed=3)
    assert first == classifier_accuracy(real, generated, seed=3)
    assert first != classifier_accuracy(real, generated, seed=4)


def test_arguments_are_checked():
    with pytest.raises(ValueError, match=r"real: got shape \(5,\), expected rows of numbers"):
        classifier_accuracy(np.zeros(5), normal(5))
    with pytest.raises(ValueError, match="generated: got 3 numbers a row, expected 4"):
        classifier_accuracy(normal(5), normal(5, 3))
    with pytest.raises(ValueError, match="n_folds: got 5, expected at most 4"):
        classifier_accuracy(normal(4), normal(5))
    with pytest.raises(ValueError, match="n_folds: got 1"):
        classifier_accuracy(normal(4), normal(5), n_folds=1)
    with pytest.raises(ValueError, match="real: got nan"):
        classifier_accuracy(np.nan * normal(5), normal(5))
