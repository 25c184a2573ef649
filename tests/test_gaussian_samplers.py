"""Every sampler meets the exact law of a Gaussian–Bernoulli RBM: a mixture of 2ᴹ Gaussians."""

import numpy as np
import pytest

from helpers.gaussian import changed, exact_parameters, joint_law, random_gaussian, separated
from helpers.models import random_bernoulli
from helpers.statistics import ACCEPT, REJECT
from scorerbm import (
    BlockGibbs,
    Exact,
    ExactDenoiser,
    GaussianRBM,
    GibbsDenoiser,
    GibbsLangevin,
    GumbelDenoiser,
    LiteralScore,
    MeanFieldDenoiser,
    ParallelTempering,
    ProbabilityFlow,
    ReverseSDE,
    TemperedDenoiser,
)
from scorerbm.backends import get_backend
from scorerbm.rbm import Chains
from scorerbm.rbm.chains import chain_ids

MODEL = random_gaussian(2, 3, seed=45, scale=1.0)  # all of its eight components count


WRONG = {
    "bias": changed(MODEL, visible_bias=MODEL.visible_bias + 0.2),
    "width": changed(MODEL, sigma=1.15 * MODEL.sigma),
    "hidden bias": changed(MODEL, hidden_bias=0.0 * MODEL.hidden_bias),
    "coupling over σ and not σ²": changed(MODEL, weights=MODEL.weights * MODEL.sigma[:, None]),
}


@pytest.mark.parametrize(
    ("sampler", "n"),
    [
        (BlockGibbs(50), 20000),
        (Exact(), 20000),
        (GibbsLangevin(60, step_size=0.2), 20000),
        (ReverseSDE(300), 6000),
        (ProbabilityFlow(60, denoiser=GibbsDenoiser(4)), 6000),
    ],
    ids=["gibbs", "exact", "langevin", "sde", "ode"],
)
def test_samples_have_the_law_of_the_mixture(sampler, n):
    samples = sampler.sample(MODEL, n)
    assert joint_law(samples, MODEL) > ACCEPT
    for other in WRONG.values():
        assert joint_law(samples, other) < REJECT


@pytest.mark.parametrize(
    ("sampler", "wrong"),
    [
        (BlockGibbs(60), BlockGibbs(1)),
        (GibbsLangevin(120, 1, 0.5), GibbsLangevin(120, 1, 0.5, adjusted=False)),
        (ReverseSDE(300), ReverseSDE(300, denoiser=GibbsDenoiser(keep_chain=False))),
        (
            ReverseSDE(100, denoiser=GumbelDenoiser(1e-3, 10, 1)),
            ReverseSDE(100, denoiser=MeanFieldDenoiser()),
        ),
    ],
    ids=["gibbs", "langevin", "kept chain", "many sweeps"],
)
def test_separated_modes_tell_samplers_apart(sampler, wrong):
    model = separated()
    assert joint_law(sampler.sample(model, 4000), model) > ACCEPT
    assert joint_law(wrong.sample(model, 4000), model) < REJECT


@pytest.mark.parametrize("steps", [1, 5])
def test_langevin_steps_make_one_draw(steps):
    """Mean and variance of a deviation, step by step."""
    sigma = np.array([0.7, 1.5])
    eta = 0.3 * np.mean(sigma**2) * np.cos(0.5 * np.pi * np.arange(steps) / steps) ** 2
    left, variance = np.ones(2), np.zeros(2)
    for step in eta:
        left = left - step * left / sigma**2
        variance = variance * (1.0 - step / sigma**2) ** 2 + 2.0 * step
    memory, spread = GibbsLangevin(1, steps, 0.3, adjusted=False).move(sigma)
    assert np.allclose(memory, left)
    assert np.allclose(spread, np.sqrt(variance))
    memory, spread = GibbsLangevin(1, steps, 0.3).move(sigma)
    assert np.allclose(memory**2 * sigma**2 + spread**2, sigma**2)
    longest = 2.0 * 0.7**2 / np.mean(sigma**2)
    message = r"step_size: got 9\.0, too long for unit 0 of width 0\.7.*; below 0\.715 all shrink"
    with pytest.raises(ValueError, match=message):
        GibbsLangevin(1, steps, 9.0).move(sigma)
    assert (np.abs(GibbsLangevin(1, steps, 0.999 * longest).move(sigma)[0]) < 1.0).all()


