"""Moments: enumeration against brute force, and samples against enumeration."""

import numpy as np
import pytest

from helpers.models import joint_probabilities, random_bernoulli, states, visible_probabilities
from helpers.statistics import ACCEPT, REJECT, bonferroni, z_test
from scorerbm import BernoulliRBM
from scorerbm.evaluate import Moments, enumeration, exact_moments, moment_error, sample_moments


def brute_force(model):
    p, v = visible_probabilities(model), states(model.n_visible)
    return p @ v, (v * p[:, None]).T @ v


@pytest.mark.parametrize(("n", "m"), [(1, 1), (7, 4), (4, 7), (6, 6)])
def test_enumeration_is_the_brute_force_sum(n, m):
    model = random_bernoulli(n, m, seed=n * m)
    first, second = brute_force(model)
    moments = exact_moments(model)
    np.testing.assert_allclose(moments.first, first, rtol=1e-11)
    np.testing.assert_allclose(moments.second, second, rtol=1e-11)
    np.testing.assert_allclose(np.diag(moments.second), first, rtol=1e-11)


@pytest.mark.parametrize(("n", "m"), [(7, 4), (4, 7)])
@pytest.mark.parametrize("at_once", [1, 21, 30])
def test_the_number_of_states_at_once_does_not_matter(n, m, at_once, monkeypatch):
    model = random_bernoulli(n, m, seed=2)
    whole = exact_moments(model)
    monkeypatch.setattr(enumeration, "_NUMBERS_AT_ONCE", at_once)
    parts = exact_moments(model)
    np.testing.assert_allclose(parts.first, whole.first, rtol=1e-12)
    np.testing.assert_allclose(parts.second, whole.second, rtol=1e-12)


def test_a_digit_sized_model_of_independent_pixels():
    n, m = 64, 14
    bias = np.linspace(-3.0, 3.0, n)
    p = 1.0 / (1.0 + np.exp(-bias.astype(np.float32).astype(np.float64)))
    moments = exact_moments(BernoulliRBM(np.zeros((n, m)), bias, np.ones(m)))
    expected = np.outer(p, p)
    np.fill_diagonal(expected, p)
    np.testing.assert_allclose(moments.second, expected, rtol=1e-10)


def second_moment_test(v, moments):
    """P-value of all second moments of independent samples, each with its binomial error."""
    p = moments.second[np.triu_indices(len(moments.first))]
    seen = sample_moments(v).second[np.triu_indices(len(moments.first))]
    error = np.sqrt(p * (1.0 - p) / len(v))
    return bonferroni(z_test(*args) for args in zip(seen, p, error, strict=True))


def test_moments_of_samples_are_those_of_their_model():
    rng, model = np.random.default_rng(3), random_bernoulli(6, 5, seed=9)
    moments = exact_moments(model)
    draw = states(6)[rng.choice(64, 20000, p=visible_probabilities(model))]
    assert second_moment_test(draw, moments) > ACCEPT
    hot = states(6)[rng.choice(64, 20000, p=visible_probabilities(model, beta=0.8))]
    assert second_moment_test(hot, moments) < REJECT


def test_sample_moments_of_bits_and_of_real_numbers():
    v = np.array([[1, 0], [1, 1], [0, 0], [1, 0]], dtype=np.uint8)
    moments = sample_moments(v)
    np.testing.assert_array_equal(moments.first, [0.75, 0.25])
    np.testing.assert_array_equal(moments.second, [[0.75, 0.25], [0.25, 0.25]])
    real = sample_moments([[0.5, -2.0], [1.5, 0.0]])
    np.testing.assert_array_equal(real.first, [1.0, -1.0])
    np.testing.assert_array_equal(real.second, [[1.25, -0.5], [-0.5, 2.0]])


def test_moment_error_is_over_all_entries():
    zero = Moments(np.zeros(2), np.zeros((2, 2)))
    other = Moments(np.ones(2), np.array([[1.0, 2.0], [2.0, 3.0]]))
    assert moment_error(other, zero) == pytest.approx(np.sqrt(18.0 / 4.0))
    assert moment_error(other, other) == 0.0


def test_moments_of_a_joint_agree_with_the_hidden_marginal():
    """E[v] = Σ_h p(h) σ(Wh + b), with p(h) from the brute-force joint."""
    model = random_bernoulli(5, 3, seed=12)
    p_hidden = joint_probabilities(model).reshape(8, 32).sum(axis=1)
    mean = p_hidden @ model.visible_probability(states(3))
    np.testing.assert_allclose(exact_moments(model).first, mean, rtol=1e-11)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: exact_moments("m"), TypeError, "model: got str"),
        (
            lambda: exact_moments(random_bernoulli(9, 9), max_units=8),
            ValueError,
            "model: got 9 units .* max_units=8",
        ),
        (lambda: sample_moments(np.zeros((0, 3))), ValueError, r"v: got shape \(0, 3\)"),
        (lambda: sample_moments([[np.nan, 0.0]]), ValueError, "v: got nan"),
        (lambda: sample_moments(np.zeros((2, 2, 2))), ValueError, "v: got shape"),
        (lambda: sample_moments("bits"), TypeError, "v: got"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_moments_that_do_not_match_are_refused():
    two, three = (Moments(np.zeros(n), np.zeros((n, n))) for n in (2, 3))
    with pytest.raises(ValueError, match=r"moments: got shape \(2, 2\), expected"):
        moment_error(two, three)
    with pytest.raises(TypeError, match="reference: got ndarray, expected Moments"):
        moment_error(two, np.zeros((2, 2)))
