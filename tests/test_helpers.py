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
from helpers.moments import MomentLaw
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


def test_errors_of_moments_are_uniform_under_the_null_and_reject_another_law():
    model = random_bernoulli(8, 4, seed=6, scale=0.6)
    law, rng = MomentLaw.of(model), np.random.default_rng(7)
    every, p = states(8), visible_probabilities(model)

    def drawn(weights, n=1000):
        return every[rng.choice(256, n, p=weights)]

    p_values = [law.p_value(drawn(p)) for _ in range(200)]
    assert kolmogorov_smirnov(np.array(p_values), stats.uniform.cdf) > ACCEPT
    assert law.p_value(*(drawn(p) for _ in range(50))) > ACCEPT
    assert law.p_value(drawn(visible_probabilities(model, beta=0.8), 4000)) < REJECT


def test_moments_of_flipped_units_are_those_of_flipped_states():
    model = random_bernoulli(4, 3, seed=8)
    wrong, p = np.array([0.0, 0.1, 0.2, 0.5]), visible_probabilities(model)
    for k, x in enumerate(wrong):
        p = (1.0 - x) * p + x * p[np.arange(16) ^ (1 << k)]
    law = MomentLaw.of(model).flipped(wrong)
    np.testing.assert_allclose(law.moments.first, p @ states(4))
    np.testing.assert_allclose(law.moments.second, (states(4).T * p) @ states(4))
    np.testing.assert_allclose(law.pool.mean(axis=0), law.moments.first, atol=0.02)
