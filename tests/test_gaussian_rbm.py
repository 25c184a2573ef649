"""The Gaussian–Bernoulli RBM against its energy, written out in plain NumPy."""

import copy
import pickle

import numpy as np
import pytest

from helpers.gaussian import components, energies, exact_parameters, log_weights, random_gaussian
from helpers.models import states
from scorerbm import Annealer, BlockGibbs, GaussianRBM, load, save, score, to_ising
from scorerbm.backends import get_backend
from scorerbm.rbm.quadratic import quadratic_values
from scorerbm.schedule import LinearSchedule

BACKEND = get_backend()


@pytest.fixture(params=[(1, 1), (4, 3), (3, 6)], ids=str)
def model(request):
    return random_gaussian(*request.param, seed=7)


def some_states(model, n=5):
    rng = np.random.default_rng(0)
    return 2.0 * rng.standard_normal((n, model.n_visible)), rng.random((n, model.n_hidden))


def difference_quotient(f, x, step=1e-4):
    """Central differences in every column of x."""
    moves = step * np.eye(x.shape[1])
    return np.stack([(f(x + e) - f(x - e)) / (2.0 * step) for e in moves], axis=1)


# -- the distribution -----------------------------------------------------------------------


def test_energy(model):
    v, h = some_states(model)
    expected = np.diag(energies(model, v, h))
    assert np.allclose(model.energy(v, h), expected, rtol=1e-12)
    assert np.allclose(model.energy(v[0], h[0]), expected[0], rtol=1e-12)
    assert np.allclose(model.energy(v[0], h), energies(model, v[:1], h)[0], rtol=1e-12)
    assert np.allclose(model.energy(v, h[0]), energies(model, v, h[:1])[:, 0], rtol=1e-12)
    assert np.allclose(model.visible_energy(v), model.energy(v, 0.0 * h), rtol=1e-12)


def test_free_energy_sums_over_hidden_states(model):
    v, _ = some_states(model)
    expected = -np.logaddexp.reduce(-energies(model, v, states(model.n_hidden)), axis=1)
    assert np.allclose(model.free_energy(v), expected, rtol=1e-12, atol=1e-12)


def test_hidden_free_energy_integrates_over_visible_states():
    """By the trapezoidal rule, whose error on a Gaussian is far below rounding."""
    model = random_gaussian(2, 3, seed=2)
    axis = np.linspace(-15.0, 15.0, 401)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    h = states(3)
    cell = (axis[1] - axis[0]) ** 2
    expected = -np.log(cell * np.exp(-energies(model, grid, h)).sum(axis=0))
    assert np.allclose(model.hidden_free_energy(h), expected, rtol=1e-9)
    assert np.allclose(log_weights(model)[0], -expected, rtol=1e-9)


def test_enumeration(model):
    expected = log_weights(model)[0]
    for name in ("native", "reference"):
        found = model.enumerate_hidden(backend=get_backend(name))
        assert np.allclose(found, expected, rtol=1e-12, atol=1e-12)
        assert np.array_equal(found, model.enumerate_hidden(backend=BACKEND, n_threads=3))
    with pytest.raises(TypeError, match="got GaussianRBM, expected binary visible units"):
        model.enumerate_visible(backend=BACKEND)
    with pytest.raises(ValueError, match="model: got a batch of 2 tilted models"):
        model.tilt(np.zeros((2, model.n_visible)), 0.5, 0.5).enumerate_hidden(backend=BACKEND)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_quadratic_values(n):
    rng = np.random.default_rng(n)
    linear, root = rng.standard_normal(n), rng.standard_normal((n, n))
    pairs, x = root + root.T, states(n)
    expected = x @ linear + 0.5 * np.einsum("si,ij,sj->s", x, pairs, x)
    assert np.allclose(quadratic_values(linear, pairs), expected, rtol=1e-12, atol=1e-12)


