"""Tempering of real units against the exact mixture on every rung, and wrong rules."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from helpers.gaussian import (
    changed,
    components,
    energies,
    exact_parameters,
    joint_law,
    random_gaussian,
    separated,
    visible_law,
)
from helpers.models import random_bernoulli
from helpers.statistics import ACCEPT, REJECT, bonferroni, mean_test
from scorerbm import (
    BlockGibbs,
    ContrastiveDivergence,
    ExactDenoiser,
    GaussianRBM,
    GibbsDenoiser,
    ParallelTempering,
    ReverseSDE,
    SampleSet,
    Snapshots,
    TemperedDenoiser,
    select_snapshots,
    tune_ladder,
)
from scorerbm.backends import get_backend
from scorerbm.backends.protocol import Domain
from scorerbm.backends.reference import ReferenceBackend
from scorerbm.denoise.base import Particles
from scorerbm.rbm import real_tempering
from scorerbm.rbm.chains import chain_ids
from scorerbm.rbm.real_tempering import RealTempering, real_energy
from scorerbm.sample.real_replicas import RealPath
from scorerbm.sample.replicas import Streams
from scorerbm.sample.trajectory import on_trajectory

MODEL = separated()
STANDARDISED = changed(MODEL, data_mean=[3.0, -1.0], data_scale=[2.0, 0.5])
BETAS = np.array([0.0, 0.1, 0.35, 1.0])


def far():
    """Four modes that a Gibbs chain hardly ever leaves: couplings that are orthogonal over σ²."""
    w = np.array([[10.0, 5.0], [-5.12, 6.25]])
    return GaussianRBM(w, -0.5 * w.sum(axis=1), [0.3, -0.4], [1.0, 0.8])


def rungs_p_value(model, swap_every=1, n=1500, backend=None):
    """Of all rungs after a run, each against the model between the reference and this one."""
    path = RealPath.to(model, "data")
    streams = Streams(chain_ids(n), (11, 12), backend or get_backend(), 0)
    start = path.start(len(BETAS), streams, (13, 14))
    replicas = path.replicas(BETAS, start, streams, swap_every)
    for sweeps in (1, 7, 17):  # in pieces, that cut between events
        replicas.advance(sweeps)
    reference = model.independent()
    return bonferroni(
        joint_law(SampleSet(*replicas.on_rung(k), {}), model.interpolate(reference, beta))
        for k, beta in enumerate(BETAS)
    )


@pytest.mark.parametrize("swap_every", [1, 3])
@pytest.mark.parametrize("model", [MODEL, STANDARDISED], ids=["plain", "standardised"])
def test_every_rung_has_its_distribution(model, swap_every):
    assert rungs_p_value(model, swap_every) > ACCEPT


class AlwaysExchanged(ReferenceBackend):
    """Exchanges whatever the energies."""

    def uniform(self, chains, width, key, *, step, domain):
        u = super().uniform(chains, width, key, step=step, domain=domain)
        return u - 1.0 if domain == Domain.SWAP else u


def whole_energy(self, v, h, backend, n_threads=0):
    """E without the reference's part."""
    return real_energy(self.end, v, h, backend)


def free_energy(self, v, h, backend, n_threads=0):
    """F(v) - F_ref(v), at β = 1: right for v alone, and on no other rung."""
    x = v @ self.end.coupling + self.end.hidden
    precision, field = (
        getattr(self.end, name) - getattr(self.start, name) for name in ("precision", "field")
    )
    return (v * (0.5 * precision * v - field)).sum(axis=1) - np.logaddexp(0.0, x).sum(axis=1)


@pytest.mark.parametrize("wrong", [whole_energy, free_energy, None])
def test_wrong_exchanges_are_rejected(wrong, monkeypatch):
    if wrong is None:
        assert rungs_p_value(MODEL, n=500, backend=AlwaysExchanged()) < REJECT
        monkeypatch.setattr("scorerbm.sample.base.get_backend", lambda name: AlwaysExchanged())
    else:
        monkeypatch.setattr(RealTempering, "energy", wrong)
        assert rungs_p_value(MODEL, n=3000) < REJECT
    # The last of 31 exchanges is one with the model itself.
    assert joint_law(ParallelTempering(31, BETAS).sample(MODEL, 2000), MODEL) < REJECT


