"""Training on real data: gradients against enumerated ones, and models against their source."""

import re

import numpy as np
import pytest

from helpers.gaussian import exact_parameters, random_gaussian
from helpers.models import states
from helpers.statistics import ACCEPT, REJECT, bonferroni, mean_test
from scorerbm import (
    SGD,
    Adam,
    BernoulliRBM,
    BlockGibbs,
    ContrastiveDivergence,
    DivergenceError,
    DivergenceWarning,
    EarlyStopping,
    Exact,
    GaussianRBM,
    LinearSchedule,
    ScoreMatching,
    load,
    log_likelihood,
    pseudo_log_likelihood,
    save,
)
from scorerbm.backends import get_backend
from scorerbm.train.gaussian import GaussianFamily
from scorerbm.train.gradients import (
    Batch,
    Observer,
    RealCDGradient,
    RealCovarianceGradient,
    RealPCDGradient,
    RealRecoveryGradient,
    RealSampledGradient,
)
from scorerbm.train.monitor import Monitor
from scorerbm.train.states import RealStates

BACKEND = get_backend()
MODEL = random_gaussian(2, 2, seed=6)
NAMES = tuple(MODEL.parameters)


def batch_of(v, epoch=0):
    return Batch(np.arange(len(v)), RealStates(v), epoch, 0.5)


def data(n=12):
    return np.random.default_rng(2).normal(size=(n, 2)) * 1.2


def flat(gradient):
    return np.concatenate([np.ravel(gradient[name]) for name in NAMES])


# -- contrasts: unbiased, so their mean over many draws must meet the exact gradient ----------


def negative_log_posterior(parameters, v0, field, precision):
    """Mean over rows of -ln p(v₀ | v_t): an observation adds to field and precision, if any."""
    w, b, c, s = parameters
    h = states(len(c))
    odds = c + (v0 / s**2) @ w
    free = 0.5 * np.square((v0 - b) / s).sum(axis=1) - np.logaddexp(0.0, odds).sum(axis=1)
    free += (0.5 * precision * v0**2 - field * v0).sum(axis=1)
    eta = (b / s**2 + h @ (w / s[:, None] ** 2).T)[None] + field[:, None, :]
    lam = 1.0 / s**2 + precision
    of_h = h @ c - 0.5 * (b**2 / s**2).sum()
    log_weight = of_h + 0.5 * (eta**2 / lam + np.log(2.0 * np.pi / lam)).sum(axis=2)
    return float(np.mean(free + np.logaddexp.reduce(log_weight, axis=1)))


def exact_derivative(loss):
    """By central differences in every parameter."""
    given, out = exact_parameters(MODEL), []
    for i, array in enumerate(given):
        for index in np.ndindex(array.shape):
            step = np.zeros(array.shape)
            step[index] = 1e-5
            up, down = (loss([*given[:i], array + e, *given[i + 1 :]]) for e in (step, -step))
            out.append((up - down) / 2e-5)
    return np.array(out)


def exact_gradient(v0, field, precision):
    return exact_derivative(lambda p: negative_log_posterior(p, v0, field, precision))


def p_value(draws, expected):
    return bonferroni(map(mean_test, np.array(draws).T, expected))


def test_recovery_gradient_is_that_of_the_conditional_likelihood():
    snr, v0 = 0.7, data()
    gradient = RealRecoveryGradient(RealStates(v0), snr, 12, 7, BACKEND)
    draws = [flat(gradient(MODEL, batch_of(v0, k), 1)[0]) for k in range(300)][5:]
    ids = np.arange(len(v0), dtype=np.uint32)
    zeta = BACKEND.normal(ids, 2, gradient._noise_key, step=0, domain=2)
    field = snr * v0 + np.sqrt(snr) * zeta
    assert p_value(draws, exact_gradient(v0, field, snr)) > ACCEPT
    # Negative control: without the observation it would be the likelihood's own gradient.
    assert p_value(draws, exact_gradient(v0, 0.0 * v0, 0.0)) < REJECT


