"""Estimators of the posterior mean against its enumeration.

Particles are independent: each test draws many with the same observation and asks whether the
mean over them is the enumerated E[v₀ | v_t].
"""

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from helpers.gaussian import exact_parameters, random_gaussian
from helpers.models import joint_log_weights, random_bernoulli, states
from helpers.statistics import (
    ACCEPT,
    REJECT,
    bonferroni,
    chi_square_states,
    kolmogorov_smirnov,
    mean_test,
    z_test,
)
from scorerbm import (
    BernoulliRBM,
    ExactDenoiser,
    GibbsDenoiser,
    GumbelDenoiser,
    LinearSchedule,
    LiteralScore,
    MeanFieldDenoiser,
    ProbabilityFlow,
    ReverseSDE,
    score,
)
from scorerbm.backends import get_backend
from scorerbm.backends.protocol import Domain
from scorerbm.denoise.base import Particles, PosteriorMean
from scorerbm.denoise.path import one_stage

ALPHA, SIGMA = 0.6, 0.8
N_PARTICLES = 3000


def name(value):
    return type(value).__name__


@pytest.fixture
def model():
    """Far enough from independent that estimators must do work to be right."""
    return random_bernoulli(5, 3, seed=8)


def observation(model):
    return np.random.default_rng(0).standard_normal(model.n_visible)


def exact_mean(model, v_t):
    """E[v₀ | v_t] from every (v, h)."""
    v = states(model.n_visible)
    likelihood = -0.5 * np.square((v_t - ALPHA * v) / SIGMA).sum(axis=1)
    x = joint_log_weights(model) + likelihood[:, None]
    p = np.exp(x - x.max()).sum(axis=1)
    return p @ v / p.sum()


def estimates(denoiser, model, v_t, *, calls=1, n=N_PARTICLES, seed=0, **where):
    """The last of some calls, (n, N)."""
    estimate = denoiser.bind(model, Particles.numbered(n, seed, **where))
    batch = np.tile(v_t, (n, 1))
    for _ in range(calls):
        out = estimate(batch, ALPHA, SIGMA)
    return out


def p_value(denoiser, model, **options):
    v_t = observation(model)
    columns = estimates(denoiser, model, v_t, **options).T
    return bonferroni(map(mean_test, columns, exact_mean(model, v_t)))


# -- each estimator -------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (3, 6)], ids=str)
def test_exact(size):
    model = random_bernoulli(*size, seed=5, scale=2.0)
    rng = np.random.default_rng(1)
    v_t = rng.standard_normal((7, model.n_visible))
    found = ExactDenoiser().bind(model, Particles.numbered(7, 0))(v_t, ALPHA, SIGMA)
    assert np.allclose(found, [exact_mean(model, row) for row in v_t], rtol=1e-12)


def test_exact_sums_few_states_at_a_time(model, monkeypatch):
    """Memory is bounded, and the sum is the same."""
    v_t = observation(model)
    whole = estimates(ExactDenoiser(), model, v_t, n=1)
    monkeypatch.setattr("scorerbm.denoise.exact._NUMBERS_AT_ONCE", 3 * model.n_visible)
    parts = estimates(ExactDenoiser(), model, v_t, n=1)
    assert np.allclose(parts, whole, rtol=1e-14)


def test_gibbs_converges_to_the_mean(model):
    """A long average, of a chain that has forgotten its start."""
    assert p_value(GibbsDenoiser(100), model, calls=2) > ACCEPT
    assert p_value(GibbsDenoiser(1), model) < REJECT


def test_a_kept_chain_converges_over_calls_and_a_restarted_one_does_not(model):
    """The same sweeps a call; only what becomes of the chain between calls differs."""
    assert p_value(GibbsDenoiser(1, keep_chain=True), model, calls=100) > ACCEPT
    assert p_value(GibbsDenoiser(1, keep_chain=False), model, calls=100) < REJECT


def test_calls_of_a_kept_chain_are_one_long_chain(model):
    v_t = observation(model)
    once = estimates(GibbsDenoiser(6), model, v_t, n=20)
    estimate = GibbsDenoiser(2).bind(model, Particles.numbered(20, 0))
    thirds = [estimate(np.tile(v_t, (20, 1)), ALPHA, SIGMA) for _ in range(3)]
    assert np.allclose(np.mean(thirds, axis=0), once, rtol=1e-6)


def unseen(total, description):
    """A progress bar that shows nothing."""
    return nullcontext(lambda *done, **shown: None)


