"""The path from independent units to a model, and the parts of its energies."""

import numpy as np
import pytest

from helpers.models import every_pair, joint_log_weights, random_bernoulli, states
from scorerbm import BernoulliRBM
from scorerbm.backends import get_backend

MODEL = random_bernoulli(5, 4, seed=3, data_mean=True)
V, H = states(5), states(4)


def test_independent_units_have_the_marginals_of_the_data():
    base = MODEL.independent()
    assert not base.weights.any()
    assert not base.hidden_bias.any()
    np.testing.assert_allclose(base.visible_probability(np.zeros(4)), MODEL.data_mean, rtol=1e-12)


def test_without_data_independent_units_have_the_biases():
    model = random_bernoulli(5, 4, seed=3)
    np.testing.assert_array_equal(model.independent().visible_bias, model.visible_bias)


@pytest.mark.parametrize("beta", [0.0, 0.3, 1.0])
def test_energies_are_interpolated(beta):
    base = MODEL.independent()
    between = MODEL.interpolate(base, beta)
    v, h = np.repeat(V, 16, axis=0), np.tile(H, (32, 1))
    expected = (1.0 - beta) * base.energy(v, h) + beta * MODEL.energy(v, h)
    np.testing.assert_allclose(between.energy(v, h), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(
        between.hidden_log_odds(V), beta * MODEL.hidden_log_odds(V), rtol=1e-12, atol=1e-12
    )


def test_free_energies_of_either_layer():
    joint = joint_log_weights(MODEL)
    np.testing.assert_allclose(MODEL.free_energy(V), -np.log(np.exp(joint).sum(axis=1)))
    np.testing.assert_allclose(MODEL.hidden_free_energy(H), -np.log(np.exp(joint).sum(axis=0)))
    np.testing.assert_allclose(MODEL.hidden_free_energy(H[3]), MODEL.hidden_free_energy(H)[3])


def test_the_visible_energy_is_that_without_hidden_units():
    np.testing.assert_allclose(MODEL.visible_energy(V), MODEL.energy(V, np.zeros((32, 4))))
    soft = np.logaddexp(0.0, MODEL.hidden_log_odds(V)).sum(axis=1)
    np.testing.assert_allclose(MODEL.free_energy(V), MODEL.visible_energy(V) - soft)


def test_the_variance_of_bits():
    p = MODEL.visible_mean(H)
    np.testing.assert_allclose(MODEL.visible_variance(p), p * (1.0 - p))
    assert BernoulliRBM.binary_visible


# -- tempering ------------------------------------------------------------------------------


def test_the_energy_is_that_of_the_reference_and_the_rest():
    model = random_bernoulli(5, 4, seed=3, data_mean=True)
    v, h = (x.astype(np.uint8) for x in every_pair(5, 4))
    rest, r = model.split("data")
    p = model.data_mean
    np.testing.assert_allclose(r, np.log(p / (1.0 - p)))
    np.testing.assert_allclose(rest.energy(v, h) - v @ r, model.energy(v, h))
    assert model.split("uniform") == (model, None)
    with pytest.raises(ValueError, match="reference: got 'data' for a model without data_mean"):
        random_bernoulli(5, 4).split("data")


@pytest.mark.parametrize("precision", ["int16", "int32"])
@pytest.mark.parametrize("bias", [0.5, 60.0])
def test_the_tempered_grid_keeps_the_log_odds_of_the_rest(precision, bias):
    """Also biases that would saturate their units at beta = 1, of the rest or of the model."""
    model = random_bernoulli(5, 4, seed=3, bias=bias)
    model = BernoulliRBM(*model.parameters.values(), data_mean=[1e-9, 0.3, 0.5, 0.9, 1.0 - 1e-9])
    rest, r = model.split("data")
    grid = rest.integers(precision, tempered=True)
    h = states(4)
    log_odds = (grid.visible_bias + h @ grid.weights_transposed) / grid.scale + r
    info = rest.sampling_info(precision, 1, backend=get_backend(), tempered=True)
    error = np.abs(log_odds - model.visible_log_odds(h)).max()
    assert error <= info["log_odds_error"] + 1e-12
    assert info["log_odds_error"] <= 0.5 * 6 / grid.scale
    assert (info["precision"], info["grid"]) == (precision, 1.0 / grid.scale)