def wrong_width(self, beta):
    """The model's precision on every rung."""
    sound = AT(self, beta)
    return sound._replace(precision=np.broadcast_to(self.end.precision, sound.precision.shape))


def wider_reference(self, beta):
    """A reference of other widths than the one that replicas start from."""
    return AT(self._replace(start=self.start._replace(precision=0.7 * self.start.precision)), beta)


AT = RealTempering.at


@pytest.mark.parametrize("wrong", [wrong_width, wider_reference])
def test_wrong_rungs_are_rejected(wrong, monkeypatch):
    monkeypatch.setattr(RealTempering, "at", wrong)
    assert rungs_p_value(MODEL) < REJECT


def test_energies_are_those_of_the_model():
    """To a constant; sums in order make them independent of the batch."""
    model = random_gaussian(70, 9, seed=1, scale=0.1)
    rng = np.random.default_rng(0)
    v, h = rng.normal(size=(6, 70)), rng.integers(0, 2, (6, 9)).astype(np.uint8)
    start = model.independent()
    for backend in (get_backend(), ReferenceBackend()):
        found = real_energy(model.conditionals, v, h, backend)
        exact = np.diagonal(energies(model, v, h))
        assert np.ptp(found - exact) < 1e-9
        path = RealTempering(start.conditionals, model.conditionals)
        rest = path.energy(v, h, backend)
        assert np.ptp(rest - (found - start.energy(v, h))) < 1e-9
        alone = [path.energy(v[i : i + 1], h[i : i + 1], backend)[0] for i in range(6)]
        assert np.array_equal(alone, rest)


def test_how_many_ladders_are_swept_at_a_time_does_not_matter(monkeypatch):
    sampler = ParallelTempering(7, BETAS, swap_every=2, samples_per_ladder=2, thin=3)
    whole = sampler.sample(STANDARDISED, 11, seed=4)
    monkeypatch.setattr("scorerbm.sample.real_replicas._NUMBERS_AT_ONCE", 2 * len(BETAS) * 2)
    swept, sweep = [], real_tempering.advance

    def watched(given, chains, *args, **kwargs):
        swept.append(len(chains))
        return sweep(given, chains, *args, **kwargs)

    monkeypatch.setattr(real_tempering, "advance", watched)
    parts = sampler.sample(STANDARDISED, 11, seed=4)
    assert set(swept) == {2 * len(BETAS)}  # of six ladders
    assert np.array_equal(parts.visible, whole.visible)
    assert np.array_equal(parts.hidden, whole.hidden)
    assert parts.info["acceptance"] == whole.info["acceptance"]
    start = np.tile([1.0, 2.0], (len(BETAS), 1))
    streams = Streams(chain_ids(1), (11, 12), get_backend(), 0)
    RealPath.to(MODEL, "data").replicas(BETAS, start, streams).advance(3)
    assert (start == [1.0, 2.0]).all()


# -- the sampler ----------------------------------------------------------------------------

SAMPLERS = [
    ParallelTempering(40),
    ParallelTempering(40, BETAS),
    ParallelTempering(40, [0.0, 0.3, 1.0], swap_every=3),
    ParallelTempering(40, "geometric", n_replicas=4, reference="data"),
    ParallelTempering(40, [0.0, 0.3, 1.0], samples_per_ladder=4, thin=25),
]


@pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: f"{s.betas}-{s.samples_per_ladder}")
def test_samples_follow_the_model(sampler):
    samples = sampler.sample(STANDARDISED, 3000)
    assert joint_law(samples, MODEL) > ACCEPT
    assert joint_law(samples, changed(MODEL, sigma=1.25 * MODEL.sigma)) < REJECT
    assert samples.info["reference"] == "data"
    assert samples.standardisation is STANDARDISED.standardisation