@pytest.mark.parametrize(
    "sampler", [ReverseSDE(20), ProbabilityFlow(20)], ids=lambda s: type(s).__name__
)
def test_a_path_in_one_call_is_the_one_made_stage_by_stage(model, sampler, monkeypatch):
    whole = sampler.sample(model, 30, seed=3, first_chain=4)
    in_parts = replace(sampler, keep_every=3, progress=unseen)
    monkeypatch.setattr("scorerbm.sample.integrator._WORK_AT_ONCE", 1)
    parts = in_parts.sample(model, 30, seed=3, first_chain=4)
    monkeypatch.setattr("scorerbm.denoise.gibbs._GibbsMean.integrate", PosteriorMean.integrate)
    stages = in_parts.sample(model, 30, seed=3, first_chain=4)
    for other in (parts, stages):
        assert np.array_equal(whole.visible, other.visible)
        assert other.info["n_sweeps"] == whole.info["n_sweeps"]
        assert other.info["n_score_evaluations"] == whole.info["n_score_evaluations"]
    assert np.array_equal(parts.trajectory.states, stages.trajectory.states)


def test_the_precision_is_the_models_and_not_that_of_its_tilts(monkeypatch):
    """Tilts whose error is just below the bound of 16 bits and just above it, in one batch."""
    model = random_bernoulli(12, 40, seed=3)
    v_t = np.random.default_rng(0).standard_normal((30, 12))
    backend = get_backend("reference")
    tilts = [model.tilt(row[None], ALPHA, SIGMA) for row in v_t]
    infos = [tilt.sampling_info("int16", 1, backend=backend) for tilt in tilts]
    errors = [info["log_odds_error"] for info in infos]
    bound = float(np.median(errors))
    assert min(errors) < bound < max(errors)
    monkeypatch.setattr("scorerbm.rbm.bernoulli_grids.INT16_ERROR", bound)
    assert {tilt.integers("auto").bits for tilt in tilts} == {model.integers("auto").bits}

    def run(rows, first):
        estimate = GibbsDenoiser(20).bind(model, Particles.numbered(len(rows), 0, first=first))
        return estimate(rows, ALPHA, SIGMA)

    apart = np.vstack([run(row[None], k) for k, row in enumerate(v_t)])
    assert np.array_equal(run(v_t, 0), apart)


def test_gibbs_draws_follow_the_posterior(model):
    """The last draw of a trajectory is a state of the tilted chain."""
    v_t = observation(model)
    denoiser = GibbsDenoiser(n_final_sweeps=100)
    estimate = denoiser.bind(model, Particles.numbered(N_PARTICLES, 0))
    drawn = estimate.draw(np.tile(v_t, (N_PARTICLES, 1)), ALPHA, SIGMA)
    assert drawn.dtype == np.uint8
    assert bonferroni(map(mean_test, drawn.T, exact_mean(model, v_t))) > ACCEPT
    untilted = exact_mean(BernoulliRBM(*model.parameters.values()), 0.5 * ALPHA + 0.0 * v_t)
    assert bonferroni(map(mean_test, drawn.T, untilted)) < REJECT


def law_of_one_sweep(model, v_t):
    """p(v) after h ~ p(h|v₀), v ~ p(v|h) from independent bits v₀, over every state."""
    v, h = states(model.n_visible), states(model.n_hidden)
    posterior = model.tilt(v_t, ALPHA, SIGMA)

    def bits(p, x):
        """Probability of each state x under each row of means p."""
        return np.prod(np.where(x[None] == 1.0, p[:, None], 1.0 - p[:, None]), axis=2)

    start = bits(model.posterior_start(v_t[None], ALPHA, SIGMA), v)
    return (start @ bits(posterior.hidden_probability(v), h)) @ bits(
        posterior.visible_probability(h), v
    )


def test_starts_and_sweeps_draw_from_streams_of_their_own(model, monkeypatch):
    """One sweep from the start has the law of one sweep; with shared numbers it has not."""
    v_t = observation(model)
    law = law_of_one_sweep(model, v_t)[0]

    def p_value():
        estimate = GibbsDenoiser().bind(model, Particles.numbered(20000, 0))
        drawn = estimate.draw(np.tile(v_t, (20000, 1)), ALPHA, SIGMA)
        return chi_square_states(drawn, law)

    assert p_value() > ACCEPT
    monkeypatch.setattr("scorerbm.denoise.gibbs._start_key", lambda key: key)
    assert p_value() < REJECT