def test_conditionals(model):
    v, h = some_states(model)
    weight = np.exp(-energies(model, v, states(model.n_hidden)))
    expected = weight @ states(model.n_hidden) / weight.sum(axis=1, keepdims=True)
    p = model.hidden_probability(v)
    assert np.allclose(p, expected, rtol=1e-9, atol=1e-12)
    inside = (p > 1e-6) & (p < 1.0 - 1e-6)
    assert np.allclose(model.hidden_log_odds(v)[inside], np.log(p / (1.0 - p))[inside], rtol=1e-7)
    mean = model.visible_mean(states(model.n_hidden))
    assert np.allclose(mean, components(model)[1], rtol=1e-12, atol=1e-12)
    assert np.allclose(model.visible_variance(mean), exact_parameters(model)[3] ** 2)
    assert np.allclose(model.visible_mean(h[0]), model.visible_mean(h)[0], rtol=1e-14)


def test_force_is_the_energys_gradient(model):
    v, h = some_states(model)
    slope = difference_quotient(lambda x: np.diag(energies(model, x, h)), v)
    assert np.allclose(model.visible_force(v, h), -slope, atol=1e-6)


def test_statistics_are_gradients_of_the_mean_free_energy(model):
    v, _ = some_states(model, 30)
    given, weights = exact_parameters(model), np.random.default_rng(1).random(30)
    assert list(model.parameters) == ["weights", "visible_bias", "hidden_bias", "sigma"]

    def mean(w, b, c, s):
        odds = c + (v / s**2) @ w
        free = 0.5 * np.square((v - b) / s).sum(axis=1) - np.logaddexp(0.0, odds).sum(axis=1)
        return np.mean(-free * row_weights)

    for row_weights in (np.ones(30), weights):
        found = model.statistics(v, row_weights, backend=BACKEND)
        for i, gradient in enumerate(found.values()):
            for index in np.ndindex(gradient.shape):
                step = np.zeros(gradient.shape)
                step[index] = 1e-5
                up, down = (mean(*given[:i], given[i] + e, *given[i + 1 :]) for e in (step, -step))
                assert np.isclose(gradient[index], (up - down) / 2e-5, rtol=1e-5, atol=1e-7)
    unweighted = model.statistics(v, backend=BACKEND)
    assert all(
        np.array_equal(x, y)
        for x, y in zip(
            unweighted.values(), model.statistics(v, np.ones(30), backend=BACKEND).values(),
            strict=True,
        )
    )  # fmt: skip
    reference = model.statistics(v, backend=get_backend("reference"), n_threads=2)
    assert all(np.array_equal(reference[name], x) for name, x in unweighted.items())


# -- the tilt -------------------------------------------------------------------------------


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def test_tilt_is_bayes_on_a_grid():
    """p(v, h | v_t) is p(v, h) N(v_t; αv, σ_t² I) over its sum, at every point and every h."""
    model, alpha, sigma = random_gaussian(2, 3, seed=4), 0.7, 0.5
    axis = np.linspace(-4.0, 4.0, 41)
    grid, h = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2), states(3)
    v_t = np.array([[0.3, -1.2], [2.0, 0.4], [-1.0, 0.0]])
    batch = model.tilt(v_t, alpha, sigma)
    for i, observation in enumerate(v_t):
        likelihood = -0.5 * np.square((observation - alpha * grid) / sigma).sum(axis=1)
        expected = softmax(-energies(model, grid, h) + likelihood[:, None])
        one = model.tilt(observation, alpha, sigma)
        found = softmax(np.stack([-one.energy(grid, row) for row in h], axis=1))
        assert np.allclose(found, expected, rtol=1e-9, atol=1e-300)
        written_out = energies(one, grid, h)  # from the parameters of the tilted model
        assert np.allclose(softmax(-written_out), expected, rtol=1e-9, atol=1e-300)
        untilted = softmax(-energies(model, grid, h))
        assert not np.allclose(untilted, expected, rtol=0.1)
        assert np.array_equal(batch.visible_bias[i], one.visible_bias)
        assert np.array_equal(batch.sigma, one.sigma)


def test_tilt_by_the_published_formula(model):
    w, b, c, s = exact_parameters(model)
    v_t, alpha, sigma = some_states(model)[0], 0.8, 0.6
    tilted = model.tilt(v_t, alpha, sigma)
    variance = 1.0 / (1.0 / s**2 + alpha**2 / sigma**2)
    assert np.allclose(tilted.sigma, np.sqrt(variance), rtol=1e-12)
    assert np.allclose(tilted.weights, w * (variance / s**2)[:, None], rtol=1e-12)
    bias = variance * (b / s**2 + alpha * v_t / sigma**2)
    assert np.allclose(tilted.visible_bias, bias, rtol=1e-12, atol=1e-14)
    assert np.array_equal(tilted.hidden_bias, c)
    assert tilted.sigma.dtype == tilted.weights.dtype == np.float64


