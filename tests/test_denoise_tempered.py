"""The tempered posterior chain against the enumerated posterior of a model with two modes."""

import numpy as np
import pytest

from helpers.gaussian import random_gaussian
from helpers.models import joint_log_weights, random_bernoulli, states
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square_states, mean_test
from scorerbm import BernoulliRBM, ExactDenoiser, GibbsDenoiser, ReverseSDE, TemperedDenoiser
from scorerbm.backends.reference import ReferenceBackend
from scorerbm.denoise.base import Particles
from scorerbm.denoise.tempered import _TemperedMean

ALPHA, SIGMA = 0.3, 0.95
BETAS = (0.0, 0.15, 0.35, 0.6, 1.0)
N_PARTICLES = 4000


def two_modes(n_visible=6, coupling=8.0):
    """All units on or all off, one hidden unit for each, weighted so that starts fall wrong."""
    w = np.full((n_visible, 1), coupling)
    b = np.linspace(-0.2, 0.1, n_visible) - 0.5 * coupling
    c = np.array([-0.5 * coupling * n_visible + 1.5])
    return BernoulliRBM(w, b, c, data_mean=np.full(n_visible, 0.5))


@pytest.fixture
def model():
    return two_modes()


@pytest.fixture
def v_t(model):
    return np.random.default_rng(3).standard_normal(model.n_visible)


def posterior(model, v_t):
    """p(v₀ | v_t) of every state."""
    v = states(model.n_visible)
    likelihood = -0.5 * np.square((v_t - ALPHA * v) / SIGMA).sum(axis=1)
    x = joint_log_weights(model) + likelihood[:, None]
    p = np.exp(x - x.max()).sum(axis=1)
    return p / p.sum()


def after(denoiser, model, v_t, *, calls=30, n=N_PARTICLES, seed=0, **where):
    """Estimates of the last call, and a draw after it."""
    estimate = denoiser.bind(model, Particles.numbered(n, seed, **where))
    batch = np.tile(v_t, (n, 1))
    for _ in range(calls):
        mean = estimate(batch, ALPHA, SIGMA)
    return mean, estimate.draw(batch, ALPHA, SIGMA)


def p_value(denoiser, model, v_t, **options):
    """Of the draws in all states, and of the estimates' means."""
    law = posterior(model, v_t)
    mean, drawn = after(denoiser, model, v_t, **options)
    expected = law @ states(model.n_visible)
    of_means = bonferroni(map(mean_test, mean.T, expected))
    return bonferroni([chi_square_states(drawn, law), of_means])


@pytest.mark.parametrize("reference", ["uniform", "data"])
def test_draws_and_means_follow_the_posterior_where_gibbs_is_stuck(reference, model, v_t):
    """The same calls of one sweep each; a Gibbs chain keeps the mode that it fell into."""
    denoiser = TemperedDenoiser(BETAS, reference=reference)
    assert p_value(denoiser, model, v_t) > ACCEPT
    assert p_value(GibbsDenoiser(), model, v_t) < REJECT


def test_several_sweeps_a_call(model, v_t):
    assert p_value(TemperedDenoiser(BETAS, 5, 3), model, v_t, calls=6) > ACCEPT


def test_the_estimate_is_that_of_enumeration(model, v_t):
    expected = ExactDenoiser().bind(model, Particles.numbered(1, 0))(v_t[None], ALPHA, SIGMA)[0]
    mean, _ = after(TemperedDenoiser(BETAS), model, v_t)
    assert bonferroni(map(mean_test, mean.T, expected)) > ACCEPT
    assert bonferroni(map(mean_test, mean.T, expected + 0.05)) < REJECT


def test_temperatures_forgotten_between_calls_are_seen(model, v_t, monkeypatch):
    """A replica that came to another temperature must stay there."""
    sound = _TemperedMean.mean

    def forgetful(self, *arguments):
        self._slots[:] = np.arange(len(BETAS))
        return sound(self, *arguments)

    monkeypatch.setattr(_TemperedMean, "mean", forgetful)
    assert p_value(TemperedDenoiser(BETAS), model, v_t) < REJECT


def test_swaps_by_the_energy_of_the_untilted_model_are_seen(model, v_t, monkeypatch):
    """Each particle's own bias must decide about the exchanges of its replicas."""
    strong = 4.0 * v_t

    def of():
        return p_value(TemperedDenoiser(BETAS), model, strong, n=1000, backend="reference")

    assert of() > ACCEPT
    sound, own = ReferenceBackend.energy, model.integers("int32")

    def untilted(self, rbm, *arguments):
        assert rbm.scale == own.scale
        return sound(self, rbm._replace(visible_bias=own.visible_bias), *arguments)

    monkeypatch.setenv("SCORERBM_PRECISION", "int32")
    assert of() > ACCEPT
    monkeypatch.setattr(ReferenceBackend, "energy", untilted)
    assert of() < REJECT


@pytest.mark.parametrize("reference", ["uniform", "data"])
def test_particles_do_not_depend_on_who_is_beside_them(reference, model, monkeypatch):
    """Different observations, in one batch, in two, and in parts of a few particles."""
    v_t = np.random.default_rng(0).normal(0.0, [[1.0]] * 6 + [[40.0]] * 5, (11, 6))
    denoiser = TemperedDenoiser(BETAS, 2, reference=reference)

    def run(rows, **where):
        estimate = denoiser.bind(model, Particles.numbered(len(rows), 0, **where))
        means = [estimate(rows, a, np.sqrt(1.0 - a * a)) for a in (0.1, 0.5, 0.9)]
        return np.concatenate([*means, estimate.draw(rows, 0.9, 0.4)], axis=1)

    whole = run(v_t)
    assert np.array_equal(np.vstack([run(v_t[:6]), run(v_t[6:], first=6)]), whole)
    assert np.array_equal(run(v_t, backend="reference"), whole)
    for name in ("_NUMBERS_AT_ONCE", "_REALS_AT_ONCE"):
        monkeypatch.setattr(f"scorerbm.denoise.tempered.{name}", 2 * len(BETAS) * 6)
    assert np.array_equal(run(v_t), whole)
    assert not np.array_equal(run(v_t[::-1]), whole)


def test_a_reverse_sde_finds_the_weights_of_the_modes(model):
    """At the end of the integration, too; with a Gibbs chain it does not."""
    p = joint_log_weights(model)
    p = np.exp(p - p.max()).sum(axis=1)
    law = p / p.sum()

    def of(denoiser):
        sampler = ReverseSDE(400, denoiser=denoiser)
        return chi_square_states(sampler.sample(model, 2000).visible, law)

    assert of(TemperedDenoiser(BETAS)) > ACCEPT
    assert of(GibbsDenoiser()) < REJECT


def test_models_and_particles_that_cannot_be_tempered():
    denoiser = TemperedDenoiser(BETAS)
    with pytest.raises(ValueError, match=r"reference: got 'uniform', expected one of \['data'\]"):
        TemperedDenoiser(BETAS, reference="uniform").bind(
            random_gaussian(3, 2), Particles.numbered(1, 0)
        )
    with pytest.raises(ValueError, match=r"reference: got 'data' for a model without data_mean"):
        TemperedDenoiser(BETAS, reference="data").bind(
            random_bernoulli(3, 2), Particles.numbered(1, 0)
        )
    with pytest.raises(ValueError, match=r"expected numbers below 858993459"):
        denoiser.bind(random_bernoulli(3, 2), Particles.numbered(1, 0, first=1 << 30))
