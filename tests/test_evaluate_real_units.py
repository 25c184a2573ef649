"""Evaluation asks a family for its energies only: a Gaussian one, against its exact mixture."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from helpers.gaussian import components, exact_parameters, log_z, random_gaussian
from helpers.statistics import ACCEPT, REJECT, bonferroni, kolmogorov_smirnov, mean_test, z_test
from scorerbm import GaussianRBM
from scorerbm.evaluate import (
    UnitsWarning,
    annealed_importance,
    exact_moments,
    log_likelihood,
    log_partition,
    mean_free_energy_gap,
    mmd,
    moment_error,
    pseudo_likelihood,
    pseudo_log_likelihood,
    reverse_annealed_importance,
    sample_moments,
)


class ForgottenWidths(GaussianRBM):
    """Wrong: the ln Z of the start misses the Gaussian integral of one unit."""

    def hidden_free_energy(self, h):
        return super().hidden_free_energy(h) + 0.5 * np.log(2.0 * np.pi * self.sigma[0] ** 2)


MODELS = [random_gaussian(3, 3, seed=seed) for seed in (1, 2, 3)]


def draw(model, n, seed):
    rng, (p, mean) = np.random.default_rng(seed), components(model)
    rows = rng.choice(len(p), n, p=p)
    return mean[rows] + model.sigma * rng.standard_normal((n, model.n_visible))


def density(model, v):
    (p, mean), width = components(model), exact_parameters(model)[3]
    each = stats.norm.pdf(v[:, None, :], mean[None], width).prod(axis=2)
    return each @ p


def test_log_likelihood_is_that_of_the_mixture():
    model = MODELS[0]
    v = draw(model, 50, 1)
    np.testing.assert_allclose(log_likelihood(model, v), np.log(density(model, v)), rtol=1e-10)


@pytest.mark.parametrize("model", MODELS)
def test_moments_are_those_of_the_mixture(model):
    (p, mean), width = components(model), exact_parameters(model)[3]
    second = (mean * p[:, None]).T @ mean + np.diag(width**2)
    moments = exact_moments(model)
    np.testing.assert_allclose(moments.first, p @ mean, rtol=1e-10)
    np.testing.assert_allclose(moments.second, second, rtol=1e-10)
    without_widths = replace(moments, second=second - np.diag(width**2))
    few, many = (sample_moments(draw(model, n, 2)) for n in (100, 100_000))
    assert moment_error(many, moments) < moment_error(few, moments)
    assert moment_error(many, moments) < 0.1 * moment_error(many, without_widths)


def calibration(family, reverse):
    z = []
    for parameters in (model.parameters for model in MODELS):
        model = family(**parameters)
        truth = log_z(model)
        for seed in range(10):
            options = {"n_temperatures": 150, "seed": seed}
            if reverse:
                a = reverse_annealed_importance(model, draw(model, 400, seed), **options)
            else:
                a = annealed_importance(model, n_runs=400, **options)
            z.append((a.value - truth) / a.standard_error)
    each = (z_test(x, 0.0, 1.0) for x in z)
    return bonferroni([kolmogorov_smirnov(np.array(z), stats.norm.cdf), *each])


@pytest.mark.parametrize("reverse", [False, True])
def test_annealing_meets_enumeration_within_its_error(reverse):
    assert calibration(GaussianRBM, reverse) > ACCEPT
    assert calibration(ForgottenWidths, reverse) < REJECT


def test_discrepancy_and_free_energy_gap_of_real_states():
    model = MODELS[1]
    pairs = [(draw(model, 30, 2 * k), draw(model, 40, 2 * k + 1)) for k in range(150)]
    same = [
        [mmd(x, y, bandwidth=2.0) for x, y in pairs],
        [mean_free_energy_gap(model, x, y) for x, y in pairs],
    ]
    moved = [
        [mmd(x + 1.0, y, bandwidth=2.0) for x, y in pairs],
        [mean_free_energy_gap(model, x + 1.0, y) for x, y in pairs],
    ]
    assert bonferroni(mean_test(x, 0.0) for x in same) > ACCEPT
    assert max(mean_test(x, 0.0) for x in moved) < REJECT


def test_likelihoods_in_the_units_of_the_data():
    model = random_gaussian(3, 3, seed=4, data=True)
    v = draw(model, 50, 1)
    x = model.restore(v)
    p, mean = components(model)
    centre, width = model.restore(mean), exact_parameters(model)[3] * model.data_scale
    want = np.log(stats.norm.pdf(x[:, None, :], centre[None], width).prod(axis=2) @ p)
    np.testing.assert_allclose(log_likelihood(model, x, units="data"), want, rtol=1e-9)
    # Negative control: without the change of variables, and it is no small one.
    assert np.abs(log_likelihood(model, v) - want).min() > 1.0
    same = random_gaussian(3, 3, seed=4)  # not told of data
    assert np.array_equal(log_likelihood(same, v, units="data"), log_likelihood(same, v))
    with pytest.raises(ValueError, match="units: got 'both', expected one of"):
        log_likelihood(model, v, units="both")


def test_rows_that_were_not_standardised_are_noticed():
    """No false alarm: samples of the model, few rows, and data whose scale is already 1."""
    for seed in range(20):
        model = random_gaussian(4, 3, seed=seed, data=True)
        v = draw(model, 20 + 10 * seed, seed)
        x = 10.0 + 3.0 * v
        known = {"data_mean": x.mean(axis=0), "data_scale": x.std(axis=0)}
        model = GaussianRBM(**model.parameters, **known)  # of data that are its own samples
        with pytest.warns(UnitsWarning, match=r'model\.standardise\(x\), or units="data"'):
            log_likelihood(model, x)
        log_likelihood(model, x, units="data")
        log_likelihood(model, model.standardise(x))
        log_likelihood(model, v)
        log_likelihood(model, x[:5])
        log_likelihood(model, np.zeros((30, 4)))
        alike = GaussianRBM(
            **model.parameters, data_mean=v.mean(axis=0) / 10.0, data_scale=np.full(4, 1.1)
        )
        log_likelihood(alike, v)


@pytest.mark.parametrize("widths", [1.0, 0.4])
def test_pseudo_likelihood_is_that_of_the_mixture(widths):
    """p(v_i | the others) is a mixture of the components that the others weigh."""
    w, _, _, s = exact_parameters(random_gaussian(3, 4, seed=2))
    model = GaussianRBM(w, -0.5 * w.sum(axis=1), np.zeros(4), widths * s)  # components in pairs
    v = draw(model, 20, 3)
    (p, mean), width = components(model), exact_parameters(model)[3]
    each = stats.norm.logpdf(v[:, None, :], mean[None], width)
    want = np.zeros(len(v))
    for i in range(3):
        others = np.log(p) + each.sum(axis=2) - each[:, :, i]
        want += np.logaddexp.reduce(others + each[:, :, i], axis=1)
        want -= np.logaddexp.reduce(others, axis=1)
    np.testing.assert_allclose(pseudo_log_likelihood(model, v), want, rtol=1e-7, atol=1e-7)
    # Negative control: the marginals, which the other units do not enter.
    assert np.abs(np.log(np.exp(each).transpose(0, 2, 1) @ p).sum(axis=1) - want).max() > 0.1
    # Of some units a row, evenly spread, it is an estimate of the same mean.
    many = draw(model, 3000, 4)
    all_of_them, some = (pseudo_log_likelihood(model, many, n) for n in (None, 1))
    error = np.std(some - all_of_them) / np.sqrt(len(many))
    assert abs(some.mean() - all_of_them.mean()) < 4.0 * error


def test_pseudo_likelihood_does_not_depend_on_what_is_at_hand_at_once(monkeypatch):
    model = random_gaussian(5, 4, seed=2)
    v = draw(model, 41, 3)
    want = [pseudo_log_likelihood(model, v, n) for n in (None, 2)]
    assert not np.allclose(*want)
    for numbers, points in ((64, 128), (64, 3), (1 << 18, 7)):
        monkeypatch.setattr(pseudo_likelihood, "_NUMBERS_AT_ONCE", numbers)
        monkeypatch.setattr(pseudo_likelihood, "_POINTS_AT_ONCE", points)
        got = [pseudo_log_likelihood(model, v, n) for n in (None, 2)]
        np.testing.assert_allclose(got, want, rtol=1e-12)


def test_means_far_apart_take_little_memory():
    """Two narrow Gaussians 1024 widths apart, each of half the weight."""
    model = GaussianRBM([[64.0]], [0.0], [-(2.0**19)], [2.0**-4])
    tracemalloc.start()
    try:
        found = pseudo_log_likelihood(model, np.zeros((8000, 1)))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    density = stats.norm.logpdf(0.0, 0.0, model.sigma[0]) - np.log(2.0)
    np.testing.assert_allclose(found, density, rtol=1e-7)
    assert most < 40e6  # all densities at once are 66 MB


def test_a_layer_of_real_units_is_never_enumerated():
    model = random_gaussian(1, 4)
    assert log_partition(model, "exact", max_units=4).method == "exact"
    with pytest.raises(ValueError, match="model: got 4 units"):
        log_partition(model, "exact", max_units=3)
    with pytest.raises(ValueError, match="v: got nan"):
        log_likelihood(model, [[np.nan]])
