"""The Bernoulli RBM against sums over every state, in plain NumPy."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given

from helpers.models import every_pair, joint_log_weights, random_bernoulli, state_index, states
from helpers.strategies import bernoulli_models
from scorerbm import BernoulliRBM, BlockGibbs
from scorerbm.backends import get_backend
from scorerbm.rbm import Chains
from scorerbm.rbm.base import all_states
from scorerbm.rbm.chains import chain_ids

MODELS = [(1, 1, 1.0), (4, 3, 1.0), (3, 5, 3.0), (6, 6, 0.3)]


@pytest.fixture(params=MODELS, ids=str)
def model(request):
    n, m, scale = request.param
    return random_bernoulli(n, m, seed=7, scale=scale, data_mean=True)


def log_sum_exp(x, axis):
    top = x.max(axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.exp(x - top).sum(axis=axis))


def softmax(x, axis=None):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


# -- the distribution -----------------------------------------------------------------------


@given(bernoulli_models)
def test_energy(model):
    v, h = every_pair(model.n_visible, model.n_hidden)
    expected = -joint_log_weights(model).T.ravel()
    assert np.allclose(model.energy(v, h), expected, rtol=1e-12, atol=1e-12)


@given(bernoulli_models)
def test_free_energy_sums_over_hidden_states(model):
    expected = -log_sum_exp(joint_log_weights(model), axis=1)
    v = states(model.n_visible)
    assert np.allclose(model.free_energy(v), expected, rtol=1e-12, atol=1e-12)
    assert np.allclose(model.visible_energy(v), model.energy(v, np.zeros(model.n_hidden)))


@given(bernoulli_models)
def test_hidden_free_energy_sums_over_visible_states(model):
    expected = -log_sum_exp(joint_log_weights(model), axis=0)
    h = states(model.n_hidden)
    assert np.allclose(model.hidden_free_energy(h), expected, rtol=1e-12, atol=1e-12)


@given(bernoulli_models)
def test_conditionals(model):
    x = joint_log_weights(model)
    v, h = states(model.n_visible), states(model.n_hidden)
    assert np.allclose(model.hidden_probability(v), softmax(x, 1) @ h, rtol=0.0, atol=1e-12)
    assert np.allclose(model.visible_probability(h), softmax(x, 0).T @ v, rtol=0.0, atol=1e-12)
    assert np.array_equal(model.visible_mean(h), model.visible_probability(h))
    p = model.hidden_probability(v)
    inside = (p > 1e-6) & (p < 1.0 - 1e-6)
    odds = np.log(p[inside] / (1.0 - p[inside]))
    assert np.allclose(model.hidden_log_odds(v)[inside], odds, rtol=1e-9, atol=1e-9)


@given(bernoulli_models)
def test_units_are_independent_given_the_other_layer(model):
    """P(v | h) is the product of its units' probabilities."""
    p, v = model.visible_probability(states(model.n_hidden)), states(model.n_visible)
    product = np.prod(np.where(v[:, None, :] == 1.0, p[None], 1.0 - p[None]), axis=2)
    assert np.allclose(product, softmax(joint_log_weights(model), 0), rtol=0.0, atol=1e-12)


@given(bernoulli_models)
def test_enumeration(model):
    x, backend = joint_log_weights(model), get_backend()
    over_visible, over_hidden = log_sum_exp(x, 0), log_sum_exp(x, 1)
    assert np.allclose(model.enumerate_hidden(backend=backend), over_visible, rtol=1e-12)
    assert np.allclose(model.enumerate_visible(backend=backend), over_hidden, rtol=1e-12)


def test_force_is_the_energys_gradient(model):
    rng = np.random.default_rng(0)
    v, h = rng.standard_normal((5, model.n_visible)), rng.random((5, model.n_hidden))
    for i in range(model.n_visible):
        step = 1e-4 * np.eye(model.n_visible)[i]
        slope = (model.energy(v + step, h) - model.energy(v - step, h)) / 2e-4
        assert np.allclose(model.visible_force(v, h)[:, i], -slope, atol=1e-8)


def test_statistics_are_gradients_of_the_mean_free_energy(model):
    v = np.random.default_rng(1).integers(0, 2, (40, model.n_visible)).astype(np.uint8)
    weights = np.random.default_rng(2).random(40)
    for row_weights in (None, weights):
        found = model.statistics(v, row_weights, backend=get_backend())
        w = np.ones(40) if row_weights is None else row_weights
        for name, gradient in found.items():
            assert np.allclose(gradient, numerical_gradient(model, name, v, w), atol=1e-6)