def test_rows_of_a_batch_have_their_own_amplitudes(model):
    rng = np.random.default_rng(4)
    v_t, h = some_states(model)
    alpha, sigma = rng.random(5), 0.1 + rng.random(5)
    batch, starts = model.tilt(v_t, alpha, sigma), model.posterior_start(v_t, alpha, sigma)
    v = rng.standard_normal(v_t.shape)
    assert batch.weights.shape == (5, model.n_visible, model.n_hidden)
    assert (batch.n_visible, batch.n_hidden) == (model.n_visible, model.n_hidden)
    for i in range(5):
        one = model.tilt(v_t[i], alpha[i], sigma[i])
        for name, array in one.parameters.items():
            assert np.array_equal(
                batch.parameters[name] if name == "hidden_bias" else batch.parameters[name][i],
                array,
            )
        assert np.allclose(starts[i], model.posterior_start(v_t[i], alpha[i], sigma[i]))
        for name, x in (
            ("free_energy", v), ("hidden_log_odds", v), ("visible_mean", h),
            ("hidden_free_energy", h),
        ):  # fmt: skip
            assert np.allclose(getattr(batch, name)(x)[i], getattr(one, name)(x[i]))
        assert np.isclose(batch.energy(v, h)[i], one.energy(v[i], h[i]))
        assert np.allclose(batch.visible_force(v, h)[i], one.visible_force(v[i], h[i]))
        assert np.allclose(batch.visible_mean(h[0])[i], one.visible_mean(h[0]))


def test_tilting_twice_is_tilting_by_both(model):
    a, b = some_states(model)[0][:2]
    one = model.tilt(a, 0.5, 0.7).tilt(b, 0.9, 0.3)
    other = model.tilt(b, 0.9, 0.3).tilt(a, 0.5, 0.7)
    for x, y in zip(one.parameters.values(), other.parameters.values(), strict=True):
        assert np.allclose(x, y, rtol=1e-12)


def test_estimators_start_from_the_posterior_of_independent_units():
    model = random_gaussian(3, 2, seed=3, data=True)
    v_t = np.array([[0.3, -2.0, 1.0]])
    for given in (model, random_gaussian(3, 2, seed=3)):
        exact = given.independent().tilt(v_t, 0.3, 0.8).visible_bias
        assert np.allclose(given.posterior_start(v_t, 0.3, 0.8), exact, rtol=1e-12)
        assert np.allclose(given.posterior_start(v_t, 0.9, 1e-6), v_t / 0.9, rtol=1e-6)
    prior_mean = 0.0
    assert np.allclose(model.posterior_start(v_t, 1e-9, 1.0), prior_mean, atol=1e-6)


def test_the_score_without_hidden_units_is_linear():
    """Of one Gaussian: -(v_t - αb)/(α²s² + σ²)."""
    model, schedule = (
        GaussianRBM(np.zeros((2, 1)), [0.5, -1.0], [0.0], [0.5, 2.0]),
        LinearSchedule(),
    )
    alpha, sigma = schedule.alpha(0.4), schedule.sigma(0.4)
    v_t = np.array([[1.0, 1.0], [0.0, -3.0]])
    expected = -(v_t - alpha * model.visible_bias) / (alpha**2 * model.sigma**2 + sigma**2)
    assert np.allclose(score(model, v_t, 0.4, schedule), expected, rtol=1e-10)


# -- annealing ------------------------------------------------------------------------------


def test_independent_units_match_the_model_or_the_data():
    model = random_gaussian(4, 3, seed=5)
    start, (_, b, _, s) = model.independent(), exact_parameters(model)
    mean = components(model)[1]  # of fair coins every hidden state has the same weight
    assert np.allclose(start.visible_bias, mean.mean(axis=0), rtol=1e-12)
    assert np.allclose(start.sigma**2, s**2 + mean.var(axis=0), rtol=1e-12)
    assert not start.weights.any()
    assert not start.hidden_bias.any()
    standard = random_gaussian(4, 3, seed=5, data=True).independent()
    assert not standard.visible_bias.any()
    assert (standard.sigma == 1.0).all()
    assert not np.allclose(start.visible_bias, b)