def test_chains_at_an_inverse_temperature():
    """exp(-βE) is the model of the widths σ/√β and the hidden biases βc."""
    backend, beta = get_backend(), 0.4
    start = MODEL.random_visible(chain_ids(20000), (1, 2), backend)
    chains = Chains(start, chain_ids(20000), (3, 4))
    MODEL.gibbs(chains, 40, backend=backend, beta=beta)
    assert chains.sweep == 40
    hot = changed(MODEL, sigma=MODEL.sigma / np.sqrt(beta), hidden_bias=beta * MODEL.hidden_bias)
    assert joint_law(chains, hot) > ACCEPT
    assert joint_law(chains, MODEL) < REJECT
    with pytest.raises(ValueError, match=r"beta: got 0\.0, expected more than 0"):
        MODEL.gibbs(chains, 1, backend=backend, beta=0.0)


def test_samples_of_standardised_data_come_in_their_units():
    """x = mean + scale v has the law of the same model with everything scaled."""
    w, b, c, s = exact_parameters(MODEL)
    mean, scale = np.array([50.0, -3.0]), np.array([8.0, 0.1])
    model = changed(MODEL, data_mean=mean, data_scale=scale)
    samples = BlockGibbs(30).sample(model, 8000)
    assert joint_law(samples, MODEL) > ACCEPT
    # The bias shifts the coupling too: its energy is vᵀ(W/σ²)h with v measured from the data's 0.
    shift = (w / s[:, None] ** 2).T @ (mean / scale)
    plain = GaussianRBM(scale[:, None] * w, mean + scale * b, c - shift, scale * s)
    in_their_units = type(samples)(samples.data, samples.hidden, {})
    assert np.array_equal(samples.data, model.restore(samples.visible))
    assert joint_law(in_their_units, plain) > ACCEPT
    assert joint_law(samples, plain) < REJECT
    assert np.allclose(model.standardise(samples.data), samples.visible)
    assert Exact().sample(MODEL, 5).standardisation is None


# -- the contract ---------------------------------------------------------------------------

SAMPLERS = {
    "gibbs": BlockGibbs(5),
    "exact": Exact(),
    "langevin": GibbsLangevin(4),
    "tempering": ParallelTempering(5, [0.0, 0.2, 1.0], swap_every=2),
    "sde": ReverseSDE(12),
    "sde, exact": ReverseSDE(3, denoiser=ExactDenoiser()),
    "sde, mean field": ReverseSDE(6, denoiser=MeanFieldDenoiser()),
    "sde, gumbel": ReverseSDE(6, denoiser=GumbelDenoiser(0.5, 3, 2)),
    "sde, literal": ReverseSDE(6, denoiser=LiteralScore()),
    "sde, tempered": ReverseSDE(6, denoiser=TemperedDenoiser([0.0, 0.4, 1.0])),
    "ode": ProbabilityFlow(6),
}


@pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=SAMPLERS)
def test_samples_depend_on_the_seed_only(sampler):
    """Not on the backend, the threads or the split; 70 units take more than one block of noise."""
    model = random_gaussian(70, 9, seed=1, scale=0.1, data=True)

    def sample(n=23, first=0, seed=1, **options):
        other = type(sampler)(**vars(sampler) | options)
        drawn = other.sample(model, n, seed=seed, first_chain=first)
        return np.hstack([drawn.visible, drawn.hidden])

    whole = sample()
    assert np.isfinite(whole).all()
    assert np.array_equal(sample(backend="reference"), whole)
    for n_threads in (1, 3):
        assert np.array_equal(sample(n_threads=n_threads), whole)
    assert np.array_equal(np.vstack([sample(7), sample(16, first=7)]), whole)
    assert not np.isclose(sample(seed=2), whole).all(axis=1).any()


@pytest.mark.parametrize("kind", [BlockGibbs, GibbsLangevin])
def test_chains_go_on_and_are_held(kind, tmp_path):
    model, clamp = random_gaussian(4, 3), [0.25, np.nan, np.nan, -1.5]
    whole = kind(6, collect_every=2).sample(model, 10, seed=3, clamp=clamp)
    half = kind(2).sample(model, 10, seed=3, clamp=clamp)
    rest = kind(4).sample(model, 10, init=half, clamp=clamp)
    assert np.array_equal(rest.visible, whole.visible)
    assert np.array_equal(whole.draws.visible[0], half.visible)
    assert whole.info["sweep"] == rest.info["sweep"] == 6
    assert (whole.visible[:, [0, 3]] == [0.25, -1.5]).all()
    assert len(np.unique(whole.visible[:, 1])) == 10
    late = kind(6, collect_every=1, burn_in=3)
    late.sample(model, 10, seed=3, clamp=clamp, out=tmp_path / "draws.npy")
    assert np.array_equal(np.load(tmp_path / "draws.npy")[-1], whole.visible)


