"""An annealer in the negative phase of training, and its temperature on the way."""

import math
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from helpers.devices import ideal_qpu
from helpers.models import random_bernoulli, visible_probabilities
from scorerbm import (
    Adam,
    Annealer,
    BernoulliRBM,
    ContrastiveDivergence,
    DivergenceError,
    Exact,
    to_ising,
)
from scorerbm.annealing.gauges import draw_gauge
from scorerbm.annealing.program import check_ranges, program, smallest_beta
from scorerbm.annealing.simulated import IdealAnnealer, SimulatedQPU
from scorerbm.annealing.tracking import Tracker

SOURCE = random_bernoulli(6, 3, scale=2.0, seed=4)
DATA = Exact().sample(SOURCE, 600, seed=1).visible
TRAINER = ContrastiveDivergence(
    n_hidden=3,
    n_epochs=12,
    batch_size=60,
    n_chains=200,
    optimizer=Adam(learning_rate=0.05),
    monitor="never",
)


def qpu(beta=6.0):
    return SimulatedQPU(IdealAnnealer(beta=beta), size=2)


def divergence(model):
    """KL(source ‖ model) in nats, by enumeration."""
    p, q = visible_probabilities(SOURCE), visible_probabilities(model)
    return float((p * np.log(p / q)).sum())


def trained(annealer):
    return replace(TRAINER, negative_phase=annealer).fit(DATA, seed=0)


def test_a_device_trains_as_well_as_exact_samples_and_its_temperature_is_found():
    annealer = Annealer(qpu(), n_gauges=1)  # starts at 8.5, off by 1.4
    fit = trained(annealer)
    exact = replace(TRAINER, negative_phase=Exact()).fit(DATA, seed=0)
    assert divergence(fit.model) < 1.5 * divergence(exact.model) + 0.01
    assert fit.history[-1]["beta"] == pytest.approx(6.0, rel=0.05)
    # Negative control: at the wrong temperature the model is that of another one.
    wrong = trained(replace(annealer, beta=12.0)).model
    assert divergence(wrong) > 3.0 * divergence(fit.model)


def test_a_given_temperature_is_kept():
    annealer = Annealer(qpu(), beta=5.0, n_gauges=1)
    fit = replace(TRAINER, n_epochs=2, negative_phase=annealer).fit(DATA, seed=0)
    assert [row["beta"] for row in fit.history] == [5.0, 5.0]


def test_the_same_seed_trains_the_same_model_on_a_fresh_device():
    first, second, other = (
        replace(TRAINER, n_epochs=2, negative_phase=Annealer(qpu(), n_gauges=2)).fit(DATA, seed=s)
        for s in (0, 0, 1)
    )
    np.testing.assert_array_equal(first.model.weights, second.model.weights)
    assert not np.array_equal(first.model.weights, other.model.weights)
    assert first.settings == second.settings


@pytest.mark.parametrize("rate", [0.05, 1e30], ids=["to its end", "until it diverges"])
def test_a_connection_made_for_a_training_is_given_back(monkeypatch, rate):
    device, closed = qpu(), []
    monkeypatch.setattr(device, "close", lambda: closed.append(True), raising=False)
    monkeypatch.setattr(Annealer, "connect", lambda self: device)
    trainer = replace(TRAINER, n_epochs=2, optimizer=Adam(learning_rate=rate))
    with nullcontext() if rate < 1.0 else pytest.raises(DivergenceError):
        replace(trainer, negative_phase=Annealer(beta=6.0, n_gauges=1)).fit(DATA, seed=0)
    assert closed == [True]


def test_a_stream_that_is_no_more_gives_its_connection_back(monkeypatch):
    device, closed = qpu(), []
    monkeypatch.setattr(device, "close", lambda: closed.append(True), raising=False)
    monkeypatch.setattr(Annealer, "connect", lambda self: device)
    trainer = replace(TRAINER, negative_phase=Annealer(beta=6.0, n_gauges=1))
    stream = trainer.stream(DATA)
    stream.update(DATA[:10])
    assert closed == []
    del stream
    assert closed == [True]


# -- the filter ------------------------------------------------------------------------------


