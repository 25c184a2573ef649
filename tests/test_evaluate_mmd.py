"""The maximum mean discrepancy is unbiased, and tells distributions apart."""

from importlib import import_module

import numpy as np
import pytest

from helpers.models import random_bernoulli, states, visible_probabilities
from helpers.statistics import ACCEPT, REJECT, mean_test
from scorerbm.evaluate import median_distance, mmd

MODEL = random_bernoulli(6, 4, seed=1)


def draw(rng, n, beta=1.0):
    return states(6)[rng.choice(64, n, p=visible_probabilities(MODEL, beta))]


def kernel(x, y, bandwidth):
    square = ((x[:, None, :] - y[None, :, :]) ** 2).sum(axis=2)
    return np.exp(-square / (2.0 * bandwidth**2))


def biased(x, y, bandwidth):
    """Gretton's V-statistic: the pairs i = i included."""
    return (
        kernel(x, x, bandwidth).mean()
        + kernel(y, y, bandwidth).mean()
        - 2.0 * kernel(x, y, bandwidth).mean()
    )


def test_zero_on_average_for_one_distribution_only():
    rng = np.random.default_rng(5)
    pairs = [(draw(rng, 40), draw(rng, 60)) for _ in range(300)]
    assert mean_test([mmd(x, y, bandwidth=1.5) for x, y in pairs], 0.0) > ACCEPT
    assert mean_test([biased(x, y, 1.5) for x, y in pairs], 0.0) < REJECT
    hot = [mmd(draw(rng, 40, 0.6), y, bandwidth=1.5) for _, y in pairs]
    assert mean_test(hot, 0.0) < REJECT


def test_unbiased_for_the_population_value():
    """The mean over draws is pᵀKp + qᵀKq - 2pᵀKq of the enumerated distributions."""
    rng = np.random.default_rng(6)
    p, q = (visible_probabilities(MODEL, beta) for beta in (0.5, 1.0))
    gram = kernel(states(6), states(6), 1.2)
    exact = (p - q) @ gram @ (p - q)
    values = [mmd(draw(rng, 30, 0.5), draw(rng, 50), bandwidth=1.2) for _ in range(300)]
    assert mean_test(values, exact) > ACCEPT
    assert mean_test(values, 1.5 * exact) < REJECT


@pytest.mark.parametrize("real", [False, True])
def test_the_definition(real):
    rng = np.random.default_rng(7)
    x, y = rng.standard_normal((5, 3)), rng.standard_normal((7, 3))
    if not real:
        x, y = (x > 0).astype(np.uint8), (y > 0).astype(np.uint8)
    total = -2.0 * kernel(x * 1.0, y * 1.0, 0.8).mean()
    for sample in (x * 1.0, y * 1.0):
        n = len(sample)
        total += (kernel(sample, sample, 0.8).sum() - n) / (n * (n - 1))
    assert mmd(x, y, bandwidth=0.8) == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("at_once", [1, 130])
def test_the_size_of_the_blocks_does_not_matter(at_once, monkeypatch):
    rng = np.random.default_rng(8)
    x, y = draw(rng, 23), draw(rng, 31)
    whole = mmd(x, y, bandwidth=2.0)
    monkeypatch.setattr(import_module("scorerbm.evaluate._distances"), "_NUMBERS_AT_ONCE", at_once)
    assert mmd(x, y, bandwidth=2.0) == pytest.approx(whole, abs=1e-13)


def test_the_default_bandwidth_is_the_median_distance_of_the_reference():
    rng = np.random.default_rng(9)
    x, y = draw(rng, 50, 0.5), draw(rng, 80)
    assert mmd(x, y) == mmd(x, y, bandwidth=median_distance(y))
    assert median_distance(y) != median_distance(x[:, ::-1] * 2.0)


def test_median_distance():
    assert median_distance([[0.0], [1.0], [5.0]]) == 4.0
    assert median_distance([[0, 0], [0, 0], [0, 0], [1, 1]]) == pytest.approx(np.sqrt(2.0))
    assert median_distance(np.ones((4, 9))) == 1.0
    # 2000 of the 4000 rows count, the first and the last among them.
    rows = np.zeros((4000, 2))
    rows[-1] = 3.0, 4.0
    assert median_distance(rows) == 5.0


@pytest.mark.parametrize(
    ("x", "y", "options", "error", "message"),
    [
        (np.zeros((1, 3)), np.zeros((4, 3)), {}, ValueError, "x: got 1 states, expected at least"),
        (np.zeros((4, 3)), np.zeros(3), {}, ValueError, "y: got 1 states, expected at least 2"),
        (np.zeros((4, 2)), np.zeros((4, 3)), {}, ValueError, "x: got 2 units, expected the 3 of y"),
        (np.eye(3), np.eye(3), {"bandwidth": 0.0}, ValueError, "bandwidth: got 0.0"),
        (np.eye(3), np.eye(3), {"bandwidth": "wide"}, TypeError, "bandwidth: got str"),
        ("x", np.eye(3), {}, TypeError, "x: got"),
    ],
)
def test_bad_arguments_are_named(x, y, options, error, message):
    with pytest.raises(error, match=message):
        mmd(x, y, **options)
