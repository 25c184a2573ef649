"""Latent models: the law of what they generate, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from helpers.devices import BETA, STRENGTH, ideal_qpu
from helpers.gaussian import mixture_uniforms, random_gaussian
from helpers.models import random_bernoulli, states, visible_probabilities
from helpers.statistics import (
    ACCEPT,
    REJECT,
    bonferroni,
    chi_square,
    chi_square_states,
    kolmogorov_smirnov,
)
from scorerbm import (
    Annealer,
    BernoulliRBM,
    BlockGibbs,
    ContrastiveDivergence,
    Exact,
    FunctionDecoder,
    FunctionEncoder,
    GaussianRBM,
    HiddenLayer,
    LatentModel,
    ParallelTempering,
    ReverseSDE,
    ScoreMatching,
    fit_latent,
    residual_width,
)

PRIOR = random_bernoulli(4, 3, seed=1, scale=1.2, bias=0.8)
SAMPLERS = {
    "gibbs": lambda: (BlockGibbs(60), 20000),
    "tempering": lambda: (ParallelTempering(60), 8000),
    "exact": lambda: (Exact(), 20000),
    "sde": lambda: (ReverseSDE(300), 8000),
    "annealer": lambda: (Annealer(ideal_qpu(), beta=BETA, chain_strength=STRENGTH), 20000),
}


def bits_to_spins(bits):
    return 2.0 * bits - 1.0


def spins_to_bits(x):
    return np.asarray(x) > 0.0


def spins(prior=PRIOR, **options):
    return LatentModel(spins_to_bits, prior, FunctionDecoder(bits_to_spins, **options))


# -- the law --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLERS)
def test_known_codes_have_the_enumerated_law_by_every_sampler(name):
    sampler, n = SAMPLERS[name]()
    samples = spins().sample(n, sampler, seed=2)
    assert len(samples) == n
    assert np.array_equal(samples.data, 2.0 * samples.bits - 1.0)
    codes = (samples.data > 0.0).astype(np.uint8)
    assert chi_square_states(codes, visible_probabilities(PRIOR)) > ACCEPT
    wrong = BernoulliRBM(PRIOR.weights, PRIOR.visible_bias[::-1], PRIOR.hidden_bias)
    assert chi_square_states(codes, visible_probabilities(wrong)) < REJECT
    assert samples.info["sampler"] == type(sampler).__name__
    assert (samples.report is not None) == (name == "annealer")


LAYER = random_gaussian(2, 4, seed=45, scale=1.0, data=True)


def mixture_law(x, p):
    """Of data in their units, against the mixture of the layer's Gaussians with weights p(h)."""
    mean = LAYER.restore(LAYER.visible_mean(states(4)))
    u = mixture_uniforms(p, mean, LAYER.sigma * LAYER.data_scale, x)
    cell = np.minimum((5 * u).astype(int), 4) @ [1, 5]
    return bonferroni(
        [
            *(kolmogorov_smirnov(column, stats.uniform.cdf) for column in u.T),
            chi_square(np.bincount(cell, minlength=25), np.full(25, 0.04)),
        ]
    )


def test_a_deep_belief_net_generates_the_mixture_of_its_prior():
    model = LatentModel(LAYER, PRIOR, LAYER)
    samples = model.sample(20000, BlockGibbs(60), seed=3)
    assert mixture_law(samples.data, visible_probabilities(PRIOR)) > ACCEPT
    alone = np.exp(-LAYER.hidden_free_energy(states(4)))
    assert mixture_law(samples.data, alone / alone.sum()) < REJECT
    means = model.sample(20000, BlockGibbs(60), noise=False, seed=3)
    assert np.array_equal(means.bits, samples.bits)
    assert mixture_law(means.data, visible_probabilities(PRIOR)) < REJECT


def test_a_layer_encodes_by_the_law_of_its_hidden_units():
    model = LatentModel(LAYER, PRIOR, LAYER)
    x = LAYER.restore(np.array([[0.3, -0.7]]))
    p = LAYER.hidden_probability([0.3, -0.7])
    assert np.allclose(model.probability(x)[0], p)
    codes = model.encode(np.repeat(x, 20000, axis=0), seed=4)
    law = np.prod(np.where(states(4) == 1.0, p, 1.0 - p), axis=1)
    assert chi_square_states(codes, law) > ACCEPT
    assert chi_square_states(codes, np.full(16, 1 / 16)) < REJECT