@pytest.mark.parametrize("name", ["persistent", "exact samples"])
def test_contrastive_gradients_are_those_of_the_likelihood(name):
    v0 = data()
    want = exact_gradient(v0, 0.0 * v0, 0.0)
    gradient = {
        "persistent": RealPCDGradient(RealStates(v0), 60, 12, 7, BACKEND),
        "exact samples": RealSampledGradient(Exact(), 60, 7, BACKEND),
    }[name]
    draws = [flat(gradient(MODEL, batch_of(v0), 1)[0]) for _ in range(300)][5:]
    assert p_value(draws, want) > ACCEPT
    # Negative control: CD-1, which restarts at the data, is biased.
    short = RealCDGradient(1, 7, BACKEND)
    assert p_value([flat(short(MODEL, batch_of(v0, k), 1)[0]) for k in range(300)], want) < REJECT


def test_losses_are_what_they_say():
    """The estimate of ½‖D - v₀‖² is unbiased, and the gap of free energies is zero in the model."""
    v0, snr = data(), 0.7
    gradient = RealRecoveryGradient(RealStates(v0), snr, 24, 7, BACKEND)
    zeta = BACKEND.normal(
        np.arange(len(v0), dtype=np.uint32), 2, gradient._noise_key, step=0, domain=2
    )
    alpha, sigma = np.sqrt(snr / (1.0 + snr)), np.sqrt(1.0 / (1.0 + snr))
    posterior = MODEL.tilt(alpha * v0 + sigma * zeta, alpha, sigma)
    w, c = np.asarray(posterior.weights), np.asarray(posterior.hidden_bias)
    h, force = states(len(c)), states(len(c)) @ (w / posterior.sigma[:, None] ** 2).T
    log_weight = h @ c + np.einsum(
        "rsn->rs", force * (posterior.visible_bias[:, None, :] + 0.5 * force * posterior.sigma**2)
    )
    p = np.exp(log_weight - np.logaddexp.reduce(log_weight, axis=1)[:, None])
    mean = posterior.visible_bias + p @ h @ w.T
    want = 0.5 * np.square(mean - v0).sum(axis=1).mean()
    losses = [gradient(MODEL, batch_of(v0, k), 1)[1] for k in range(300)][5:]
    assert mean_test(losses, want) > ACCEPT
    assert mean_test(losses, want + 0.3) < REJECT
    own = Exact().sample(MODEL, 4000, seed=9).visible
    same, moved = (
        RealSampledGradient(Exact(), 4000, 7, BACKEND)(MODEL, batch_of(v), 1)[1]
        for v in (own, own + 1.0)
    )
    error = np.sqrt(2.0 / 4000.0) * MODEL.free_energy(own).std()
    assert abs(same) < 4.0 * error
    assert moved > 6.0 * error


def exact_loss(parameters, seen, v0):
    """Mean of w ‖D - v₀‖² with the posterior mean D by enumeration, observations as drawn."""
    w, b, c, s = parameters
    h = states(len(c))
    rate = (seen.alpha / seen.sigma**2)[:, None]
    eta = (b / s**2 + h @ (w / s[:, None] ** 2).T)[None] + (rate * seen.v_t)[:, None, :]
    lam = 1.0 / s**2 + (seen.alpha[:, None] * rate)[:, None, :]
    log_weight = h @ c + 0.5 * (eta**2 / lam).sum(axis=2)
    p = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    mean = np.einsum("rs,rsn->rn", p / p.sum(axis=1, keepdims=True), eta / lam)
    return float((seen.weight * np.square(mean - v0).sum(axis=1)).mean())


def test_covariance_gradient_is_that_of_the_denoising_loss():
    v0 = data()
    observer = Observer((0.5, 4.0), None, LinearSchedule(), 3, BACKEND)
    gradient = RealCovarianceGradient(observer, 6, 12, 7, BACKEND)
    short = RealCovarianceGradient(observer, 6, 1, 7, BACKEND)
    found, biased, losses = [], [], []
    for epoch in range(400):
        batch = batch_of(v0, epoch)
        seen = observer(batch)
        want = exact_derivative(lambda p, seen=seen: exact_loss(p, seen, v0))
        drawn, loss = gradient(MODEL, batch, 1)
        found.append(flat(drawn) - want)
        losses.append(loss - exact_loss(exact_parameters(MODEL), seen, v0))
        biased.append(flat(short(MODEL, batch, 1)[0]) - want)
    assert p_value(found, 0.0 * want) > ACCEPT
    assert mean_test(losses, 0.0) > ACCEPT
    # Negative control: one sweep has not left its start.
    assert p_value(biased, 0.0 * want) < REJECT


