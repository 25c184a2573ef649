"""Ising energies equal those of the RBM, on every state."""

import numpy as np
import pytest

from helpers.gaussian import random_gaussian
from helpers.models import joint_log_weights, random_bernoulli, states
from scorerbm.ising import IsingModel, to_ising

SHAPES = [(1, 1), (5, 4), (2, 7), (8, 3)]


def all_spins(n, m):
    """Every joint state, h slowest, as in ``joint_log_weights(model).T.ravel()``."""
    return 2.0 * states(n + m) - 1.0


@pytest.mark.parametrize(("n", "m"), SHAPES)
def test_energies_are_those_of_the_rbm_on_every_state(n, m):
    model = random_bernoulli(n, m, seed=10 * n + m, scale=2.0, bias=3.0)
    energies = to_ising(model).energy(all_spins(n, m))
    np.testing.assert_allclose(
        energies, -joint_log_weights(model).T.ravel(), rtol=1e-12, atol=1e-12
    )
    bits = states(n + m)
    np.testing.assert_allclose(
        energies, model.energy(bits[:, :n], bits[:, n:]), rtol=1e-12, atol=1e-12
    )


def test_the_energy_is_the_sum_that_the_docstring_says():
    ising = to_ising(random_bernoulli(3, 2, seed=1))
    for s in all_spins(3, 2):
        terms = [h * x for h, x in zip(ising.h, s, strict=True)]
        terms += [ising.J[i, j] * s[i] * s[3 + j] for i in range(3) for j in range(2)]
        assert ising.energy(s) == pytest.approx(sum(terms) + ising.offset, rel=1e-12)


def test_one_weight_by_hand():
    """E = -4vh - 2v - 6h with v = (1+s)/2, h = (1+r)/2 is -s r - 2s - 4r - 5."""
    model = type(random_bernoulli(1, 1))([[4.0]], [2.0], [6.0])
    ising = to_ising(model)
    assert ising.J.tolist() == [[-1.0]]
    assert ising.h.tolist() == [-2.0, -4.0]
    assert ising.offset == -5.0
    assert (ising.n_visible, ising.n_hidden) == (1, 1)


def test_a_wrong_sign_would_be_seen():
    model = random_bernoulli(4, 3, seed=2)
    right = to_ising(model)
    wrong = IsingModel(right.h, -right.J, right.offset)
    difference = wrong.energy(all_spins(4, 3)) + joint_log_weights(model).T.ravel()
    assert np.abs(difference).max() > 0.1


def test_a_tilted_model_has_an_ising_form_too():
    model = random_bernoulli(3, 2, seed=3).tilt(np.array([0.2, 1.4, -0.3]), 0.8, 0.6)
    np.testing.assert_allclose(
        to_ising(model).energy(all_spins(3, 2)), -joint_log_weights(model).T.ravel(), rtol=1e-12
    )


def test_the_result_is_immutable():
    ising = to_ising(random_bernoulli(3, 2))
    with pytest.raises(AttributeError):
        ising.offset = 0.0
    for array in (ising.h, ising.J):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


def test_bad_arguments_are_named():
    model = random_bernoulli(3, 2)
    with pytest.raises(TypeError, match=r"got GaussianRBM, .* only binary units have"):
        to_ising(random_gaussian(3, 2))
    with pytest.raises(TypeError, match="model: got dict, expected a BernoulliRBM"):
        to_ising({})
    with pytest.raises(ValueError, match="model: got a batch of 4 tilted models"):
        to_ising(model.tilt(np.zeros((4, 3)), 0.5, 0.5))
    ising = to_ising(model)
    with pytest.raises(ValueError, match=r"spins: got 0.0, expected only -1 and 1"):
        ising.energy(np.zeros(5))
    with pytest.raises(ValueError, match=r"spins: got shape \(4,\), expected"):
        ising.energy(np.ones(4))
    with pytest.raises(TypeError, match="spins: got"):
        ising.energy("up")