def test_noise_of_a_function_is_as_wide_as_it_says():
    model = spins(residual=[0.5, 1.0, 2.0, 0.0])
    codes = np.tile(np.array([[0, 1, 1, 0]], np.uint8), (20000, 1))
    noise = model.decode(codes, noise=True, seed=5) - [-1.0, 1.0, 1.0, -1.0]
    assert (noise[:, 3] == 0.0).all()
    scaled = noise[:, :3] / [0.5, 1.0, 2.0]
    assert bonferroni(kolmogorov_smirnov(x, stats.norm.cdf) for x in scaled.T) > ACCEPT
    assert bonferroni(kolmogorov_smirnov(1.1 * x, stats.norm.cdf) for x in scaled.T) < REJECT


def test_residual_width_is_that_of_the_data_around_their_means():
    rng = np.random.default_rng(0)
    z = rng.integers(0, 2, (4000, 4))
    width = np.array([0.1, 0.2, 0.3, 0.05])
    x = bits_to_spins(z) + width * rng.standard_normal(z.shape)
    found = residual_width(spins_to_bits, bits_to_spins, x)
    error = width / np.sqrt(2 * len(x))
    assert (np.abs(found - width) < 4.5 * error).all()


# -- training the prior ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "trainer",
    [
        ScoreMatching(n_hidden=3, n_epochs=30),
        ContrastiveDivergence(n_hidden=3, n_epochs=30),
    ],
    ids=["score matching", "PCD"],
)
def test_the_prior_learns_the_law_of_drawn_codes(trainer):
    """Probabilities of ¼ and ¾ in two patterns: not the law of thresholded codes."""
    p = np.where(np.arange(400)[:, None] % 2 == 0, [0.75, 0.75, 0.25], [0.25, 0.25, 0.75])
    pattern = [np.prod(np.where(states(3) == 1.0, row, 1.0 - row), axis=1) for row in p[:2]]
    law = 0.5 * (pattern[0] + pattern[1])
    fit = fit_latent(p, lambda x: x, lambda z: z, trainer=trainer, n_draws=10, seed=1)
    learnt = visible_probabilities(fit.model.prior)
    assert 0.5 * np.abs(learnt - law).sum() < 0.04
    assert fit.prior.settings["n_rows"] == 4000
    hard = fit_latent(p > 0.5, lambda x: x, lambda z: z, trainer=trainer, n_draws=10, seed=1)
    assert 0.5 * np.abs(visible_probabilities(hard.model.prior) - law).sum() > 0.1
    assert hard.prior.settings["n_rows"] == 400


def test_training_goes_on_and_sees_held_out_rows():
    x = np.random.default_rng(0).standard_normal((60, 2))
    trainer = ScoreMatching(n_hidden=3, n_epochs=2)
    first = fit_latent(x, LAYER, trainer=trainer, seed=1, validation=x[:20])
    assert "validation_log_likelihood" in first.prior.history[-1]
    assert isinstance(first.model.decoder, HiddenLayer)
    assert first.model.decoder is first.model.encoder
    again = fit_latent(x, LAYER, trainer=trainer, seed=1, validation=x[:20])
    assert np.array_equal(again.model.prior.weights, first.model.prior.weights)
    onward = fit_latent(x, LAYER, trainer=trainer, init=first.model.prior, seed=2)
    assert onward.prior.settings["continued"]


# -- the contract ---------------------------------------------------------------------------


