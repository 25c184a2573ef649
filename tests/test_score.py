"""The score is the gradient of ln p_t, for both families of visible units.

p_t is enumerated and its gradient a difference quotient: neither uses the code under test.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from helpers.densities import bernoulli_density, gaussian_density, gradient
from helpers.gaussian import random_gaussian
from helpers.models import random_bernoulli, states
from scorerbm import (
    CosineSchedule,
    ExactDenoiser,
    GibbsDenoiser,
    LinearSchedule,
    SNRSchedule,
    score,
)
from scorerbm.denoise import Denoiser, PosteriorMean, tweedie

SCHEDULES = [LinearSchedule(0.1, 20.0), CosineSchedule(), SNRSchedule(1e3, 1e-3)]
TIMES = [0.05, 0.3, 0.7, 1.0]
SIZES = [(1, 1), (4, 3), (3, 6), (6, 6)]
FAMILIES = {
    "bernoulli": (random_bernoulli, bernoulli_density),
    "gaussian": (random_gaussian, gaussian_density),
}


def largest_error(family, size, schedule, t, denoiser):
    """Largest error of the score over states drawn where p_t is, relative to its scale 1/σ."""
    make, density = FAMILIES[family]
    model = make(*size, seed=sum(size))
    alpha, sigma = float(schedule.alpha(t)), float(schedule.sigma(t))
    rng = np.random.default_rng(0)
    v0 = rng.integers(0, 2, (20, model.n_visible))
    v_t = alpha * v0 + sigma * rng.standard_normal(v0.shape)
    expected = gradient(density(model, alpha, sigma), v_t, 1e-3 * sigma)
    return sigma * np.abs(score(model, v_t, t, schedule, denoiser) - expected).max()


class _Untilted(PosteriorMean):
    def mean(self, v_t, alpha, sigma):
        """Exact but for the tilt: E[v₀] in place of E[v₀ | v_t], b in place of b̃."""
        log_weight = self.model.enumerate_hidden(backend=self.particles.backend)
        weight = np.exp(log_weight - log_weight.max())
        mean = weight @ self.model.visible_mean(states(self.model.n_hidden)) / weight.sum()
        return np.broadcast_to(mean, v_t.shape)


@dataclass(frozen=True)
class UntiltedDenoiser(Denoiser):
    """The negative control."""

    def bind(self, model, particles):
        return _Untilted(model, particles)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_score_is_the_gradient_of_the_noised_density(family, size, schedule):
    for t in TIMES:
        assert largest_error(family, size, schedule, t, ExactDenoiser()) < 1e-7
    assert largest_error(family, size, schedule, 0.3, UntiltedDenoiser()) > 1e-2


def test_exact_is_the_default():
    model, schedule = random_bernoulli(4, 3), LinearSchedule()
    v = np.random.default_rng(1).standard_normal((5, 4))
    assert np.array_equal(
        score(model, v, 0.4, schedule), score(model, v, 0.4, schedule, ExactDenoiser())
    )


def test_tweedie():
    """With a point mass at x the noised density is one Gaussian around αx."""
    v, x, alpha, sigma = 0.3, 1.0, 0.8, 0.6
    of_state, of_mean = tweedie(alpha, sigma)
    assert of_state * v + of_mean * x == pytest.approx(-(v - alpha * x) / sigma**2)


def test_seed_and_batch_split():
    """An estimate depends on the seed and on the row's number, not on its company."""
    model, schedule = random_bernoulli(4, 3), LinearSchedule()
    v = np.random.default_rng(2).standard_normal((6, 4))
    ask = {"denoiser": GibbsDenoiser(3), "schedule": schedule, "t": 0.4}
    whole = score(model, v, seed=1, **ask)
    assert np.array_equal(score(model, v[:4], seed=1, **ask), whole[:4])
    assert np.array_equal(score(model, v, seed=1, n_threads=3, **ask), whole)
    assert np.array_equal(score(model, v, seed=1, backend="reference", **ask), whole)
    assert not np.array_equal(score(model, v, seed=2, **ask), whole)
    assert np.array_equal(score(model, v[0], seed=1, **ask), whole[0])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"model": "rbm"}, TypeError, "model: got str, expected RBM"),
        ({"schedule": 0.5}, TypeError, "schedule: got float, expected Schedule"),
        ({"denoiser": "gibbs"}, TypeError, "denoiser: got str, expected Denoiser"),
        ({"v_t": np.zeros(3)}, ValueError, r"v_t: got shape \(3,\), expected \(4\) or \(any, 4\)"),
        ({"v_t": np.zeros((2, 3))}, ValueError, r"v_t: got shape \(2, 3\), expected"),
        ({"v_t": np.full((2, 4), np.nan)}, ValueError, r"v_t: got nan at index \(0, 0\)"),
        ({"t": 0.0}, ValueError, r"t: got 0\.0, expected more than 0"),
        ({"t": 1.1}, ValueError, r"t: got 1\.1, expected at most 1"),
        ({"t": 1e-200, "schedule": LinearSchedule(0.0)}, ValueError, "t: got 1e-200, where"),
        ({"seed": -1}, ValueError, "seed: got -1"),
        ({"backend": "gpu"}, ValueError, "backend: got 'gpu', expected one of"),
        ({"n_threads": 0}, ValueError, "n_threads: got 0, expected at least 1"),
    ],
)
def test_bad_input(change, error, message):
    good = {"model": random_bernoulli(4, 3), "v_t": np.zeros((2, 4)), "t": 0.5}
    with pytest.raises(error, match=message):
        score(**({"schedule": SCHEDULES[0]} | good | change))