def test_widths_are_trained_by_their_logarithm():
    family = GaussianFamily.of(RealStates(data()), None, None, 0.02, 0.0)
    parameters = {"log_sigma": np.array([0.3, -1.0])}
    slope = family.derivatives({"sigma": np.array([2.0, 5.0])}, parameters)["log_sigma"]
    assert np.allclose(slope, np.exp(parameters["log_sigma"]) * [2.0, 5.0])
    parameters["log_sigma"][:] = [-9.0, 9.0]
    family.bound(parameters)
    assert np.allclose(np.exp(parameters["log_sigma"]), [0.02, 10.0])
    fixed = GaussianFamily.of(RealStates(data()), None, 0.5, 0.02, 0.0)
    assert "log_sigma" not in fixed.derivatives({"sigma": np.ones(2)}, parameters)


# -- models against their source ------------------------------------------------------------

SOURCE = GaussianRBM(
    [[3.0, 0.5], [-1.0, 2.0], [0.5, -2.0]], [-1.75, -0.5, 0.75], [0.0, 0.0], [1.0, 0.8, 0.6],
    data_mean=[100.0, -3.0, 0.0], data_scale=[20.0, 0.01, 1.0],
)  # fmt: skip
TRAIN, TEST = (Exact().sample(SOURCE, n, seed=n).data for n in (2000, 3000))


def likelihood(model, x):
    """Mean log-likelihood of data in their own units."""
    return log_likelihood(model, x, units="data").mean()


BEST = likelihood(SOURCE, TEST)
QUICK = {"n_hidden": 2, "visible": "gaussian", "n_epochs": 40}
TRAINERS = {
    "recovery": ScoreMatching(**QUICK),
    "covariance": ScoreMatching(
        **QUICK, gradient="covariance", snr=(1.0, 30.0), optimizer=Adam(learning_rate=0.04)
    ),
    "pcd": ContrastiveDivergence(**QUICK),
    "exact": ContrastiveDivergence(**QUICK, negative_phase=Exact()),
}


BIASED = {name: ScoreMatching(**QUICK, gradient=name) for name in ("gumbel", "mean_field")}


@pytest.mark.parametrize("name", BIASED)
def test_biased_gradients_learn(name):
    """They come near, and are told from the best: a relaxed sweep is not one of the model."""
    gap = BEST - likelihood(BIASED[name].fit(TRAIN, seed=0).model, TEST)
    assert 0.02 < gap < 0.15


@pytest.mark.parametrize("name", TRAINERS)
def test_training_comes_near_the_source(name):
    fit = TRAINERS[name].fit(TRAIN, validation=TEST, seed=0)
    gap = BEST - likelihood(fit.model, TEST)
    assert -0.01 < gap < 0.02
    assert np.allclose(fit.model.data_mean, TRAIN.mean(axis=0))
    assert np.allclose(fit.model.data_scale, TRAIN.std(axis=0))
    widths = fit.model.sigma * fit.model.data_scale / SOURCE.data_scale
    assert np.allclose(widths, SOURCE.sigma, rtol=0.1)
    shown = fit.history[-1]["validation_log_likelihood"] - np.log(fit.model.data_scale).sum()
    assert shown == pytest.approx(likelihood(fit.model, TEST[::2]), abs=1e-3)
    # Controls: independent units, and widths that are not those learned.
    diagonal = GaussianRBM(
        np.zeros((3, 1)), np.zeros(3), np.zeros(1), 1.0,
        data_mean=TRAIN.mean(axis=0), data_scale=TRAIN.std(axis=0),
    )  # fmt: skip
    assert BEST - likelihood(diagonal, TEST) > 0.5
    kept = {"data_mean": fit.model.data_mean, "data_scale": fit.model.data_scale}
    wider = GaussianRBM(**fit.model.parameters | {"sigma": 1.2 * fit.model.sigma}, **kept)
    assert BEST - likelihood(wider, TEST) > 0.04


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        (1e200, r"v: got numbers as large as .*e\+20\d, expected at most 1e\+140, or their spread"),
        (1e-200, "v: got numbers of unit 0 so small that their spread is lost"),
    ],
)
def test_numbers_beyond_double_precision_are_blamed_on_the_data(unit, message):
    with pytest.raises(ValueError, match=message):
        ScoreMatching(**QUICK).fit(unit * TRAIN)
    for fair in (1e130, 1e-130):
        ScoreMatching(**QUICK | {"n_epochs": 1}).fit(fair * TRAIN[:50])