def test_interpolation_is_of_energies(model):
    start, (v, h) = model.independent(), some_states(model)
    for beta in (0.0, 0.3, 1.0):
        between = model.interpolate(start, beta)
        expected = (1.0 - beta) * np.diag(energies(start, v, h))
        expected += beta * np.diag(energies(model, v, h))
        constant = between.energy(v, h) - expected
        assert np.allclose(constant, constant[0], atol=1e-10)
        assert np.allclose(between.hidden_log_odds(v), beta * model.hidden_log_odds(v))


# -- what a model is ------------------------------------------------------------------------


def test_parameters_are_copies_and_read_only():
    source = {
        "weights": np.ones((3, 2), np.float32),
        "visible_bias": np.ones(3, np.float32),
        "hidden_bias": np.ones(2, np.float32),
        "sigma": np.ones(3, np.float32),
        "data_mean": np.ones(3),
        "data_scale": np.ones(3),
    }
    model = GaussianRBM(**source)
    for array in source.values():
        array[...] = 9.0
    tilted = model.tilt(np.zeros((2, 3)), 0.5, 0.5)
    kept = [getattr(model, name) for name in source]
    assert all((array == 1.0).all() for array in kept)
    assert all(x.dtype == np.float32 for x in model.parameters.values())
    for array in (*kept, *tilted.parameters.values()):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    for name in source:
        with pytest.raises(AttributeError):
            setattr(model, name, 0.0)
    model.parameters.clear()
    assert len(model.parameters) == 4


def test_one_width_for_all_units():
    model = GaussianRBM(np.zeros((3, 2)), np.zeros(3), np.zeros(2), 0.5)
    assert model.sigma.tolist() == [0.5, 0.5, 0.5]
    assert repr(model) == "GaussianRBM(n_visible=3, n_hidden=2)"


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["copy", "pickle"]
)
def test_models_survive_copying(duplicate):
    model = random_gaussian(3, 2, seed=1, data=True)
    v = some_states(model)[0]
    for given in (model, model.tilt(v, 0.5, 0.6), model.tilt(v, np.full(5, 0.5), np.ones(5))):
        given.free_energy(v)  # derives what copies shall not have
        other = duplicate(given)
        assert np.array_equal(other.free_energy(v), given.free_energy(v))
        for name, array in (given.parameters | {"data_mean": given.data_mean}).items():
            assert np.array_equal(getattr(other, name), array)
            assert not getattr(other, name).flags.writeable
    drawn = BlockGibbs(2).sample(model, 5).visible
    assert np.array_equal(BlockGibbs(2).sample(duplicate(model), 5).visible, drawn)
    derived = "conditionals", "_marginals"
    assert not any(name in duplicate(model).__getstate__() for name in derived)


def test_files_keep_a_model_bit_by_bit(tmp_path):
    for i, data in enumerate((False, True)):
        model, path = random_gaussian(3, 2, seed=1, data=data), tmp_path / f"{i}.safetensors"
        save(model, path)
        loaded = load(path)
        assert type(loaded) is GaussianRBM
        for name in (*model.parameters, "data_mean", "data_scale"):
            kept, given = getattr(loaded, name), getattr(model, name)
            assert (kept is None) is (given is None)
            if given is not None:
                assert kept.dtype == given.dtype
                assert kept.tobytes() == given.tobytes()
        with pytest.raises(ValueError, match=r"model: got .* float64, expected the float32"):
            save(model.tilt(np.zeros(3), 0.5, 0.5), path)


# -- data in their own units ----------------------------------------------------------------