def test_modes_that_gibbs_chains_do_not_leave_have_their_weights():
    model, tempering = far(), ParallelTempering(120)
    samples = tempering.sample(model, 1500)
    assert joint_law(samples, model) > ACCEPT
    as_long = BlockGibbs(120 * samples.info["n_replicas"])
    assert joint_law(as_long.sample(model, 1500), model) < REJECT
    assert samples.info["round_trips"] > 1500
    rarest = components(model)[1][np.argmin(components(model)[0])]
    assert joint_law(tempering.sample(model, 1000, init=rarest, seed=1), model) > ACCEPT


def exact_rejection(model, betas, n=20000):
    """1 - E min(1, exp((β - β')(ΔE - ΔE'))) with independent draws of every rung."""
    rng, reference, drawn = np.random.default_rng(0), model.independent(), []
    for beta in betas:
        between = model.interpolate(reference, beta)
        p, mean = components(between)
        k = rng.choice(len(p), n, p=p)
        v = mean[k] + exact_parameters(between)[3] * rng.standard_normal((n, mean.shape[1]))
        h = (k[:, None] >> np.arange(model.n_hidden)) & 1
        drawn.append(model.energy(v, h) - reference.energy(v, h))
    return np.array(
        [
            1.0 - np.exp(np.minimum((a - b) * (x - y), 0.0)).mean()
            for (a, b), (x, y) in zip(pairwise(betas), pairwise(drawn), strict=True)
        ]
    )


def test_ladders_are_tuned_to_equal_rates():
    model = far()
    ladder = tune_ladder(model, seed=2)
    exact = exact_rejection(model, ladder.betas)
    assert np.abs(1.0 - ladder.acceptance - exact).max() < 0.08
    assert np.abs(exact - exact.mean()).max() < 0.12
    even = exact_rejection(model, np.linspace(0.0, 1.0, len(ladder.betas)))
    assert np.abs(even - even.mean()).max() > 0.3
    info = ParallelTempering(2).sample(model, 3, seed=2).info
    assert info["betas"] == ladder.betas.tolist()
    assert tune_ladder(model.independent()).betas.tolist() == [0.0, 1.0]


# -- along models ---------------------------------------------------------------------------


def trajectory(model):
    """From independent units to the model, by other models than β would give."""
    w, b, _, s = exact_parameters(model)
    parts = (0.15, 0.4, 0.7)
    between = [changed(model, weights=t * w, visible_bias=t * b, sigma=s / t**0.3) for t in parts]
    return [model.independent(), *between, model]


def along_p_value(models, n=2500):
    streams = Streams(chain_ids(n), (21, 22), get_backend(), 0)
    replicas = on_trajectory(models, "auto", streams, None, (23, 24))
    for sweeps in (1, 7, 12):
        replicas.advance(sweeps)
    return bonferroni(
        joint_law(SampleSet(*replicas.on_rung(k), {}), model) for k, model in enumerate(models)
    )


def test_every_model_of_a_trajectory_has_its_distribution(monkeypatch):
    models = trajectory(MODEL)
    assert along_p_value(models) > ACCEPT

    def of_hidden_only(given, v, h, backend, n_threads=0):
        flat = given._replace(precision=0.0 * given.precision, field=0.0 * given.field)
        return real_energy(flat, v, h, backend, n_threads)

    monkeypatch.setattr("scorerbm.sample.real_replicas.real_energy", of_hidden_only)
    assert along_p_value(models) < REJECT


def test_samples_are_those_of_the_last_model():
    model = far()
    models = [model.independent()]
    models += [model.interpolate(models[0], beta) for beta in (0.02, 0.07, 0.2, 0.5)]
    samples = ParallelTempering(120).sample([*models, model], 1000)
    assert joint_law(samples, model) > ACCEPT
    assert samples.info["n_replicas"] == 6
    doubled = [m for m in (*models, model) for _ in range(3)]
    kept = select_snapshots(doubled, n_sweeps=100)
    assert len(kept) < len(doubled)
    assert kept[0] is models[0]
    assert kept[-1] is model


