"""Every sampler against the enumerated joint distribution of visible and hidden units."""

import numpy as np
import pytest

from helpers.models import joint_probabilities, random_bernoulli, states
from helpers.statistics import (
    ACCEPT,
    REJECT,
    bonferroni,
    chi_square_states,
)
from scorerbm import (
    BernoulliRBM,
    BlockGibbs,
    CosineSchedule,
    Exact,
    GibbsDenoiser,
    ProbabilityFlow,
    ReverseSDE,
    SNRSchedule,
)
from scorerbm.backends import get_backend
from scorerbm.backends.protocol import Domain
from scorerbm.backends.reference import ReferenceBackend
from scorerbm.rbm import Chains
from scorerbm.rbm.chains import chain_ids

MODELS = [
    random_bernoulli(3, 2, seed=1),
    random_bernoulli(5, 4, seed=2, scale=0.7),
    random_bernoulli(2, 6, seed=3, scale=1.5, data_mean=True),
]
RESTARTED = GibbsDenoiser(keep_chain=False)

# A sampler, a size of sample at which its discretisation is below the test's resolution, and a
# wrong variant: too few steps, or a chain that forgets.
CASES = {
    "gibbs": (BlockGibbs(100), 20000, BlockGibbs(1)),
    "exact": (Exact(), 100000, BlockGibbs(2)),
    "reverse": (ReverseSDE(500), 5000, ReverseSDE(500, denoiser=RESTARTED)),
    "flow": (
        ProbabilityFlow(50, denoiser=GibbsDenoiser(10)),
        5000,
        ProbabilityFlow(50, denoiser=RESTARTED),
    ),
}
OPTIONS = {
    "cosine": {"schedule": CosineSchedule()},
    "snr": {"schedule": SNRSchedule(1e4, 1e-4)},
    "log_snr": {"spacing": "log_snr"},
}


def joint(samples):
    return np.hstack([samples.visible, samples.hidden])


def p_value(sampler, n_samples, models=MODELS):
    """Of the joint of (v, h), over the models."""
    return bonferroni(
        chi_square_states(joint(sampler.sample(m, n_samples)), joint_probabilities(m))
        for m in models
    )


@pytest.mark.parametrize("case", CASES)
def test_samples_follow_the_model(case):
    sampler, n_samples, wrong = CASES[case]
    assert p_value(sampler, n_samples) > ACCEPT
    assert p_value(wrong, n_samples, MODELS[2:]) < REJECT


@pytest.mark.parametrize("options", OPTIONS)
def test_the_reverse_sde_converges_under_any_schedule(options):
    """Five hundred steps are enough, ten are not."""
    right, wrong = (ReverseSDE(n, **OPTIONS[options]) for n in (500, 10))
    assert p_value(right, 5000, MODELS[2:]) > ACCEPT
    assert p_value(wrong, 5000, MODELS[2:]) < REJECT


def test_a_wide_model_follows_its_hidden_marginal():
    """More visible units than a block of random words, or a vector register, holds."""
    model = random_bernoulli(67, 4, seed=6, scale=0.15)
    log_weight = -model.hidden_free_energy(states(4))
    p = np.exp(log_weight - log_weight.max())
    for sampler, n_samples in ((BlockGibbs(100), 4000), (Exact(), 4000), (ReverseSDE(500), 1000)):
        hidden = sampler.sample(model, n_samples).hidden
        assert chi_square_states(hidden, p / p.sum()) > ACCEPT
        assert chi_square_states(1 - hidden, p / p.sum()) < REJECT


# -- negative controls ----------------------------------------------------------------------


class ReusedNumbers(ReferenceBackend):
    """The visible draw takes the hidden draw's random numbers."""

    def bernoulli(self, probability, chains, key, *, step, domain):
        return super().bernoulli(probability, chains, key, step=step, domain=Domain.HIDDEN)


class RepeatedSweeps(ReferenceBackend):
    """Every sweep takes the random numbers of the first."""

    def bernoulli(self, probability, chains, key, *, step, domain):
        return super().bernoulli(probability, chains, key, step=0, domain=domain)


