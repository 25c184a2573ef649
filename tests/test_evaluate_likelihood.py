"""Likelihood, pseudo-likelihood and free energies against the enumerated distribution."""

import numpy as np
import pytest

from helpers.models import random_bernoulli, states, visible_probabilities
from helpers.statistics import ACCEPT, REJECT, mean_test
from scorerbm.evaluate import (
    log_likelihood,
    log_partition,
    mean_free_energy_gap,
    pseudo_likelihood,
    pseudo_log_likelihood,
)

SHAPES = [(1, 1), (6, 4), (4, 7)]


@pytest.mark.parametrize(("n", "m"), SHAPES)
def test_log_likelihood_is_the_log_of_the_enumerated_probability(n, m):
    model = random_bernoulli(n, m, seed=n)
    expected = np.log(visible_probabilities(model))
    np.testing.assert_allclose(log_likelihood(model, states(n)), expected, rtol=1e-10)
    np.testing.assert_allclose(
        log_likelihood(model, states(n)[-1].astype(bool)), expected[-1:], rtol=1e-10
    )


def test_a_known_partition_function_is_used_as_it_is():
    model, v = random_bernoulli(5, 3), states(5)
    log_z = log_partition(model)
    expected = log_likelihood(model, v)
    np.testing.assert_array_equal(log_likelihood(model, v, log_z), expected)
    np.testing.assert_array_equal(log_likelihood(model, v, log_z=log_z.value), expected)
    np.testing.assert_allclose(log_likelihood(model, v, log_z.value + 1.0), expected - 1.0)
    ais = {"method": "ais", "n_runs": 20, "n_temperatures": 10, "seed": 3}
    np.testing.assert_array_equal(
        log_likelihood(model, v, **ais), log_likelihood(model, v, log_partition(model, **ais))
    )


@pytest.mark.parametrize(("n", "m"), SHAPES)
@pytest.mark.parametrize("at_once", [1, 1 << 18])
def test_pseudo_likelihood_is_the_sum_of_the_enumerated_conditionals(n, m, at_once, monkeypatch):
    monkeypatch.setattr(pseudo_likelihood, "_NUMBERS_AT_ONCE", at_once)
    model = random_bernoulli(n, m, seed=n + m, scale=2.0)
    p = visible_probabilities(model)
    index = np.arange(1 << n)
    expected = sum(np.log(p / (p + p[index ^ (1 << i)])) for i in range(n))
    np.testing.assert_allclose(pseudo_log_likelihood(model, states(n)), expected, rtol=1e-9)


def test_pseudo_likelihood_of_independent_bits_is_their_likelihood():
    model = random_bernoulli(40, 3, scale=0.0)
    v = np.random.default_rng(1).integers(0, 2, (9, 40))
    np.testing.assert_allclose(
        pseudo_log_likelihood(model, v), log_likelihood(model, v), rtol=1e-10
    )


def test_pseudo_likelihood_does_not_overflow():
    model = random_bernoulli(6, 4, scale=300.0)
    assert np.isfinite(pseudo_log_likelihood(model, states(6))).all()


def test_free_energy_gap_is_zero_for_samples_and_negative_for_unlikely_ones():
    rng, model = np.random.default_rng(2), random_bernoulli(6, 4, seed=3)
    p, hot = visible_probabilities(model), visible_probabilities(model, beta=0.7)

    def gaps(probabilities):
        return [
            mean_free_energy_gap(
                model,
                states(6)[rng.choice(64, 30, p=probabilities)],
                states(6)[rng.choice(64, 50, p=p)],
            )
            for _ in range(200)
        ]

    assert mean_test(gaps(p), 0.0) > ACCEPT
    wrong = gaps(hot)
    assert mean_test(wrong, 0.0) < REJECT
    exact_gap = (hot - p) @ np.log(p)
    assert exact_gap < 0.0
    assert mean_test(wrong, exact_gap) > ACCEPT


@pytest.mark.parametrize(
    ("v", "error", "message"),
    [
        (np.zeros((2, 4)), ValueError, r"v: got shape \(2, 4\), expected \(3\) or \(any, 3\)"),
        (np.zeros((0, 3)), ValueError, r"v: got shape \(0, 3\), expected at least one state"),
        ([[0, 1, 2]], ValueError, "v: got 2 at index"),
        ("abc", TypeError, "v: got"),
    ],
)
@pytest.mark.parametrize(
    "function",
    [log_likelihood, pseudo_log_likelihood, lambda model, v: mean_free_energy_gap(model, v, v)],
)
def test_bad_states_are_named(function, v, error, message):
    with pytest.raises(error, match=message):
        function(random_bernoulli(3, 2), v)


def test_other_bad_arguments_are_named():
    model = random_bernoulli(3, 2)
    with pytest.raises(TypeError, match=r"log_z: got a value, and options to compute it: \['seed"):
        log_likelihood(model, states(3), 1.0, seed=3)
    with pytest.raises(TypeError, match="log_z: got str"):
        log_likelihood(model, states(3), "Z")
    with pytest.raises(TypeError, match="model: got int, expected an RBM"):
        pseudo_log_likelihood(3, states(3))
    with pytest.raises(ValueError, match="n_units: got 4, expected at most 3"):
        pseudo_log_likelihood(model, states(3), 4)
    with pytest.raises(ValueError, match="reference: got shape"):
        mean_free_energy_gap(model, states(3), states(4))