def test_snapshots_of_a_training_run_lead_to_its_model():
    v = np.random.default_rng(0).normal([2.0, -3.0], [0.5, 2.0], (200, 2))
    snapshots = Snapshots([0, 2, 4])
    trainer = ContrastiveDivergence(
        n_hidden=3, n_epochs=4, batch_size=50, visible="gaussian", callbacks=[snapshots]
    )
    fit = trainer.fit(v)
    samples = ParallelTempering(20).sample(snapshots.models, 50)
    assert samples.data.shape == (50, 2)
    assert np.array_equal(samples.standardisation.mean, fit.model.data_mean)


def test_trajectories_of_unlike_models_are_refused():
    tempering = ParallelTempering(2)
    for models, error, message in (
        ([MODEL, STANDARDISED], ValueError, r"models\[0\]: got another data_mean or data_scale"),
        ([random_bernoulli(2, 2), MODEL], TypeError, r"models\[0\]: got BernoulliRBM, expected Ga"),
        ([random_gaussian(3, 2), MODEL], ValueError, r"models\[0\]: got weights of shape \(3, 2\)"),
    ):  # fmt: skip
        with pytest.raises(error, match=message):
            tempering.sample(models, 2)


# -- posterior means ------------------------------------------------------------------------

LADDER = (0.0, 0.015, 0.035, 0.08, 0.2, 0.45, 1.0)


def estimates(denoiser, model, v_t, alpha, sigma, n=1500, calls=100):
    """Those of the last of some calls, of n particles that see the same, and draws after it."""
    mean = denoiser.bind(model, Particles.numbered(n, 0))
    seen = np.tile(v_t, (n, 1))
    for _ in range(calls):
        estimate = mean(seen, alpha, sigma)
    return estimate, mean.draw(seen, alpha, sigma)


@pytest.mark.parametrize(("alpha", "sigma"), [(0.05, 1.0), (0.3, 3.0)])
def test_tempered_means_and_draws_are_those_of_the_posterior(alpha, sigma):
    model, v_t = far(), np.array([0.4, -1.0])
    exact = ExactDenoiser().bind(model, Particles.numbered(1, 0))(v_t[None], alpha, sigma)[0]
    posterior = model.tilt(v_t, alpha, sigma)

    def p_value(denoiser):
        mean, drawn = estimates(denoiser, model, v_t, alpha, sigma)
        return bonferroni([visible_law(drawn, posterior), *map(mean_test, mean.T, exact)])

    assert p_value(TemperedDenoiser(LADDER)) > ACCEPT
    assert p_value(GibbsDenoiser()) < REJECT


def test_a_reference_without_the_observation_is_seen(monkeypatch):
    """Exchanges would still be right for its rungs, but the energy is another."""
    model, v_t = far(), np.array([12.0, 3.0])
    exact = ExactDenoiser().bind(model, Particles.numbered(1, 0))(v_t[None], 0.6, 3.0)[0]

    def p_value():
        mean, _ = estimates(TemperedDenoiser(LADDER), model, v_t, 0.6, 3.0, n=500)
        return bonferroni(map(mean_test, mean.T, exact))

    assert p_value() > ACCEPT
    sound = RealTempering.energy

    def unseen(self, v, h, backend, n_threads=0):
        plain = RealTempering(self.start, model.conditionals)
        return sound(plain, v, h, backend, n_threads)

    monkeypatch.setattr(real_tempering.RealTempering, "energy", unseen)
    assert p_value() < REJECT


@pytest.mark.slow
def test_a_reverse_sde_finds_the_weights_of_the_modes():
    model = far()

    def of(denoiser):
        return joint_law(ReverseSDE(300, denoiser=denoiser).sample(model, 1500), model)

    assert of(TemperedDenoiser(LADDER)) > ACCEPT
    assert of(GibbsDenoiser()) < REJECT