def test_weights_that_say_nothing_of_the_temperature_do_not_move_it():
    flat = BernoulliRBM(np.full((6, 3), 1e-3), np.zeros(6), np.zeros(3))
    tracker = Tracker(Annealer(qpu(), n_gauges=1))
    for seed in range(5):
        tracker.sample(flat, 100, seed=seed)
    assert tracker.beta == pytest.approx(8.5, rel=0.1)
    # While those of the source say it at once.
    tracker.sample(SOURCE, 500, seed=9)
    assert tracker.beta == pytest.approx(6.0, rel=0.1)


@pytest.mark.parametrize("error", [0.2, 0.4, 3.0])
def test_noise_moves_the_temperature_up_as_much_as_down(error):
    """Observations of the right temperature, normal but for those that are not positive."""
    rng, found = np.random.default_rng(5), []
    for _ in range(4):
        tracker = started(6.0)
        for update in range(400):
            x = rng.normal(6.0 / tracker.beta, error)
            follow(tracker, *((x, error) if x > 0.0 else (math.nan, math.nan)))
            if update >= 100:
                found.append(math.log(tracker.beta / 6.0))
    assert abs(np.mean(found)) < 0.06


def test_a_device_far_colder_than_it_was_taken_to_be_is_found():
    tracker = started(1.0)
    follow(tracker, 2.0, 0.8)  # might be noise
    assert tracker.beta == 1.0
    follow(tracker, 8.0, 0.8)
    assert 6.0 < tracker.beta < 9.0


def started(beta):
    tracker = Tracker(Annealer(qpu(), n_gauges=1))
    tracker._start, tracker.session.beta = math.log(beta), beta
    return tracker


def follow(tracker, x, error):
    tracker._follow(SimpleNamespace(effective_beta=x, effective_beta_error=error))


def test_a_device_that_only_minimises_is_moved_away_from():
    tracker = Tracker(Annealer(qpu(beta=5000.0), n_gauges=1, chain_breaks="majority"))
    betas = []
    for seed in range(3):
        tracker.sample(SOURCE, 20, seed=seed)
        betas.append(tracker.beta)
    assert 8.5 < betas[0] < betas[1] < betas[2] < 8.5 * math.exp(3)


def test_chains_grow_stronger_with_the_couplings():
    tracker = Tracker(Annealer(ideal_qpu(0.0), beta=6.0, n_gauges=1))
    small, large = (random_bernoulli(4, 3, scale=s, seed=0) for s in (0.1, 8.0))
    tracker.sample(small, 10)
    assert tracker.session.chain_strength == pytest.approx(2.5 / 6.0)
    tracker.sample(large, 10)
    coupling = 1.25 * np.abs(large.weights).max() / 4.0
    assert tracker.session.chain_strength == pytest.approx(min(coupling / 6.0, 2.0), rel=1e-5)
    fixed = Tracker(Annealer(ideal_qpu(0.0), beta=6.0, chain_strength=0.7, n_gauges=1))
    fixed.sample(small, 10)
    assert fixed.session.chain_strength == 0.7


def test_a_temperature_that_runs_away_ends_where_the_ranges_do():
    """A device of β = 0.5 would take more than it can be programmed with."""
    tracker = Tracker(Annealer(qpu(beta=0.5), n_gauges=2))
    session = tracker.session
    ising = to_ising(SOURCE)
    for seed in range(6):
        drawn = tracker.sample(SOURCE, 300, seed=seed)
    least = smallest_beta(session.device, session.layout(ising), ising)
    assert drawn.report.beta == pytest.approx(least, rel=0.01)
    assert drawn.report.effective_beta < 0.7
    # Negative control: where it wanted to go, the device refuses.
    with pytest.raises(ValueError, match="or a larger beta than"):
        Annealer(qpu(), beta=0.5, chain_strength=0.1, n_gauges=2).sample(SOURCE, 10)


@pytest.mark.parametrize(("fields", "couplings"), [(30.0, 0.1), (0.1, 8.0)])
def test_the_smallest_beta_is_that_of_fields_or_of_couplings(fields, couplings):
    model = random_bernoulli(4, 3, scale=couplings, bias=fields, seed=2)
    session = Annealer(qpu()).session()
    ising = to_ising(model)
    layout = session.layout(ising)
    least = smallest_beta(session.device, layout, ising)
    gauge = draw_gauge(layout, 0, 0, False)
    check_ranges(session.device, program(layout, ising, 1.001 * least, 0.1, gauge), least)
    with pytest.raises(ValueError, match="field of" if fields > couplings else "coupling"):
        check_ranges(session.device, program(layout, ising, 0.79 * least, 0.1, gauge), least)
