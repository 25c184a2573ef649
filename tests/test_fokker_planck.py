"""The noised density satisfies the Fokker–Planck equation, and both SDEs follow it.

Four computations that share nothing but the model: the enumerated density, its equation on a
grid, the paths of the forward SDE and those of the reverse SDE.
"""

import math
import sys

import numpy as np
import pytest
from scipy import stats

from helpers.gaussian import random_gaussian
from helpers.models import random_bernoulli, states, visible_probabilities
from scorerbm import BernoulliRBM, CosineSchedule, LinearSchedule
from scorerbm.fokker_planck import (
    FokkerPlanck,
    compare_densities,
    forward_sde,
    noised_density,
    solver,
)
from scorerbm.plot import plot_densities

ONE = BernoulliRBM([[1.5, -1.0]], [-0.8], [0.3, 0.2])
TWO = BernoulliRBM([[5.0, 1.0], [5.0, -1.0]], [-2.5, -2.5], [-5.3, 0.0])
SCHEDULE = LinearSchedule(0.1, 20.0)
TIMES = np.array([0.1, 0.2, 0.5, 1.0])
MODELS = pytest.mark.parametrize("model", [ONE, TWO], ids=["1d", "2d"])


class TooWide(LinearSchedule):
    """The wrong closed form: σ² too large by a fifth."""

    def sigma(self, t):
        return math.sqrt(1.2) * super().sigma(t)


# -- the closed form ------------------------------------------------------------------------


@MODELS
def test_closed_form_is_the_enumerated_mixture(model):
    v = np.random.default_rng(0).standard_normal((50, model.n_visible))
    for t in TIMES:
        alpha, sigma = SCHEDULE.alpha(t), SCHEDULE.sigma(t)
        points = alpha * states(model.n_visible)
        each = stats.norm.pdf(v[:, None, :], points, sigma).prod(axis=2)
        expected = each @ visible_probabilities(model)
        assert np.allclose(noised_density(model, v, t, SCHEDULE), expected, rtol=1e-12)
        assert np.shape(noised_density(model, v[0], t, SCHEDULE)) == ()


def test_closed_form_of_more_units():
    """At t near 0 all but one term vanish at a data point."""
    model = random_bernoulli(6, 3, seed=2)
    v, t = states(6), 1e-3
    found = noised_density(model, SCHEDULE.alpha(t) * v, t, SCHEDULE)
    peak = (2.0 * np.pi * SCHEDULE.sigma(t) ** 2) ** -3
    assert np.allclose(found / peak, visible_probabilities(model), rtol=1e-9)


def largest_residual(model, schedule):
    """|∂p/∂t - ½β(∇·(vp) + Δp)| over |∂p/∂t|, the largest of each; fourth-order differences."""
    points = np.random.default_rng(1).uniform(-1.5, 2.5, (200, model.n_visible))

    def first(f, h):
        return (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h)

    def second(f, h):
        return (16.0 * (f(h) + f(-h)) - (f(2.0 * h) + f(-2.0 * h)) - 30.0 * f(0.0)) / (12.0 * h**2)

    worst, largest = 0.0, 0.0
    for t in (0.15, 0.3, 0.6):

        def p(shift=0.0, later=0.0, t=t):
            return noised_density(model, points + shift, t + later, schedule)

        spread = np.zeros(len(points))
        for e in np.eye(model.n_visible):
            spread += first(lambda x, e=e, p=p: (points + x * e) @ e * p(x * e), 1e-3)
            spread += second(lambda x, e=e, p=p: p(x * e), 1e-3)
        change = first(lambda x, p=p: p(later=x), 1e-4)
        worst = max(worst, np.abs(change - 0.5 * schedule.noise_rate(t) * spread).max())
        largest = max(largest, np.abs(change).max())
    return worst / largest


@MODELS
def test_closed_form_satisfies_the_equation(model):
    assert largest_residual(model, SCHEDULE) < 1e-6
    assert largest_residual(model, CosineSchedule()) < 1e-6
    assert largest_residual(model, TooWide(0.1, 20.0)) > 1e-2