class MissingRoot(ReferenceBackend):
    """The noise of a step is βΔ in place of its square root."""

    def stage(self, v, mean, start, numbers, chains, key, **where):
        wrong = numbers._replace(spread=numbers.spread**2)
        return super().stage(v, mean, start, wrong, chains, key, **where)


class Tempered(ReferenceBackend):
    """Enumerates at an inverse temperature of 0.9."""

    def enumerate_states(self, *arguments):
        return 0.9 * super().enumerate_states(*arguments)


@pytest.mark.parametrize(
    ("sampler", "wrong"),
    [
        (BlockGibbs(100), ReusedNumbers),
        (BlockGibbs(100), RepeatedSweeps),
        (ReverseSDE(100), MissingRoot),
        (Exact(), Tempered),
    ],
    ids=lambda x: getattr(x, "__name__", type(x).__name__),
)
def test_wrong_kernels_are_rejected(sampler, wrong, monkeypatch):
    monkeypatch.setattr("scorerbm.sample.base.get_backend", lambda name: wrong())
    n_samples = 50000 if isinstance(sampler, Exact) else 5000
    assert p_value(sampler, n_samples, MODELS[2:]) < REJECT


@pytest.mark.parametrize("change", ["biases swapped", "weights transposed", "signs"])
def test_wrong_models_are_rejected(change):
    model = random_bernoulli(3, 3, seed=4, bias=1.0)
    w, b, c = model.parameters.values()
    wrong = {
        "biases swapped": BernoulliRBM(w, c, b),
        "weights transposed": BernoulliRBM(w.T, b, c),
        "signs": BernoulliRBM(-w, b, c),
    }[change]
    for sampler in (BlockGibbs(100), Exact()):
        right, other = (joint(sampler.sample(m, 5000)) for m in (model, wrong))
        assert chi_square_states(right, joint_probabilities(model)) > ACCEPT
        assert chi_square_states(other, joint_probabilities(model)) < REJECT


# -- inverse temperatures -------------------------------------------------------------------


def tempered_chains(model, beta, n=8000):
    backend, ids = get_backend(), chain_ids(n)
    chains = Chains(model.random_visible(ids, (1, 1), backend), ids, (2, 2))
    model.gibbs(chains, 100, backend=backend, beta=beta)
    return np.hstack([chains.visible, chains.hidden])


def test_inverse_temperature_of_all_chains():
    model = MODELS[1]
    for beta in (0.0, 0.4, 2.0):
        drawn = tempered_chains(model, beta)
        assert chi_square_states(drawn, joint_probabilities(model, beta)) > ACCEPT
        assert chi_square_states(drawn, joint_probabilities(model, beta + 0.3)) < REJECT


def test_a_bias_that_saturates_at_one_counts_below_it(monkeypatch):
    """At beta = 0.1 a bias of -70 is one of -7, not what is left of it after a clip at 40."""
    model = BernoulliRBM([[1.0, -2.0], [0.5, 1.0]], [-70.0, 0.3], [0.2, -60.0])
    for beta in (0.1, 1.0):
        assert (
            chi_square_states(tempered_chains(model, beta), joint_probabilities(model, beta))
            > ACCEPT
        )
    monkeypatch.setattr(BernoulliRBM, "_tempered_grid", property(lambda self: self.grid))
    clipped = tempered_chains(model, 0.1, n=40000)
    assert chi_square_states(clipped, joint_probabilities(model, 0.1)) < REJECT


def test_every_chain_has_its_own_inverse_temperature():
    model, betas = MODELS[1], np.array([0.2, 1.0])
    drawn = tempered_chains(model, np.repeat(betas, 8000), n=16000)
    for part, beta in zip((drawn[:8000], drawn[8000:]), betas, strict=True):
        assert chi_square_states(part, joint_probabilities(model, beta)) > ACCEPT
        assert chi_square_states(part, joint_probabilities(model, 1.2 - beta)) < REJECT
