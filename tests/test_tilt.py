"""The tilt by a noisy observation is Bayes' rule, by sums over every state."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models import every_pair, joint_log_weights, random_bernoulli, states
from helpers.strategies import bernoulli_models
from scorerbm import BernoulliRBM


@pytest.fixture(params=[(1, 1, 1.0), (4, 3, 1.0), (3, 5, 3.0)], ids=str)
def model(request):
    n, m, scale = request.param
    return random_bernoulli(n, m, seed=7, scale=scale)


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def gaussian_log_likelihood(v_t, v0, alpha, sigma):
    return -0.5 * np.square((v_t - alpha * v0) / sigma).sum(axis=-1)


@given(bernoulli_models, st.floats(0.01, 1.0), st.floats(0.05, 1.0))
def test_tilt_is_bayes(model, alpha, sigma):
    """p(v, h | v_t) of the tilted model is p(v, h) p(v_t | v) over the same sum."""
    v_t = np.random.default_rng(3).standard_normal((4, model.n_visible))
    prior, v0 = joint_log_weights(model), states(model.n_visible)
    v, h = every_pair(model.n_visible, model.n_hidden)
    batch = model.tilt(v_t, alpha, sigma)
    assert batch.visible_bias.shape == v_t.shape
    for i, observation in enumerate(v_t):
        likelihood = gaussian_log_likelihood(observation, v0, alpha, sigma)
        expected = softmax(prior + likelihood[:, None]).T.ravel()
        tilted = model.tilt(observation, alpha, sigma)
        assert np.allclose(softmax(-tilted.energy(v, h)), expected, rtol=1e-6, atol=1e-9)
        assert np.array_equal(tilted.visible_bias, batch.visible_bias[i])


def test_rows_of_a_batch_have_their_own_amplitudes(model):
    rng = np.random.default_rng(4)
    v_t = rng.standard_normal((3, model.n_visible))
    alpha, sigma = rng.random(3), 0.1 + rng.random(3)
    batch = model.tilt(v_t, alpha, sigma).visible_bias
    starts = model.posterior_start(v_t, alpha, sigma)
    for i in range(3):
        one = model.tilt(v_t[i], alpha[i], sigma[i])
        assert np.allclose(batch[i], one.visible_bias, rtol=1e-14)
        assert np.allclose(starts[i], model.posterior_start(v_t[i], alpha[i], sigma[i]))


def test_a_tilted_batch_answers_row_by_row(model):
    rng = np.random.default_rng(5)
    v_t = rng.standard_normal((4, model.n_visible))
    v = rng.integers(0, 2, v_t.shape)
    h = rng.integers(0, 2, (4, model.n_hidden))
    batch = model.tilt(v_t, 0.8, 0.6)
    for i in range(4):
        one = model.tilt(v_t[i], 0.8, 0.6)
        assert np.isclose(batch.energy(v, h)[i], one.energy(v[i], h[i]))
        assert np.isclose(batch.free_energy(v)[i], one.free_energy(v[i]))
        assert np.isclose(batch.hidden_free_energy(h)[i], one.hidden_free_energy(h[i]))
        assert np.allclose(batch.visible_probability(h)[i], one.visible_probability(h[i]))
        assert np.allclose(batch.visible_probability(h[0])[i], one.visible_probability(h[0]))


def test_tilting_twice_is_tilting_by_both(model):
    """Two independent observations multiply their likelihoods, in either order."""
    rng = np.random.default_rng(6)
    a, b = rng.standard_normal((2, model.n_visible))
    one = model.tilt(a, 0.5, 0.7).tilt(b, 0.9, 0.3)
    other = model.tilt(b, 0.9, 0.3).tilt(a, 0.5, 0.7)
    assert np.allclose(one.visible_bias, other.visible_bias)


def test_estimators_start_from_the_data_or_from_the_biases():
    """posterior_start is exact for independent units of the stated frequencies."""
    p, v_t = np.array([0.1, 0.6, 0.9]), np.array([[0.2, -1.0, 0.7]])
    weights = np.ones((3, 2))
    ones, zeros = (gaussian_log_likelihood(v_t[..., None], x, 0.8, 0.6) for x in (1.0, 0.0))
    with_data = BernoulliRBM(weights, np.full(3, 2.0), np.zeros(2), data_mean=p)
    expected = p * np.exp(ones) / (p * np.exp(ones) + (1.0 - p) * np.exp(zeros))
    assert np.allclose(with_data.posterior_start(v_t, 0.8, 0.6), expected)
    without = BernoulliRBM(weights, np.log(p / (1.0 - p)), np.zeros(2))
    assert np.allclose(without.posterior_start(v_t, 0.8, 0.6), expected, rtol=1e-6)


def test_bad_tilts():
    model = BernoulliRBM(np.zeros((3, 2)), np.zeros(3), np.zeros(2))
    with pytest.raises(ValueError, match=r"v_t: got shape \(2,\), expected \(3\) or \(any, 3\)"):
        model.tilt(np.zeros(2), 0.5, 0.5)
    for bad in (0.0, -1.0):
        with pytest.raises(ValueError, match=rf"sigma: got {bad}, expected more than 0"):
            model.tilt(np.zeros(3), 0.5, bad)
    with pytest.raises(ValueError, match="alpha: got nan"):
        model.tilt(np.zeros(3), np.nan, 0.5)
    with pytest.raises(ValueError, match=r"alpha: got shape \(2,\), expected \(\) or \(4\)"):
        model.tilt(np.zeros((4, 3)), [0.5, 0.5], 0.5)
    batch = model.tilt(np.zeros((4, 3)), 0.5, 0.5)
    with pytest.raises(ValueError, match=r"v: got shape \(5, 3\), expected \(3\) or \(4, 3\)"):
        batch.free_energy(np.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"v_t: got shape \(5, 3\), expected \(3\) or \(4, 3\)"):
        batch.tilt(np.zeros((5, 3)), 0.5, 0.5)
