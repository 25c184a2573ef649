"""Every road to samples of real units, against independent draws of the exact mixture.

Three tests that share nothing with the methods under test: Kolmogorov–Smirnov of each coordinate
against the mixture's own marginal, the energy distance to draws made in plain NumPy, and χ² of how
often each of the 2ᴹ components was drawn.
"""

import numpy as np
import pytest
from scipy import stats

from helpers.gaussian import changed, components, exact_parameters, random_gaussian
from helpers.statistics import (
    ACCEPT,
    REJECT,
    bonferroni,
    chi_square_states,
    energy_test,
    kolmogorov_smirnov,
)
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
from scorerbm.rbm.real_tempering import RealTempering, real_energy

MODEL = random_gaussian(3, 3, seed=11, scale=1.1)
N, IN_DISTANCES = 2000, 500
BETAS = [0.0, 0.3, 1.0]


def kolmogorov(samples, model):
    """Of each coordinate."""
    p, mean = components(model)
    width = exact_parameters(model)[3]

    def marginal(i):
        return lambda x: stats.norm.cdf((x[:, None] - mean[:, i]) / width[i]) @ p

    return bonferroni(kolmogorov_smirnov(x, marginal(i)) for i, x in enumerate(samples.visible.T))


def energy(samples, model):
    """To draws of the mixture."""
    rng = np.random.default_rng(1)
    p, mean = components(model)
    k = rng.choice(len(p), IN_DISTANCES, p=p)
    width = exact_parameters(model)[3]
    exact = mean[k] + width * rng.standard_normal((IN_DISTANCES, mean.shape[1]))
    return energy_test(samples.visible[:IN_DISTANCES], exact)


def component(samples, model):
    """Of the hidden states."""
    return chi_square_states(samples.hidden, components(model)[0])


LAWS = (kolmogorov, energy, component)


def law(samples, model):
    return bonferroni(test(samples, model) for test in LAWS)


def trajectory(model):
    """Models on the way, not those of inverse temperatures."""
    return [model.independent(), *(changed(model, weights=t * model.weights) for t in (0.3, 0.7))]


ROADS = {
    "gibbs": BlockGibbs(40),
    "langevin": GibbsLangevin(80, step_size=0.2),
    "langevin, preconditioned": GibbsLangevin(80, 3, 0.3, preconditioned=True),
    "tempering": ParallelTempering(30, BETAS),
    "tempering, tuned": ParallelTempering(30),
    "exact": Exact(),
    "sde, gibbs": ReverseSDE(200),
}
LONGER = {
    "sde, tempered": ReverseSDE(200, denoiser=TemperedDenoiser(BETAS)),
    "sde, gumbel": ReverseSDE(150, denoiser=GumbelDenoiser(1e-3, 10, 2)),
    "ode, gibbs": ProbabilityFlow(60, denoiser=GibbsDenoiser(4)),
}


WRONG = {
    "bias": changed(MODEL, visible_bias=MODEL.visible_bias + 0.4 * MODEL.sigma),
    "width": changed(MODEL, sigma=1.5 * MODEL.sigma),
    "weights over σ": changed(MODEL, weights=MODEL.weights * MODEL.sigma[:, None]),
}


@pytest.mark.parametrize("road", ROADS)
def test_every_road_leads_to_the_mixture(road):
    assert law(ROADS[road].sample(MODEL, N), MODEL) > ACCEPT


@pytest.mark.slow
@pytest.mark.parametrize("road", LONGER)
def test_every_denoiser_that_is_exact_in_the_limit_leads_to_the_mixture(road):
    assert law(LONGER[road].sample(MODEL, N), MODEL) > ACCEPT


@pytest.mark.slow
@pytest.mark.parametrize(
    "sampler",
    [
        ReverseSDE(60, denoiser=ExactDenoiser()),
        ProbabilityFlow(30, denoiser=ExactDenoiser()),
    ],
    ids=["sde", "ode"],
)
def test_exact_posterior_means_lead_to_the_mixture(sampler):
    """Fewer samples, since each takes an enumeration a step."""
    samples = sampler.sample(MODEL, 400)
    assert law(samples, MODEL) > ACCEPT
    assert law(samples, WRONG["width"]) < REJECT


@pytest.mark.slow
@pytest.mark.parametrize("denoiser", [MeanFieldDenoiser(), LiteralScore()], ids=repr)
def test_denoisers_that_are_not_exact_are_told_from_it(denoiser):
    w = np.array([[3.0, 0.5], [-1.0, 2.0]])
    model = GaussianRBM(w, -0.5 * w.sum(axis=1), np.zeros(2), [1.0, 0.8])
    assert law(ReverseSDE(200, denoiser=denoiser).sample(model, N), model) < REJECT


def test_a_trajectory_of_models_leads_to_the_last():
    models = [*trajectory(MODEL), MODEL]
    samples = ParallelTempering(31).sample(models, N)
    assert law(samples, MODEL) > ACCEPT
    for other in models[:-1]:
        assert law(samples, other) < REJECT


# -- negative controls ----------------------------------------------------------------------


@pytest.mark.parametrize("name", WRONG)
def test_each_law_by_itself_tells_other_models(name):
    samples = BlockGibbs(40).sample(MODEL, N)
    for test in LAWS:
        assert test(samples, MODEL) > ACCEPT
        assert test(samples, WRONG[name]) < REJECT


MOVE = GibbsLangevin.move


def no_noise_scale(sampler, sigma):
    """Noise of width σ, as if nothing were remembered."""
    return MOVE(GibbsLangevin(), sigma)[0], sigma


def width_of_one_unit(sampler, sigma):
    """The first unit's ρ and s for all."""
    memory, spread = MOVE(GibbsLangevin(), sigma)
    return np.full_like(memory, memory[0]), np.full_like(spread, spread[0])


@pytest.mark.parametrize("wrong", [no_noise_scale, width_of_one_unit])
def test_wrong_langevin_moves_are_rejected(wrong, monkeypatch):
    monkeypatch.setattr(GibbsLangevin, "move", wrong)
    assert law(GibbsLangevin(80).sample(MODEL, N), MODEL) < REJECT


def test_exchanges_by_the_whole_energy_are_rejected(monkeypatch):
    """By E, without the reference's part of it."""
    data = changed(MODEL, data_mean=np.zeros(3), data_scale=np.ones(3))
    assert law(ParallelTempering(31, BETAS).sample(data, N), MODEL) > ACCEPT
    monkeypatch.setattr(
        RealTempering, "energy", lambda self, v, h, *where: real_energy(self.end, v, h, *where)
    )
    assert law(ParallelTempering(30, BETAS).sample(data, N), MODEL) < REJECT