def numerical_gradient(model, name, v, row_weights):
    """Central differences of the mean of -F; F written out, for parameters in double."""
    parameters = {k: np.array(p, np.float64) for k, p in model.parameters.items()}

    def mean(changed):
        w, b, c = (parameters | changed).values()
        minus_free = v @ b + np.logaddexp(0.0, v @ w + c).sum(axis=1)
        return np.mean(row_weights * minus_free)

    out = np.empty(parameters[name].shape)
    for index in np.ndindex(out.shape):
        step = np.zeros(out.shape)
        step[index] = 1e-5
        up, down = parameters[name] + step, parameters[name] - step
        out[index] = (mean({name: up}) - mean({name: down})) / 2e-5
    return out


def test_variance_of_bits(model):
    p = model.visible_probability(states(model.n_hidden))
    assert np.allclose(model.visible_variance(p), p * (1.0 - p))


# -- single states and batches --------------------------------------------------------------


def test_single_states_and_batches(model):
    n, m = model.n_visible, model.n_hidden
    v, h = states(n), states(m)
    for method, x, width in (
        (model.free_energy, v, ()),
        (model.visible_energy, v, ()),
        (model.hidden_free_energy, h, ()),
        (model.hidden_log_odds, v, (m,)),
        (model.hidden_probability, v, (m,)),
        (model.visible_log_odds, h, (n,)),
        (model.visible_probability, h, (n,)),
    ):
        batch = method(x)
        assert batch.shape == (len(x), *width)
        assert batch.dtype == np.float64
        for row, out in zip(x, batch, strict=True):
            assert np.shape(method(row)) == width
            assert np.allclose(method(row), out, rtol=1e-14)
        assert method(x[:0]).shape == (0, *width)
    assert model.energy(v[0], h[0]).shape == ()
    assert model.energy(v, h[0]).shape == (len(v),)
    assert model.energy(v[0], h).shape == (len(h),)
    assert np.allclose(model.energy(v, h[0]), model.energy(v, np.tile(h[0], (len(v), 1))))


def test_states_of_any_numeric_type(model):
    v = all_states(model.n_visible)
    expected = model.free_energy(v)
    for other in (v.astype(bool), v.astype(np.float32), v.astype(np.int64), v.tolist()):
        assert np.array_equal(model.free_energy(other), expected)


def test_all_states():
    assert np.array_equal(all_states(5), states(5))
    assert np.array_equal(all_states(5, 7, 20), states(5)[7:20])
    assert all_states(5).dtype == np.uint8


# -- chains ---------------------------------------------------------------------------------


def test_chains_resume_where_they_stopped(model):
    """10 sweeps at once, or 4 and then 6: the same states, the same random numbers."""
    backend = get_backend()

    def chains():
        start = model.random_visible(chain_ids(50), (1, 2), backend)
        return Chains(start, chain_ids(50), (3, 4))

    once, twice = chains(), chains()
    mean = model.gibbs(once, 10, backend=backend, mean=True)
    parts = [model.gibbs(twice, n, backend=backend, mean=True) for n in (4, 6)]
    assert np.array_equal(once.visible, twice.visible)
    assert np.array_equal(once.hidden, twice.hidden)
    assert once.sweep == twice.sweep == 10
    assert np.allclose(mean, (4.0 * parts[0] + 6.0 * parts[1]) / 10.0)
    assert model.gibbs(once, 1, backend=backend) is None


def test_chains_are_counted_and_numbered():
    assert len(Chains(np.zeros((3, 2), np.uint8), chain_ids(3), (0, 0))) == 3
    assert np.array_equal(chain_ids(3, 2**32 - 3), [2**32 - 3, 2**32 - 2, 2**32 - 1])


# -- immutability ---------------------------------------------------------------------------


