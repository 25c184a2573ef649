"""The calibrated tests are themselves calibrated, and the brute force is brute force."""

import numpy as np
from scipy import stats

from helpers.models import (
    joint_probabilities,
    random_bernoulli,
    state_index,
    states,
    visible_probabilities,
)
from helpers.statistics import (
    ACCEPT,
    REJECT,
    bonferroni,
    chi_square,
    chi_square_states,
    kolmogorov_smirnov,
    mean_test,
    z_test,
)


def test_chi_square_is_uniform_under_the_null_and_rejects_a_shift():
    rng = np.random.default_rng(1)
    p = rng.dirichlet(np.full(64, 0.3))
    p_values = [chi_square(rng.multinomial(2000, p), p) for _ in range(400)]
    assert kolmogorov_smirnov(np.array(p_values), stats.uniform.cdf) > ACCEPT
    wrong = 0.9 * p + 0.1 / 64
    assert chi_square(rng.multinomial(5000, wrong), p) < REJECT


def test_chi_square_rejects_impossible_states():
    assert chi_square(np.array([50, 50, 1]), np.array([0.5, 0.5, 0.0])) == 0.0


def test_states_and_their_numbers_agree():
    assert np.array_equal(state_index(states(5)), np.arange(32))


def test_joint_order_is_visible_then_hidden():
    model = random_bernoulli(3, 2, seed=4)
    p = joint_probabilities(model)
    v, h = np.array([[1, 0, 1]]), np.array([[0, 1]])
    ratio = p[state_index(np.hstack([v, h]))[0]] / p[0]
    assert np.isclose(np.log(ratio), -(model.energy(v, h)[0]))
    assert np.allclose(visible_probabilities(model), p.reshape(4, 8).sum(axis=0))


def test_samples_of_the_joint_pass_and_tempered_ones_do_not():
    rng = np.random.default_rng(2)
    model = random_bernoulli(4, 3, seed=5)
    p, hot = joint_probabilities(model), joint_probabilities(model, beta=0.8)
    assert chi_square_states(states(7)[rng.choice(128, 20000, p=p)], p) > ACCEPT
    assert chi_square_states(states(7)[rng.choice(128, 20000, p=hot)], p) < REJECT


def test_mean_and_z_tests():
    rng = np.random.default_rng(3)
    x = rng.standard_normal(10000)
    assert bonferroni([mean_test(x, 0.0), z_test(x.mean(), 0.0, 0.01)]) > ACCEPT
    assert mean_test(x, 0.1) < REJECT
    assert z_test(x.mean(), 0.1, 0.01) < REJECT
