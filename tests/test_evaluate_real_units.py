"""Evaluation asks a family for its energies only: a Gaussian one, against its exact mixture."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from helpers.gaussian import PlainGaussianRBM, components, random_gaussian
from helpers.statistics import ACCEPT, REJECT, bonferroni, kolmogorov_smirnov, mean_test, z_test
from scorerbm.evaluate import (
    annealed_importance,
    exact_moments,
    log_likelihood,
    log_partition,
    mean_free_energy_gap,
    mmd,
    moment_error,
    reverse_annealed_importance,
    sample_moments,
)


class AnnealedGaussian(PlainGaussianRBM):
    """Between two Gaussians, precisions and precision-weighted means are interpolated."""

    def independent(self):
        w, b, c, s = self.parameters.values()
        return type(self)(np.zeros_like(w), b, np.zeros_like(c), s)

    def interpolate(self, start, beta):
        old, new = (1.0 - beta) / start.width**2, beta / self.width**2
        variance = 1.0 / (old + new)
        bias = variance * (old * start.visible_bias + new * self.visible_bias)
        weights = self.weights * (new * variance)[:, None]
        return type(self)(weights, bias, beta * self.hidden_bias, np.sqrt(variance))


class ForgottenWidths(AnnealedGaussian):
    """Wrong: the ln Z of the start misses the Gaussian integral of one unit."""

    def hidden_free_energy(self, h):
        return super().hidden_free_energy(h) + 0.5 * np.log(2.0 * np.pi * self.width[0] ** 2)


PARAMETERS = [tuple(random_gaussian(3, 3, seed=seed).parameters.values()) for seed in (1, 2, 3)]


def draw(model, n, seed):
    rng, (p, mean) = np.random.default_rng(seed), components(model)
    rows = rng.choice(len(p), n, p=p)
    return mean[rows] + model.width * rng.standard_normal((n, model.n_visible))


def density(model, v):
    p, mean = components(model)
    each = stats.norm.pdf(v[:, None, :], mean[None], model.width).prod(axis=2)
    return each @ p


def test_log_likelihood_is_that_of_the_mixture():
    model = AnnealedGaussian(*PARAMETERS[0])
    v = draw(model, 50, 1)
    np.testing.assert_allclose(log_likelihood(model, v), np.log(density(model, v)), rtol=1e-10)


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_moments_are_those_of_the_mixture(parameters):
    model = AnnealedGaussian(*parameters)
    p, mean = components(model)
    second = (mean * p[:, None]).T @ mean + np.diag(model.width**2)
    moments = exact_moments(model)
    np.testing.assert_allclose(moments.first, p @ mean, rtol=1e-10)
    np.testing.assert_allclose(moments.second, second, rtol=1e-10)
    without_widths = replace(moments, second=second - np.diag(model.width**2))
    few, many = (sample_moments(draw(model, n, 2)) for n in (100, 100_000))
    assert moment_error(many, moments) < moment_error(few, moments)
    assert moment_error(many, moments) < 0.1 * moment_error(many, without_widths)


def calibration(family, reverse):
    z = []
    for parameters in PARAMETERS:
        model = family(*parameters)
        truth = log_partition(PlainGaussianRBM(*parameters)).value
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
    assert calibration(AnnealedGaussian, reverse) > ACCEPT
    assert calibration(ForgottenWidths, reverse) < REJECT


def test_discrepancy_and_free_energy_gap_of_real_states():
    model = AnnealedGaussian(*PARAMETERS[1])
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


def test_a_layer_of_real_units_is_never_enumerated():
    model = random_gaussian(1, 4)
    assert log_partition(model, "exact", max_units=4).method == "exact"
    with pytest.raises(ValueError, match="model: got 4 units"):
        log_partition(model, "exact", max_units=3)
    with pytest.raises(ValueError, match="v: got nan"):
        log_likelihood(model, [[np.nan]])