def test_gumbel_at_low_temperature_is_gibbs(model):
    assert p_value(GumbelDenoiser(1e-3, 60, 1), model) > ACCEPT
    assert p_value(GumbelDenoiser(1.0, 60, 1), model) < REJECT


@pytest.mark.parametrize("kind", [GumbelDenoiser, LiteralScore], ids=lambda k: k.__name__)
def test_noises_are_independent(kind, model):
    """The variance of a mean of S noises is 1/S of one noise's."""
    v_t = observation(model)
    logs, errors = [], []
    for n_noises in (1, 8):
        denoiser = kind(0.3, n_noises=n_noises, expectation="monte_carlo")
        x = estimates(denoiser, model, v_t, seed=n_noises)
        variance, fourth = x.var(axis=0), ((x - x.mean(axis=0)) ** 4).mean(axis=0)
        logs.append(np.log(variance))
        errors.append((fourth / variance**2 - 1.0) / len(x))  # squared, of ln variance

    def p_value(n_noises):
        expected, error = np.log(n_noises), np.sqrt(sum(errors))
        return bonferroni(map(z_test, logs[0] - logs[1], np.full(5, expected), error))

    assert p_value(8) > ACCEPT
    assert p_value(6) < REJECT


def test_mean_field_is_a_fixed_point(model):
    v_t = observation(model)
    posterior = model.tilt(v_t, ALPHA, SIGMA)
    v = estimates(MeanFieldDenoiser(500), model, v_t, n=1)[0]
    again = posterior.visible_probability(posterior.hidden_probability(v))
    assert np.allclose(v, again, atol=1e-6)  # single precision
    assert np.abs(v - exact_mean(model, v_t)).max() > 1e-3  # right for W = 0 only


@pytest.mark.parametrize(
    "denoiser",
    [ExactDenoiser(), GibbsDenoiser(3), GumbelDenoiser(0.2, 3, 2), MeanFieldDenoiser()],
    ids=name,
)
def test_every_estimator_is_exact_without_couplings(denoiser):
    rng = np.random.default_rng(2)
    model = BernoulliRBM(np.zeros((4, 3)), rng.standard_normal(4), rng.standard_normal(3))
    v_t = rng.standard_normal(4)
    found = estimates(denoiser, model, v_t, n=5)
    # Chains sample the model rounded to a grid of 2⁻²⁴.
    assert np.allclose(found, exact_mean(model, v_t), rtol=0.0, atol=1e-6)


# -- the literal score ----------------------------------------------------------------------


def relaxed_mean(x, tau):
    """E[σ((x + L)/τ)] for logistic L, by the trapezoidal rule on L = logit u."""
    grid = np.linspace(-40.0, 40.0, 200001)
    density = 0.25 / np.cosh(0.5 * grid) ** 2
    y = 0.5 * (1.0 + np.tanh(0.5 * (np.asarray(x)[..., None] + grid) / tau))
    return (y * density).sum(axis=-1) * (grid[1] - grid[0])


def force(model, v_t, tau):
    """E_u[W h + b]."""
    w, b, c = (np.asarray(p, np.float64) for p in model.parameters.values())
    return w @ relaxed_mean(c + v_t @ w, tau) + b


@pytest.mark.parametrize("tau", [0.1, 1.0, 3.0])
def test_literal_score_is_the_models_own_force(model, tau):
    """Tweedie's formula gives back E_u[W h + b], the same at every t and without noise."""
    v_t = observation(model)
    expected = force(model, v_t, tau)
    for t in (0.1, 0.9):
        found = score(model, np.tile(v_t, (2, 1)), t, LinearSchedule(), LiteralScore(tau))
        assert np.allclose(found, expected, rtol=0.0, atol=1e-5)
        assert not np.allclose(found, force(model, v_t, 1.1 * tau), rtol=0.0, atol=1e-5)


@pytest.mark.parametrize("expectation", ["monte_carlo", "antithetic"])
@pytest.mark.parametrize("tau", [0.1, 1.0])
def test_noises_of_the_literal_score_average_to_it(model, tau, expectation):
    v_t = observation(model)
    denoiser = LiteralScore(tau, 7, expectation)
    found = score(model, np.tile(v_t, (N_PARTICLES, 1)), 0.9, LinearSchedule(), denoiser)
    assert bonferroni(map(mean_test, found.T, force(model, v_t, tau))) > ACCEPT
    assert bonferroni(map(mean_test, found.T, force(model, v_t, 2.0 * tau + 1.0))) < REJECT


