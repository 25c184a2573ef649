"""Paths of the forward and of the reverse SDE follow the enumerated density."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from helpers.models import states, visible_probabilities
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square, kolmogorov_smirnov
from scorerbm import BernoulliRBM, GibbsDenoiser, LinearSchedule, ReverseSDE
from scorerbm.fokker_planck import compare_densities, forward_sde
from scorerbm.plot import plot_densities

ONE = BernoulliRBM([[1.5, -1.0]], [-0.8], [0.3, 0.2])
TWO = BernoulliRBM([[5.0, 1.0], [5.0, -1.0]], [-2.5, -2.5], [-5.3, 0.0])
MODELS = pytest.mark.parametrize("model", [ONE, TWO], ids=["1d", "2d"])
SCHEDULE = LinearSchedule(0.1, 20.0)
TIMES = np.array([0.1, 0.2, 0.5, 1.0])
EDGES = np.array([-np.inf, *np.linspace(-1.5, 2.5, 7), np.inf])
N_PATHS = 8000


class TooWide(LinearSchedule):
    """The wrong closed form: σ² too large by three tenths."""

    def sigma(self, t):
        return math.sqrt(1.3) * super().sigma(t)


def cell_probabilities(model, t, schedule):
    """P(v_t in each cell) of the enumerated mixture, by differences of its cdf."""
    alpha, sigma = float(schedule.alpha(t)), float(schedule.sigma(t))
    masses = [np.diff(stats.norm.cdf(EDGES, alpha * bit, sigma)) for bit in (0, 1)]
    total = 0.0
    for v0, p in zip(states(model.n_visible), visible_probabilities(model), strict=True):
        cell = masses[int(v0[0])]
        for bit in v0[1:]:
            cell = np.multiply.outer(cell, masses[int(bit)])
        total = total + p * cell
    return total


def histogram_p_value(model, times, paths, schedule=SCHEDULE):
    """χ² of the cells at every time; in one dimension the Kolmogorov–Smirnov test too."""
    found = []
    for t, v in zip(times, paths, strict=True):
        counts = np.histogramdd(v, bins=[EDGES] * model.n_visible)[0]
        found.append(chi_square(counts, cell_probabilities(model, t, schedule)))
        if model.n_visible == 1:
            alpha, sigma = float(schedule.alpha(t)), float(schedule.sigma(t))
            p = visible_probabilities(model)
            found.append(
                kolmogorov_smirnov(
                    v,
                    lambda x, a=alpha, s=sigma, p=p: (
                        p[0] * stats.norm.cdf(x / s) + p[1] * stats.norm.cdf((x - a) / s)
                    ),
                )
            )
    return bonferroni(found)


def forward_p_value(model, schedule=SCHEDULE):
    paths = forward_sde(model, SCHEDULE, TIMES, N_PATHS, n_steps=1000, seed=3)
    return histogram_p_value(model, paths.times, paths.states, schedule)


def reverse_p_value(model, denoiser, schedule=SCHEDULE):
    sampler = ReverseSDE(500, SCHEDULE, denoiser, keep_every=50)
    trajectory = sampler.sample(model, N_PATHS // 2, seed=3).trajectory
    kept = [4, 7, 8, 9]  # of times 1.0, 0.9 …: 0.6 and 0.3, 0.2, 0.1
    return histogram_p_value(model, trajectory.times[kept], trajectory.states[kept], schedule)


@MODELS
def test_forward_sde_follows_the_density(model):
    assert forward_p_value(model) > ACCEPT
    assert forward_p_value(model, TooWide(0.1, 20.0)) < REJECT


@MODELS
def test_reverse_sde_follows_the_density(model):
    assert reverse_p_value(model, GibbsDenoiser(2)) > ACCEPT
    assert reverse_p_value(model, GibbsDenoiser(2), TooWide(0.1, 20.0)) < REJECT


def test_a_chain_that_forgets_does_not_follow_it():
    assert reverse_p_value(TWO, GibbsDenoiser(2, keep_chain=False)) < REJECT


def without_root():
    """A module ``math`` or ``numpy`` in which √(βΔ) is βΔ."""
    names = {name: getattr(np, name) for name in ("zeros", "full", "uint8")}
    return SimpleNamespace(sqrt=lambda x: x, ceil=math.ceil, **names)


@MODELS
def test_noise_without_its_square_root_is_rejected(model, monkeypatch):
    monkeypatch.setattr("scorerbm.fokker_planck.forward.math", without_root())
    assert forward_p_value(model) < REJECT
    monkeypatch.setattr("scorerbm.sample.reverse_sde.np", without_root())
    assert reverse_p_value(model, GibbsDenoiser(2)) < REJECT


def test_forward_paths_are_reproducible():
    def run(**options):
        return forward_sde(TWO, SCHEDULE, [0.1, 0.3], 20, n_steps=30, seed=5, **options).states

    assert run().shape == (2, 20, 2)
    for options in ({"n_threads": 3}, {"backend": "reference"}):
        assert np.array_equal(run(**options), run())
    other = forward_sde(TWO, SCHEDULE, [0.1, 0.3], 20, n_steps=30, seed=6).states
    assert not np.array_equal(other, run())


# -- the comparison and its picture ---------------------------------------------------------


@MODELS
def test_four_ways_agree(model):
    found = compare_densities(
        model, times=(0.1, 1.0), n_samples=4000, n_steps=300, cells_per_unit=16, cells_per_bin=4
    )
    assert np.allclose(found.times, [0.1, 1.0], atol=0.005)
    exact = found.closed_form
    assert np.allclose(found.solved.values, exact.values, rtol=0.0, atol=0.05 * exact.values.max())
    for histogram in (found.forward, found.reverse):
        assert np.array_equal(histogram.edges, exact.edges[::4])
        assert np.allclose(histogram.mass, 1.0, atol=2e-3)  # a few paths may leave the grid


@MODELS
def test_picture(model, tmp_path):
    found = compare_densities(
        model, times=(0.1, 0.3, 1.0), n_samples=500, n_steps=20, cells_per_unit=8, cells_per_bin=2
    )
    figure = plot_densities(found)
    n_columns = 3 if model is ONE else 4
    panels = np.array([a for a in figure.axes if a.get_subplotspec() is not None])
    assert panels.size == 3 * n_columns
    panels = panels.reshape(3, n_columns)
    for row in range(3):
        for panel, way in zip(panels[row, -2:], (found.forward, found.reverse), strict=True):
            if model is ONE:
                drawn = panel.patches[0].get_data().values
            else:
                drawn = panel.images[0].get_array().T
            assert np.array_equal(drawn, way.values[row])
    assert [panel.get_title() for panel in panels[0, -2:]] == ["forward SDE", "reverse SDE"]
    path = tmp_path / "picture.png"
    figure.savefig(path, dpi=40)
    assert path.read_bytes().startswith(b"\x89PNG")