CLAMP = np.array([0.7, np.nan, np.nan])
HELD = ~np.isnan(CLAMP)


def conditional(model):
    """p(v_free, h | v_held): the free units' model, with hidden biases c + Wᵀ(v/σ²) of the held."""
    w, b, c, s = exact_parameters(model)
    shift = (CLAMP[HELD] / s[HELD] ** 2) @ w[HELD]
    return GaussianRBM(w[~HELD], b[~HELD], c + shift, s[~HELD])


@pytest.mark.parametrize("kind", [BlockGibbs, GibbsLangevin])
def test_free_units_have_the_law_given_the_held_ones(kind):
    model = random_gaussian(3, 3, seed=4, scale=1.2)
    drawn = kind(80).sample(model, 6000, clamp=CLAMP)
    assert (drawn.visible[:, HELD] == CLAMP[HELD]).all()
    free = type(drawn)(drawn.visible[:, ~HELD], drawn.hidden, {})
    assert joint_law(free, conditional(model)) > ACCEPT
    as_if_free = changed(conditional(model), hidden_bias=model.hidden_bias)
    assert joint_law(free, as_if_free) < REJECT


def test_steps_of_each_unit_s_own_serve_wide_and_narrow_ones_alike():
    w = np.array([[40.0, 10.0], [0.02, -0.03]])
    model = GaussianRBM(w, -0.5 * w.sum(axis=1), np.zeros(2), [20.0, 0.02])
    alike, own = GibbsLangevin(150, 5, 1e-6), GibbsLangevin(150, 5, 0.3, preconditioned=True)
    memory, spread = own.move(np.array([20.0, 0.02]))
    assert np.ptp(memory) < 1e-15
    assert np.allclose(spread, np.sqrt(1.0 - memory**2) * [20.0, 0.02])
    start = [50.0, 0.03]
    assert joint_law(own.sample(model, 4000, init=start), model) > ACCEPT
    assert joint_law(alike.sample(model, 4000, init=start), model) < REJECT
    same = GibbsLangevin(3, preconditioned=True).move(np.full(2, 0.5))
    assert np.allclose(same, GibbsLangevin(3).move(np.full(2, 0.5)))
    with pytest.raises(ValueError, match=r"step_size: got 9\.0, too long .*; below 2 all shrink"):
        GibbsLangevin(1, 1, 9.0, preconditioned=True).move(np.array([20.0, 0.02]))


def test_what_was_done_is_told():
    info = BlockGibbs(2).sample(MODEL, 3).info
    assert info["precision"] == "float32"
    assert 0.0 < info["grid"] < 1e-8
    assert 0.0 < info["log_odds_error"] < 1e-5


def test_what_real_units_do_not_have_is_refused():
    with pytest.raises(TypeError, match="model: got str, expected an RBM"):
        GibbsLangevin().sample("model", 2)
    with pytest.raises(TypeError, match="model: got BernoulliRBM, expected a GaussianRBM"):
        GibbsLangevin().sample(random_bernoulli(3, 2), 2)
    with pytest.raises(ValueError, match="model: got a batch of 3 tilted models"):
        GibbsLangevin().sample(MODEL.tilt(np.zeros((3, 2)), 0.5, 0.5), 3)
    for bad, message in (
        ({"n_steps": 0}, "n_steps: got 0"), ({"step_size": 0.0}, r"step_size: got 0\.0"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            GibbsLangevin(**bad)
    for name in ("adjusted", "preconditioned"):
        with pytest.raises(TypeError, match=f"{name}: got 1, expected True or False"):
            GibbsLangevin(**{name: 1})
    antithetic = GumbelDenoiser(expectation="antithetic")
    with pytest.raises(ValueError, match=r"expectation: got 'antithetic', which binary"):
        ReverseSDE(2, denoiser=antithetic).sample(MODEL, 2)