def test_rows_depend_on_the_seed_and_their_number_only():
    model = LatentModel(LAYER, PRIOR, LAYER)
    x = LAYER.restore(np.random.default_rng(0).standard_normal((11, 2)))
    whole = model.encode(x, seed=7)
    parts = [model.encode(x[:4], seed=7), model.encode(x[4:], seed=7, first_row=4)]
    assert np.array_equal(np.vstack(parts), whole)
    assert not np.array_equal(model.encode(x, seed=8), whole)
    drawn = model.sample(11, BlockGibbs(3), seed=7)
    part = model.sample(7, BlockGibbs(3, backend="reference"), seed=7, first_chain=4)
    assert np.array_equal(part.data, drawn.data[4:])
    assert np.array_equal(model.decoded(drawn.codes).data, drawn.data)
    other = model.decoded(drawn.codes, seed=8)
    assert np.array_equal(other.data, model.decode(drawn.bits, noise=True, seed=8))
    assert not np.isclose(other.data, drawn.data).all(axis=1).any()
    again = model.reconstruct(x, noise=True, seed=7)
    assert np.array_equal(again, model.decode(whole, noise=True, seed=7))
    assert np.array_equal(model.reconstruct(x, seed=7), model.decode(whole))


def test_data_may_have_any_shape():
    def decode(bits):
        return np.repeat(bits[:, :, None], 5, axis=2).reshape(-1, 2, 2, 5)

    model = LatentModel(lambda x: x.mean(axis=3).reshape(-1, 4), PRIOR, decode)
    samples = model.sample(6)
    assert samples.data.shape == (6, 2, 2, 5)
    assert np.array_equal(model.encode(samples.data), samples.bits)
    width = residual_width(model.encoder, model.decoder, samples.data)
    assert np.array_equal(width, np.zeros((2, 2, 5)))


@pytest.mark.parametrize("model", [spins(residual=0.5), LatentModel(LAYER, PRIOR, LAYER)])
def test_no_rows_and_the_last_rows_are_rows(model):
    none = model.decode(np.zeros((0, 4)), noise=True)
    assert len(none) == len(model.encode(none)) == 0
    last = (1 << 32) - 3
    assert len(model.sample(3, BlockGibbs(1), first_chain=last)) == 3
    with pytest.raises(ValueError, match="first_row: got"):
        model.decode(np.zeros((4, 4)), noise=True, first_row=last)


def test_a_layer_of_bits_draws_bits():
    layer = random_bernoulli(6, 4, seed=2)
    model = LatentModel(layer, PRIOR, layer)
    data = model.sample(50, seed=1).data
    assert set(np.unique(data)) == {0, 1}
    assert model.decoder.residual is None
    mean = model.decode(np.zeros((1, 4)))
    assert np.allclose(mean, layer.visible_mean(np.zeros((1, 4))))


def test_what_a_model_is_made_of_is_checked():
    with pytest.raises(TypeError, match="encoder: got int, expected an Encoder, an RBM or a"):
        LatentModel(3, PRIOR, bits_to_spins)
    with pytest.raises(TypeError, match="decoder: got int, expected a Decoder, an RBM or a"):
        LatentModel(spins_to_bits, PRIOR, 3)
    with pytest.raises(TypeError, match="prior: got GaussianRBM, expected a BernoulliRBM"):
        LatentModel(LAYER, LAYER, LAYER)
    with pytest.raises(ValueError, match="prior: got a batch of 2 tilted models"):
        LatentModel(LAYER, PRIOR.tilt(np.zeros((2, 4)), 0.5, 0.5), LAYER)
    with pytest.raises(ValueError, match="rbm: got a batch of 2 tilted models"):
        HiddenLayer(LAYER.tilt(np.zeros((2, 2)), 0.5, 0.5))
    with pytest.raises(TypeError, match="rbm: got int, expected an RBM"):
        HiddenLayer(3)
    with pytest.raises(ValueError, match="encoder: got codes of 3 bits, expected 4"):
        LatentModel(random_gaussian(2, 3), PRIOR, LAYER)
    with pytest.raises(ValueError, match="decoder: got codes of 5 bits, expected 4"):
        LatentModel(LAYER, PRIOR, FunctionDecoder(bits_to_spins, n_bits=5))
    with pytest.raises(TypeError, match="function: got int, expected a callable"):
        FunctionEncoder(3)
    with pytest.raises(ValueError, match=r"residual: got -1\.0, expected at least 0"):
        FunctionDecoder(bits_to_spins, residual=-1.0)


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        (lambda x: x + 1.5, r"encoder\(x\): got 1\.5, expected probabilities"),
        (lambda x: x[:, :3], r"encoder\(x\): got shape \(5, 3\), expected \(any, 4\)"),
        (lambda x: x[:2], r"encoder\(x\): got 2 rows, expected 5 as x has"),
        (lambda x: x * np.nan, r"encoder\(x\): got nan"),
    ],
)
def test_what_an_encoder_says_is_checked(encoder, message):
    with pytest.raises(ValueError, match=message):
        LatentModel(encoder, PRIOR, bits_to_spins).encode(np.zeros((5, 4)))