def test_standardisation():
    mean, scale = np.array([10.0, -1.0]), np.array([2.0, 0.5])
    model = GaussianRBM(
        np.zeros((2, 1)), np.zeros(2), np.zeros(1), 1.0, data_mean=mean, data_scale=scale
    )
    x = np.array([[12.0, 0.0], [10.0, -1.0]])
    assert model.standardise(x).tolist() == [[1.0, 2.0], [0.0, 0.0]]
    assert model.restore([1.0, 2.0]).tolist() == [12.0, 0.0]
    assert model.restore(np.zeros((4, 5, 2))).shape == (4, 5, 2)
    assert np.isnan(model.standardise([np.nan, 0.0])[0])  # a unit that is free
    masked = np.ma.masked_equal([99.0, 0.0], 99.0)
    plain = random_gaussian(2, 2)
    for given, unit in ((model, 2.0), (plain, 0.0)):
        clamp = given.standardise(masked)
        held = BlockGibbs(1).sample(given, 3, clamp=clamp).visible == [99.0, unit]
        assert (held == [False, True]).all()
    for ask in (model.standardise, model.restore):
        with pytest.raises(ValueError, match=r"[xv]: got shape \(3,\), expected \(…, 2\)"):
            ask(np.zeros(3))
    assert np.array_equal(plain.restore(x), x)
    assert np.array_equal(plain.standardise(x), x)


# -- bad input ------------------------------------------------------------------------------

GOOD = {
    "weights": np.zeros((3, 2)), "visible_bias": np.zeros(3), "hidden_bias": np.zeros(2),
    "sigma": np.ones(3),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": np.zeros(3)}, r"weights: got shape \(3,\), expected \(any, any\)"),
        ({"weights": np.zeros((3, 0))}, r"weights: got shape \(3, 0\), expected at least one"),
        ({"weights": np.full((3, 2), 1e39)}, r"weights: got 1e\+39, beyond the range of float32"),
        ({"visible_bias": np.zeros(2)}, r"visible_bias: got shape \(2,\), expected \(3\)"),
        ({"hidden_bias": [0.0, np.inf]}, r"hidden_bias: got inf at index \(1,\)"),
        ({"sigma": np.ones(2)}, r"sigma: got shape \(2,\), expected \(\) or \(3\)"),
        ({"sigma": [1.0, 0.0, 1.0]}, r"sigma: got 0\.0 at index 1, expected more than 0"),
        ({"sigma": -1.0}, r"sigma: got -1\.0 at index 0, expected more than 0"),
        ({"sigma": 1e-60}, r"sigma: got 0\.0 at index 0, expected more than 0"),
        ({"data_mean": np.zeros(3)}, "data_scale: got None, expected data_mean and data_scale"),
        ({"data_scale": np.ones(3)}, "data_mean: got None, expected data_mean and data_scale"),
        (
            {"data_mean": np.zeros(3), "data_scale": [1.0, 1.0, 0.0]},
            r"data_scale: got 0\.0 at index 2, expected more than 0",
        ),
        (
            {"data_mean": np.zeros(2), "data_scale": np.ones(3)},
            r"data_mean: got shape \(2,\), expected \(3\)",
        ),
    ],
)
def test_bad_parameters(change, message):
    with pytest.raises(ValueError, match=message):
        GaussianRBM(**(GOOD | change))


def test_bad_states_and_tilts():
    model = GaussianRBM(**GOOD)
    with pytest.raises(ValueError, match=r"v: got shape \(2,\), expected \(3\) or \(any, 3\)"):
        model.free_energy(np.zeros(2))
    with pytest.raises(ValueError, match="h: got 3 rows, expected 4 as v has"):
        model.energy(np.zeros((4, 3)), np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"v: got nan at index \(1,\)"):
        model.free_energy([0.0, np.nan, 1.0])
    for bad in (0.0, -1.0):
        with pytest.raises(ValueError, match=rf"sigma: got {bad}, expected more than 0"):
            model.tilt(np.zeros(3), 0.5, bad)
    with pytest.raises(ValueError, match="sigma: got 1e-200, expected alpha²/sigma² to be finite"):
        model.tilt(np.zeros(3), 0.5, 1e-200)
    with pytest.raises(ValueError, match=r"alpha: got shape \(2,\), expected \(\) or \(4\)"):
        model.tilt(np.zeros((4, 3)), [0.5, 0.5], 0.5)
    batch = model.tilt(np.zeros((4, 3)), 0.5, 0.5)
    with pytest.raises(ValueError, match=r"v: got shape \(5, 3\), expected \(3\) or \(4, 3\)"):
        batch.free_energy(np.zeros((5, 3)))


def test_real_units_have_no_ising_form():
    model = GaussianRBM(**GOOD)
    for ask in (lambda: to_ising(model), lambda: Annealer().sample(model, 2)):
        with pytest.raises(TypeError, match=r"only binary units have an Ising .* LatentModel"):
            ask()