def test_parameters_are_copies_and_read_only():
    source = [np.ones((3, 2), np.float32), np.ones(3, np.float32), np.ones(2, np.float32)]
    mean = np.full(3, 0.5)
    model = BernoulliRBM(*source, data_mean=mean)
    for array in (*source, mean):
        array[...] = 9.0
    for array in (*model.parameters.values(), model.data_mean):
        assert not (array == 9.0).any()
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    assert all(p.dtype == np.float32 for p in model.parameters.values())
    for name in ("weights", "visible_bias", "hidden_bias", "data_mean"):
        with pytest.raises(AttributeError):
            setattr(model, name, 0.0)
    tilted = model.tilt(np.zeros((2, 3)), 0.5, 0.5)
    with pytest.raises(ValueError, match="read-only"):
        tilted.visible_bias[...] = 0.0


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"]
)
def test_models_survive_copying(model, duplicate):
    # What has been derived, for energies and for each backend, is made anew.
    model.free_energy(np.zeros(model.n_visible))
    drawn = {}
    for backend in ("native", "reference"):
        sampler = BlockGibbs(n_sweeps=2, backend=backend)
        drawn[backend] = sampler.sample(model, 5).visible
    other = duplicate(model)
    assert not any(x.flags.writeable for x in other.parameters.values())
    tilted = model.tilt(np.zeros((2, model.n_visible)), 0.5, 0.5)
    assert np.array_equal(duplicate(tilted).visible_bias, tilted.visible_bias)
    v = states(model.n_visible)
    for backend, visible in drawn.items():
        sampler = BlockGibbs(n_sweeps=2, backend=backend)
        assert np.array_equal(sampler.sample(other, 5).visible, visible)
    assert np.array_equal(other.free_energy(v), model.free_energy(v))
    assert np.array_equal(other.data_mean, model.data_mean)


def test_repr_says_the_size(model):
    expected = f"BernoulliRBM(n_visible={model.n_visible}, n_hidden={model.n_hidden})"
    assert repr(model) == expected


# -- bad input ------------------------------------------------------------------------------

GOOD = {"weights": np.zeros((3, 2)), "visible_bias": np.zeros(3), "hidden_bias": np.zeros(2)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": np.zeros(3)}, r"weights: got shape \(3,\), expected \(any, any\)"),
        ({"weights": np.zeros((0, 2))}, r"weights: got shape \(0, 2\), expected at least one"),
        ({"weights": np.full((3, 2), np.nan)}, r"weights: got nan at index \(0, 0\)"),
        ({"weights": np.full((3, 2), 1e39)}, r"weights: got 1e\+39, beyond the range of float32"),
        ({"visible_bias": np.zeros(2)}, r"visible_bias: got shape \(2,\), expected \(3\)"),
        ({"visible_bias": 0.0}, r"visible_bias: got shape \(\), expected \(3\)"),
        ({"hidden_bias": np.zeros(3)}, r"hidden_bias: got shape \(3,\), expected \(2\)"),
        ({"hidden_bias": [0.0, np.inf]}, r"hidden_bias: got inf at index \(1,\)"),
        ({"data_mean": [0.5, 0.5]}, r"data_mean: got shape \(2,\), expected \(3\)"),
        ({"data_mean": [0.0, 0.5, 0.5]}, r"data_mean: got values from 0\.0 to 0\.5"),
        ({"data_mean": [0.5, 0.5, 1.0]}, r"data_mean: .*strictly between 0 and 1"),
    ],
)
def test_bad_parameters(change, message):
    with pytest.raises(ValueError, match=message):
        BernoulliRBM(**(GOOD | change))


@pytest.mark.parametrize("name", GOOD)
def test_parameters_of_the_wrong_type(name):
    with pytest.raises(TypeError, match=f"{name}: got dtype object, expected real numbers"):
        BernoulliRBM(**(GOOD | {name: None}))


def test_bad_states():
    model = BernoulliRBM(**GOOD)
    for method in (model.free_energy, model.hidden_probability, model.hidden_log_odds):
        with pytest.raises(ValueError, match=r"v: got shape \(2,\), expected \(3\) or \(any, 3\)"):
            method(np.zeros(2))
    for method in (model.visible_probability, model.visible_mean, model.hidden_free_energy):
        with pytest.raises(
            ValueError, match=r"h: got shape \(4, 3\), expected \(2\) or \(any, 2\)"
        ):
            method(np.zeros((4, 3)))
    with pytest.raises(ValueError, match="h: got 3 rows, expected 4 as v has"):
        model.energy(np.zeros((4, 3)), np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"v: got nan at index \(1,\)"):
        model.free_energy([0.0, np.nan, 1.0])
    with pytest.raises(TypeError, match="v: got dtype <U1"):
        model.free_energy(["a", "b", "c"])


def test_state_numbers_match_the_packages_order():
    assert np.array_equal(state_index(all_states(6)), np.arange(64))