@pytest.mark.parametrize(
    ("decoder", "message"),
    [
        (FunctionDecoder(lambda z: z[:2]), r"decoder\(bits\): got shape \(2, 4\), expected 5 rows"),
        (FunctionDecoder(lambda z: z * np.inf + 1), r"decoder\(bits\): got"),
        (FunctionDecoder(bits_to_spins, residual=[1.0, 2.0]), r"residual: got shape \(2,\)"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_what_a_decoder_says_is_checked(decoder, message):
    with pytest.raises(ValueError, match=message):
        LatentModel(spins_to_bits, PRIOR, decoder).decode(np.zeros((5, 4)))


def test_arguments_are_checked():
    model = spins()
    with pytest.raises(ValueError, match="bits: got 2 at index"):
        model.decode([[0, 1, 2, 0]])
    with pytest.raises(ValueError, match=r"bits: got shape \(1, 3\), expected \(any, 4\)"):
        model.decode([[0, 1, 1]])
    with pytest.raises(ValueError, match="noise: got True for a decoder of means alone"):
        model.sample(3, noise=True)
    for draw in (model.decode, model.sample, model.reconstruct):
        with pytest.raises(TypeError, match="noise: got 'no', expected True or False"):
            draw(1 if draw == model.sample else np.zeros((1, 4)), noise="no")
    with pytest.raises(TypeError, match="sampler: got int, expected a Sampler"):
        model.sample(3, 100)
    with pytest.raises(TypeError, match="codes: got int, expected a SampleSet"):
        model.decoded(3)
    with pytest.raises(ValueError, match="first_row: got -1"):
        model.encode(np.zeros((1, 4)), first_row=-1)
    with pytest.raises(ValueError, match=r"x: got shape \(0, 3\), expected at least one row"):
        residual_width(lambda x: x > 0, lambda z: z, np.zeros((0, 3)))
    with pytest.raises(ValueError, match=r"x: got a masked number at index \(0, 1\)"):
        LatentModel(LAYER, PRIOR, LAYER).encode(np.ma.masked_equal([[1.0, 9.0]], 9.0))
    with pytest.raises(ValueError, match=r"expected \(2, 3\) as x has"):
        residual_width(lambda x: x[:, :2] > 0, lambda z: z, np.zeros((2, 3)))


def test_training_arguments_are_checked():
    x = np.zeros((5, 2))
    with pytest.raises(TypeError, match="decoder: got None, expected a decoder beside Function"):
        fit_latent(x, spins_to_bits)
    with pytest.raises(TypeError, match="trainer: got int"):
        fit_latent(x, LAYER, trainer=3)
    with pytest.raises(ValueError, match="trainer: got visible='gaussian', expected 'bernoulli'"):
        fit_latent(x, LAYER, trainer=ScoreMatching(visible="gaussian"))
    with pytest.raises(ValueError, match="n_draws: got 0"):
        fit_latent(x, LAYER, n_draws=0)
    with pytest.raises(ValueError, match="x: got 0 rows, expected at least two codes"):
        fit_latent(x[:0], LAYER)


def test_a_real_model_that_is_asked_for_an_anneal_hears_of_this():
    with pytest.raises(TypeError, match=r"expected a BernoulliRBM: .* train a LatentModel"):
        Annealer(ideal_qpu()).sample(LAYER, 5)


def test_names_are_told():
    samples = spins().sample(3)
    assert repr(samples).startswith("LatentSamples(data=(3, 4), codes=SampleSet(")
    assert repr(spins()) == "LatentModel(FunctionEncoder, BernoulliRBM, FunctionDecoder, n_bits=4)"
    assert isinstance(LatentModel(LAYER, PRIOR, LAYER).decoder.rbm, GaussianRBM)