def test_fixed_widths_stay():
    fit = ScoreMatching(**QUICK | {"n_epochs": 4}, sigma=0.9).fit(TRAIN)
    assert (fit.model.sigma == np.float32(0.9)).all()
    assert fit.settings["sigma"] == 0.9
    assert "sigma" not in ScoreMatching().settings()


def test_units_that_others_determine_stop_at_the_floor():
    bits = np.random.default_rng(0).integers(0, 2, (400, 1))
    x = np.hstack([bits, 5.0 - 2.0 * bits, np.full((400, 1), 7.0)])
    options = QUICK | {"n_epochs": 60, "n_hidden": 1}
    model = ScoreMatching(**options, sigma_floor=0.25).fit(x).model
    assert model.sigma.min() == pytest.approx(0.25)
    assert np.isfinite(model.weights).all()
    drawn = Exact().sample(model, 500).data
    assert abs(drawn[:, 2] - 7.0).max() < 1.0
    assert np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1] < -0.85


def test_units_that_hardly_vary_are_not_blown_up():
    """The floor is in the units of the data; others, and a constant one, are as they would be."""
    x = np.random.default_rng(0).normal(size=(300, 3)) * [2.0, 0.01, 0.0] + [5.0, 1.0, 7.0]
    options = QUICK | {"n_epochs": 2}
    model = ScoreMatching(**options, scale_floor=0.1).fit(x).model
    assert model.data_scale == pytest.approx([x[:, 0].std(), 0.1, 0.1])
    assert model.data_mean == pytest.approx(x.mean(axis=0))
    assert model.standardise(x)[:, 1].std() == pytest.approx(0.1, rel=0.1)
    assert ScoreMatching(**options).fit(x).model.data_scale[2] == 1.0
    # Going on from a model, its scale is kept.
    again = ContrastiveDivergence(**options, scale_floor=3.0).fit(x, init=model).model
    assert np.array_equal(again.data_scale, model.data_scale)
    assert "scale_floor" not in ScoreMatching().settings()


def test_a_constant_unit_keeps_its_units():
    """Whatever the rounding of its mean, which grows with the rows: here it is 2e-13."""
    x = np.full((100_000, 3), 0.1)
    x[:, 1] = np.arange(len(x)) % 2  # a control that varies, and one that hardly does
    x[:, 2] += 1e-6 * x[:, 1]
    states = RealStates(x)
    v = GaussianFamily.of(states, None, None, 0.02, 0.0).standardised(states).unpack()
    assert (v[:, 0] == 0.0).all()
    assert np.allclose(v[:, 1:].std(axis=0), 1.0)


# -- the contract ---------------------------------------------------------------------------


EVERY = TRAINERS | BIASED | {"literal": ScoreMatching(**QUICK, gradient="literal")}


@pytest.mark.parametrize("name", EVERY)
def test_threads_and_backend_do_not_change_the_model(name):
    options = {"n_epochs": 2, "n_hidden": 9, "batch_size": 40}

    def parameters(**where):
        trainer = type(EVERY[name])(**vars(EVERY[name]) | options | where)
        return np.concatenate(
            [x.ravel() for x in trainer.fit(TRAIN[:200]).model.parameters.values()]
        )

    expected = parameters(n_threads=1)
    assert np.array_equal(parameters(n_threads=3), expected)
    assert np.array_equal(parameters(backend="reference"), expected)


def test_training_goes_on_in_the_units_of_the_model():
    first = TRAINERS["recovery"].fit(TRAIN[:1000], seed=0).model
    options = QUICK | {"n_epochs": 1}
    trainer = ScoreMatching(**options, optimizer=SGD(learning_rate=1e-12))
    again = trainer.fit(TRAIN[1000:], init=first).model
    for name, array in first.parameters.items():
        assert np.allclose(getattr(again, name), array, atol=1e-6)
    assert np.array_equal(again.data_mean, first.data_mean)
    with pytest.raises(ValueError, match=r"init: got GaussianRBM.*with data_mean and data_scale"):
        trainer.fit(TRAIN, init=random_gaussian(3, 2))
    with pytest.raises(ValueError, match=r"init: got GaussianRBM\S* n_hidden=2\), expected 2 vis"):
        trainer.fit(TRAIN[:, :2], init=first)
    with pytest.raises(ValueError, match=r"v: got .* from the mean .*expected data in the same un"):
        trainer.fit(1e6 * TRAIN, init=first)
    with pytest.raises(ValueError, match="init: got a model with arrays"):
        trainer.fit(TRAIN, init=BernoulliRBM(np.zeros((3, 2)), np.zeros(3), np.zeros(2)))