def relaxed_literal_score(model, v, tau, expectation):
    """In double precision, of the logistic noise that the kernels take."""
    w, b, c = (np.asarray(p, np.float64) for p in model.parameters.values())
    p, total = Particles.numbered(len(v), 0), 0.0
    for noise in range(3):
        number = noise // 2 if expectation == "antithetic" else noise
        domain = Domain.LOGISTIC_HIDDEN | number << 8
        logistic = p.backend.logistic(p.ids, len(c), p.key, step=0, domain=domain)
        sign = -1.0 if expectation == "antithetic" and noise == 1 else 1.0
        total = total + 0.5 * (1.0 + np.tanh(0.5 * (c + v @ w + sign * logistic) / tau))
    return b + total / 3.0 @ w.T


@pytest.mark.parametrize("expectation", ["monte_carlo", "antithetic"])
@pytest.mark.parametrize("tau", [1.0, 0.5, 1.0 / 3.0, 0.25, 0.2, 0.125, 0.1, 0.4, 0.05, 3.0])
def test_relaxed_units_are_those_of_double_precision(tau, expectation):
    """At whole powers 1/τ, which kernels take as such, and at others; also where units saturate."""
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(6, 70)) * np.linspace(0.1, 30.0, 70)
    model = BernoulliRBM(weights, rng.normal(size=6), rng.normal(size=70))
    v = rng.normal(size=(40, 6)).astype(np.float32)
    denoiser = LiteralScore(tau, 3, expectation)
    found = score(model, v, 0.5, LinearSchedule(), denoiser)
    expected = relaxed_literal_score(model, v, tau, expectation)
    size = np.abs(weights).sum(axis=1).max()
    assert np.abs(found - expected).max() < 1e-5 * size
    assert np.abs(found - relaxed_literal_score(model, v, 1.01 * tau, expectation)).max() > (
        1e-5 * size
    )


@pytest.mark.parametrize("kind", [GumbelDenoiser, LiteralScore], ids=lambda k: k.__name__)
def test_antithetic_noises_have_the_same_mean_and_less_variance(kind, model):
    v_t = observation(model)
    single, pairs = (
        estimates(kind(0.5, n_noises=8, expectation=e), model, v_t, seed=i)
        for i, e in enumerate(["monte_carlo", "antithetic"])
    )
    error = np.sqrt((single.var(axis=0) + pairs.var(axis=0)) / len(pairs))
    difference = single.mean(axis=0) - pairs.mean(axis=0)
    assert bonferroni(map(z_test, difference, np.zeros(5), error)) > ACCEPT
    assert bonferroni(map(z_test, difference, np.full(5, 0.05), error)) < REJECT
    assert (pairs.var(axis=0) < 0.9 * single.var(axis=0)).all()


# -- a second family ------------------------------------------------------------------------


def gaussian_posterior(model, v_t):
    """Components of p(v₀ | v_t): weights (2ᴹ,), means (2ᴹ, N) and widths (N,), by Bayes."""
    w, b, c, s = exact_parameters(model)
    h = states(len(c))
    prior_mean = b + h @ w.T
    log_weight = h @ c + 0.5 * ((prior_mean**2 - b**2) / s**2).sum(axis=1)
    spread = ALPHA**2 * s**2 + SIGMA**2
    log_weight = log_weight - 0.5 * (np.square(v_t - ALPHA * prior_mean) / spread).sum(axis=1)
    p = np.exp(log_weight - log_weight.max())
    gain = ALPHA * s**2 / spread
    return p / p.sum(), prior_mean + gain * (v_t - ALPHA * prior_mean), s * SIGMA / np.sqrt(spread)


@pytest.mark.parametrize(
    ("denoiser", "wrong", "calls"),
    [
        (GibbsDenoiser(1), GibbsDenoiser(1, keep_chain=False), 60),
        (GumbelDenoiser(1e-3, 60, 1), GumbelDenoiser(2.0, 60, 1), 1),
    ],
    ids=name,
)
def test_gaussian_units_need_no_special_case(denoiser, wrong, calls):
    model = random_gaussian(3, 3, seed=1)
    v_t = np.array([0.5, -1.0, 2.0])
    weights, means, _ = gaussian_posterior(model, v_t)
    expected = weights @ means
    exact = estimates(ExactDenoiser(), model, v_t, n=2)
    assert np.allclose(exact, expected)

    def p_value(tried):
        columns = estimates(tried, model, v_t, calls=calls).T
        return bonferroni(map(mean_test, columns, expected))

    assert p_value(denoiser) > ACCEPT
    assert p_value(wrong) < REJECT


