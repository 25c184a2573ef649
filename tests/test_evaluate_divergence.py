"""Distances between distributions over all visible states."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.gaussian import random_gaussian
from helpers.models import random_bernoulli, states, visible_probabilities
from helpers.statistics import ACCEPT, REJECT, chi_square
from scorerbm.evaluate import (
    empirical_probabilities,
    kl_divergence,
    state_probabilities,
    total_variation,
)

MASSES = st.lists(st.floats(1e-6, 1.0), min_size=4, max_size=4).map(
    lambda x: np.array(x) / np.sum(x)
)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (6, 4), (4, 9)])
def test_state_probabilities_are_the_enumerated_ones(n, m):
    model = random_bernoulli(n, m, seed=n)
    np.testing.assert_allclose(state_probabilities(model), visible_probabilities(model), rtol=1e-11)
    assert state_probabilities(model).sum() == pytest.approx(1.0, abs=1e-12)


def test_frequencies_are_counted_in_the_same_order():
    model, rng = random_bernoulli(5, 3, seed=2), np.random.default_rng(1)
    p = visible_probabilities(model)
    v = states(5)[rng.choice(32, 20000, p=p)]
    counts = empirical_probabilities(v) * len(v)
    assert chi_square(counts, state_probabilities(model)) > ACCEPT
    reversed_bits = empirical_probabilities(v[:, ::-1]) * len(v)
    assert chi_square(reversed_bits, state_probabilities(model)) < REJECT


def test_frequencies_by_hand():
    v = np.array([[1, 0], [1, 0], [0, 1], [1, 1]])
    np.testing.assert_array_equal(empirical_probabilities(v), [0.0, 0.5, 0.25, 0.25])
    np.testing.assert_array_equal(empirical_probabilities(v == 1), [0.0, 0.5, 0.25, 0.25])


def test_distances_by_hand():
    p, q = [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]
    assert kl_divergence(p, q) == pytest.approx(np.log(2.0))
    assert kl_divergence(q, p) == np.inf
    assert total_variation(p, q) == total_variation(q, p) == pytest.approx(0.5)
    assert total_variation([1.0, 0.0], [0.0, 1.0]) == 1.0


@given(MASSES, MASSES)
def test_pinsker_and_bretagnolle_huber(p, q):
    kl, tv = kl_divergence(p, q), total_variation(p, q)
    assert kl >= 2.0 * tv**2 - 1e-12
    assert tv <= np.sqrt(1.0 - np.exp(-max(kl, 0.0))) + 1e-7
    assert kl_divergence(p, p) == total_variation(p, p) == 0.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: kl_divergence([0.5, 0.5], [1.0]), ValueError, r"q: got shape \(1,\)"),
        (lambda: kl_divergence([0.5, 0.4], [0.5, 0.5]), ValueError, "p: got a sum of 0.9, expect"),
        (lambda: total_variation([0.5, 0.5], [1.5, -0.5]), ValueError, "q: got -0.5, expected pr"),
        (lambda: total_variation([], []), ValueError, "p: got nothing, expected probabilities"),
        (lambda: total_variation("p", [1.0]), TypeError, "p: got"),
        (lambda: total_variation([[1.0]], [1.0]), ValueError, r"p: got shape \(1, 1\)"),
        (lambda: empirical_probabilities(np.zeros((0, 3))), ValueError, r"v: got shape \(0, 3\)"),
        (lambda: empirical_probabilities(np.zeros((2, 21))), ValueError, "v: got 21 visible units"),
        (lambda: empirical_probabilities([[0.5]]), ValueError, "v: got 0.5"),
        (lambda: state_probabilities(random_bernoulli(21, 2)), ValueError, "model: got 21 visible"),
        (lambda: state_probabilities(7), TypeError, "model: got int, expected an RBM"),
        (
            lambda: state_probabilities(random_gaussian(3, 2)),
            TypeError,
            "model: got GaussianRBM, expected binary visible units",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