def test_a_trained_model_is_kept_with_its_record(tmp_path):
    fit = ScoreMatching(**QUICK | {"n_epochs": 2}).fit(TRAIN)
    save(fit.model, tmp_path / "m.safetensors", training=fit.record())
    drawn = BlockGibbs(5).sample(load(tmp_path / "m.safetensors"), 20)
    assert np.array_equal(drawn.data, BlockGibbs(5).sample(fit.model, 20).data)


def test_large_models_are_watched_by_their_pseudo_likelihood():
    options = QUICK | {"n_epochs": 3, "n_hidden": 40}
    fit = ScoreMatching(**options).fit(TRAIN, validation=TEST)
    shown = [row["validation_pseudo_log_likelihood"] for row in fit.history]
    assert shown == sorted(shown)
    every = pseudo_log_likelihood(fit.model, fit.model.standardise(TEST)[::2][::8]).mean()
    assert shown[-1] == pytest.approx(every, abs=1e-4)
    assert "pseudo_log_likelihood" in ScoreMatching(**options).fit(TRAIN).history[-1]
    stopping = ScoreMatching(**options, callbacks=[EarlyStopping(patience=1)])
    assert stopping.fit(TRAIN, validation=TEST).epoch == 2


@pytest.mark.parametrize("trainer", [ScoreMatching, ContrastiveDivergence])
def test_large_models_that_diverged_are_said_to_have(trainer):
    """Chains that stay near the data do not tell: likelihoods by annealing do."""
    x = np.random.default_rng(0).normal(size=(300, 20))
    options = QUICK | {"n_epochs": 4, "n_hidden": 40, "optimizer": Adam(learning_rate=1.0)}
    with pytest.warns(DivergenceWarning) as said:
        trainer(**options).fit(x)
    last = str(said[-1].message)
    assert re.search(r"is below that of independent units, -28\.\d\d", last)
    trainer(**options, monitor="never").fit(x)


def test_large_models_that_diverge_are_said_to_at_once():
    """Once they have been better, and not while they are only no good yet."""
    x = RealStates(np.random.default_rng(0).normal(size=(300, 20)))
    family = GaussianFamily.of(x, None, None, 0.02, 0.0)
    good = random_gaussian(20, 40, scale=0.01)
    wild = random_gaussian(20, 40, scale=20.0)
    monitor = Monitor("auto", family, x, None, BACKEND, 1, 9, 100)
    before = [monitor(model, k)["pseudo_log_likelihood"] for k, model in enumerate((wild, good))]
    assert before[0] < before[1]
    with pytest.warns(DivergenceWarning, match=r"epoch 2: the pseudo-log-likelihood fell to -"):
        monitor(wild, 2)
    monitor(wild, 3)  # once is enough


@pytest.mark.parametrize("trainer", [ScoreMatching, ContrastiveDivergence])
def test_divergence_is_said(trainer):
    fast = SGD(learning_rate=1e6, decay="constant")
    with pytest.raises(DivergenceError, match=r"diverged in epoch \d.*learning rate below 1e\+06"):
        trainer(**QUICK, optimizer=fast, monitor="never").fit(TRAIN)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scale_floor": -1.0}, r"scale_floor: got -1\.0, expected at least 0"),
        ({"sigma": 0.0}, r"sigma: got 0\.0, expected at least"),
        ({"sigma_floor": 2.0}, r"sigma_floor: got 2\.0, expected at most 1"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        ScoreMatching(visible="gaussian", **options)


def test_bad_data_are_named():
    for v, message in (
        ([[0.0, np.nan], [1.0, 1.0]], r"v: got nan at index \(0, 1\)"),
        (np.zeros(3), r"v: got shape \(3,\), expected \(any, any\)"),
        (np.zeros((1, 3)), r"v: got shape \(1, 3\), expected at least two states"),
    ):
        with pytest.raises(ValueError, match=message):
            ScoreMatching(visible="gaussian").fit(v)