def test_mean_field_of_real_units_is_right_where_the_observation_decides():
    """Noise that leaves one mode leaves its mean; at more noise several modes mix."""
    model = random_gaussian(3, 3, seed=1)
    v0 = 2.0 * np.random.default_rng(0).normal(size=(50, 3))

    def error(sigma):
        alpha = np.sqrt(1.0 - sigma**2)
        v_t, particles = alpha * v0, Particles.numbered(50, 0)
        exact, found = (
            d.bind(model, particles)(v_t, alpha, sigma)
            for d in (ExactDenoiser(), MeanFieldDenoiser(50))
        )
        return np.abs(found - exact).max() / np.abs(exact - v0).max()

    assert error(0.01) < 0.02
    assert error(0.8) > 0.05


def test_literal_score_of_real_units_is_the_models_own_gradient():
    model = random_gaussian(3, 3, seed=1)
    v = np.random.default_rng(0).normal(size=(20, 3))
    steps = 1e-5 * np.eye(3)
    slope = [(model.free_energy(v - e) - model.free_energy(v + e)) / 2e-5 for e in steps]
    alpha, sigma = 0.6, 0.8

    def own(tau):
        mean = LiteralScore(tau).bind(model, Particles.numbered(20, 0))(v, alpha, sigma)
        return (alpha * mean - v) / sigma**2

    np.testing.assert_allclose(own(1e-3), np.transpose(slope), atol=1e-5)
    # Negative control: relaxed units are others.
    assert np.abs(own(3.0) - np.transpose(slope)).max() > 0.1


def test_a_draw_has_the_posteriors_width_and_not_the_models():
    """One component decides, so that independent units around the mean are exact."""
    model = random_gaussian(3, 2, seed=2, scale=0.0)
    v_t = np.array([0.5, -1.0, 2.0])
    _, means, width = gaussian_posterior(model, v_t)
    estimate = ExactDenoiser().bind(model, Particles.numbered(N_PARTICLES, 0))
    drawn = estimate.draw(np.tile(v_t, (N_PARTICLES, 1)), ALPHA, SIGMA)

    def p_value(scale):
        return bonferroni(
            kolmogorov_smirnov(column, stats.norm(mean, s).cdf)
            for column, mean, s in zip(drawn.T, means[0], scale, strict=True)
        )

    assert p_value(width) > ACCEPT
    assert p_value(model.sigma) < REJECT


@pytest.mark.parametrize("precision", ["int16", "int32"])
@pytest.mark.parametrize("backend", ["native", "reference"])
def test_an_observation_may_oppose_a_bias_beyond_the_grid(precision, backend):
    """Both are cut where they make a unit constant, but not before they have met."""
    bias = np.array([100.0, -100.0, 60.0, -45.0, 300.0])
    model = BernoulliRBM(np.full((5, 1), 0.01), bias, [0.0])
    alpha, sigma = 0.9, 0.3
    # Log-odds of the observation that leave ±2, and one that leaves far less than nothing.
    left = np.array([2.0, -2.0, 0.5, 1.0, -200.0])
    v_t = (left - bias) * sigma**2 / alpha + 0.5 * alpha
    particles = replace(Particles.numbered(1, 0, backend=backend), precision=precision)
    found = GibbsDenoiser(20).bind(model, particles)(v_t[None], alpha, sigma)
    wanted = ExactDenoiser().bind(model, particles)(v_t[None], alpha, sigma)
    assert np.allclose(found, wanted, atol=0.01)
    assert found[0, 4] < 1e-15


@pytest.mark.parametrize(
    "denoiser",
    [GibbsDenoiser(), LiteralScore(), LiteralScore(0.5, 2, "monte_carlo"), MeanFieldDenoiser()],
    ids=lambda d: f"{name(d)} {getattr(d, 'expectation', '')}",
)
@pytest.mark.parametrize("backend", ["native", "reference"])
def test_what_is_not_a_number_stays_so(denoiser, backend):
    model = random_bernoulli(70, 40, seed=2)
    estimate = denoiser.bind(model, Particles.numbered(2, 0, backend=backend))
    v = np.zeros((2, 70), np.float32)
    v[0, 3] = np.nan
    path = one_stage(ALPHA, SIGMA)
    with np.errstate(invalid="ignore"):
        end = estimate.integrate(v, path, (1, 2))
    assert np.isfinite(end[1]).all()