# -- the solver -----------------------------------------------------------------------------


def errors(model, cells):
    """Largest error of the solution on finer and finer grids."""
    found = []
    for n in cells:
        equation = FokkerPlanck(model, SCHEDULE, cells_per_unit=n, start_time=0.1)
        solved, exact = equation.solve(TIMES), equation.closed_form(TIMES)
        found.append(np.abs(solved.values - exact.values).max())
    return np.array(found)


@MODELS
def test_solution_converges_at_second_order(model):
    error = errors(model, [8, 16, 32])
    orders = np.log2(error[:-1] / error[1:])
    assert np.allclose(orders, 2.0, atol=0.1)
    assert error[-1] < 2e-4


@MODELS
def test_a_wrong_equation_does_not_converge(model, monkeypatch):
    """Without the ½ the same check fails: it compares two different things."""
    right = FokkerPlanck._clock
    monkeypatch.setattr(FokkerPlanck, "_clock", lambda self, t: 2.0 * right(self, t))
    error = errors(model, [8, 16, 32])
    assert error[-1] > 0.5 * error[0] > 1e-2


@MODELS
def test_mass_is_conserved_and_densities_are_positive(model):
    solved = FokkerPlanck(model, SCHEDULE).solve(np.linspace(1e-3, 1.0, 9))
    assert np.allclose(solved.mass, 1.0, rtol=0.0, atol=1e-11)
    assert solved.values.min() > -1e-13 * solved.values.max()
    volume = np.diff(solved.edges)[0] ** model.n_visible
    sums = solved.values.reshape(9, -1).sum(axis=1)
    assert np.allclose(sums * volume, solved.mass)


@MODELS
def test_a_density_far_from_the_deltas_needs_no_fine_start(model):
    """Cell averages are exact however narrow the start: deltas a fraction of a cell wide."""
    equation = FokkerPlanck(model, SCHEDULE, start_time=1e-6)
    solved, exact = equation.solve([0.2, 1.0]), equation.closed_form([0.2, 1.0])
    assert np.allclose(solved.values, exact.values, rtol=0.0, atol=5e-4)


def test_spectrum_is_that_of_the_ornstein_uhlenbeck_process():
    """Eigenvalues 0, -1, -2 … of (vp)' + p'', at second order; the Gaussian is stationary."""
    low = [FokkerPlanck(ONE, SCHEDULE, n)._axis.spectrum[0][-5:][::-1] for n in (16, 32)]
    exact = -np.arange(5.0)
    assert np.allclose(low[1], exact, atol=2e-3)
    ratio = (low[0] - exact)[1:4] / (low[1] - exact)[1:4]
    assert np.allclose(ratio, 4.0, atol=0.1)
    axis = FokkerPlanck(ONE, SCHEDULE)._axis
    gaussian = np.exp(-0.5 * axis.centres**2)
    rates, to_modes, from_modes = axis.spectrum
    later = from_modes @ (np.exp(3.0 * rates) * (to_modes @ gaussian))
    assert np.allclose(later, gaussian, rtol=0.0, atol=1e-12)


def test_axes_are_the_units_in_order():
    """Unit 0 is nearly always on and unit 1 nearly always off."""
    model = BernoulliRBM(np.zeros((2, 1)), [5.0, -5.0], [0.0])
    solved = FokkerPlanck(model, SCHEDULE).solve(0.05)
    first, second = np.unravel_index(solved.values[0].argmax(), solved.values[0].shape)
    assert solved.centres[first] == pytest.approx(1.0, abs=0.05)
    assert solved.centres[second] == pytest.approx(0.0, abs=0.05)


def test_averages_over_cells():
    equation = FokkerPlanck(ONE, SCHEDULE, cells_per_unit=64)
    averaged = equation.closed_form(0.2)
    points = noised_density(ONE, averaged.centres[:, None], 0.2, SCHEDULE)
    assert np.allclose(averaged.values[0], points, atol=1e-4)
    assert averaged.mass == pytest.approx(1.0, abs=1e-14)


# -- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: FokkerPlanck("rbm", SCHEDULE), TypeError, "model: got str, expected a Bernoulli"),
        (
            lambda: FokkerPlanck(random_gaussian(1, 1), SCHEDULE),
            TypeError,
            "model: got GaussianRBM, expected a BernoulliRBM",
        ),
        (
            lambda: FokkerPlanck(random_bernoulli(3, 1), SCHEDULE),
            ValueError,
            "model: got 3 visible units, expected at most 2",
        ),
        (
            lambda: FokkerPlanck(ONE.tilt(np.zeros((4, 1)), 0.5, 0.5), SCHEDULE),
            ValueError,
            "model: got a batch of 4 models, expected one",
        ),
        (lambda: FokkerPlanck(ONE, 0.5), TypeError, "schedule: got float, expected a Schedule"),
        (lambda: FokkerPlanck(ONE, SCHEDULE, 1), ValueError, "cells_per_unit: got 1, expected at"),
        (lambda: FokkerPlanck(ONE, SCHEDULE, margin=1), ValueError, "margin: got 1, expected at"),
        (
            lambda: FokkerPlanck(ONE, SCHEDULE, start_time=0.0),
            ValueError,
            r"start_time: got 0\.0, expected more than 0",
        ),
        (
            lambda: FokkerPlanck(ONE, LinearSchedule(0.0), start_time=1e-200),
            ValueError,
            "start_time: got 1e-200, where the schedule has added no noise",
        ),
        (
            lambda: FokkerPlanck(ONE, SCHEDULE, start_time=0.1).solve([0.05, 0.2]),
            ValueError,
            r"times: got values from 0\.05 to 0\.2, expected \[start_time, 1\] = \[0\.1, 1\]",
        ),
        (
            lambda: noised_density(random_bernoulli(17, 1), np.zeros(17), 0.5, SCHEDULE),
            ValueError,
            "model: got 17 visible units, expected at most 16",
        ),
        (
            lambda: noised_density(ONE, np.zeros(2), 0.5, SCHEDULE),
            ValueError,
            r"v: got shape \(2,\), expected \(1\) or \(any, 1\)",
        ),
        (lambda: noised_density(ONE, [0.0], 0.0, SCHEDULE), ValueError, r"t: got 0\.0"),
        (lambda: noised_density(ONE, [0.0], 0.5, "linear"), TypeError, "schedule: got str"),
        (
            lambda: noised_density(ONE, [0.0], 1e-200, LinearSchedule(0.0)),
            ValueError,
            "t: got 1e-200, where the schedule has added no noise",
        ),
        (
            lambda: forward_sde(ONE, SCHEDULE, [0.2, 0.1], 10),
            ValueError,
            r"times: got \[0\.2 0\.1\], expected increasing times in \(0, 1\]",
        ),
        (lambda: forward_sde(ONE, SCHEDULE, [], 10), ValueError, r"times: got \[\]"),
        (lambda: forward_sde(ONE, None, [0.1], 10), TypeError, "schedule: got NoneType"),
        (lambda: forward_sde(ONE, SCHEDULE, [0.1], 0), ValueError, "n_samples: got 0"),
        (lambda: forward_sde(ONE, SCHEDULE, [0.1], 9, n_steps=0), ValueError, "n_steps: got 0"),
        (lambda: compare_densities(ONE, cells_per_bin=0), ValueError, "cells_per_bin: got 0"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_missing_extras_are_named(monkeypatch):
    for module in ("scipy", "scipy.linalg", "scipy.special", "matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, module, None)
    equation = solver.FokkerPlanck(ONE, SCHEDULE)
    for call in (lambda: equation.solve(0.5), lambda: equation.closed_form(0.5)):
        with pytest.raises(ImportError, match=r'needs scipy: pip install "scorerbm\[pde\]"'):
            call()
    with pytest.raises(ImportError, match=r'plots need matplotlib: pip install "scorerbm\[plot\]"'):
        plot_densities(None)
