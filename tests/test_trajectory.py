"""Tempering along a training run: every model's distribution, wrong exchanges, and snapshots."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.models import (
    joint_probabilities,
    random_bernoulli,
    state_index,
    states,
    visible_probabilities,
)
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square, chi_square_states
from scorerbm import (
    BernoulliRBM,
    BlockGibbs,
    ContrastiveDivergence,
    EarlyStopping,
    ParallelTempering,
    Snapshots,
    select_snapshots,
)
from scorerbm.backends import get_backend
from scorerbm.backends.reference import ReferenceBackend
from scorerbm.rbm.chains import chain_ids
from scorerbm.sample.replicas import Streams, start_replicas
from scorerbm.sample.trajectory import on_trajectory, thinned
from test_tempering import AlwaysExchanged, two_modes

TARGET = random_bernoulli(4, 3, seed=5, scale=2.5)
OTHER = random_bernoulli(4, 3, seed=9, scale=1.5, bias=1.0)


def between(start, stop, t):
    """A model that is part of one and part of the other, in weights and biases alike."""
    parts = zip(start.parameters.values(), stop.parameters.values(), strict=True)
    return BernoulliRBM(*((1.0 - t) * a + t * b for a, b in parts))


NOTHING = BernoulliRBM(np.zeros((8, 4)), np.zeros(8), np.zeros(4))
MODELS = [OTHER.independent(), OTHER, between(OTHER, TARGET, 0.5), TARGET]


def rungs(backend, swap_every=1, n_ladders=3000, n_sweeps=40, precision="auto"):
    """Joint states of every model after a run."""
    streams = Streams(chain_ids(n_ladders), (21, 22), backend, 0)
    start = start_replicas(np.full(4, 0.5), len(MODELS), streams, (23, 24))
    replicas = on_trajectory(MODELS, precision, streams, start, (0, 0), swap_every)
    for n in (1, 7, n_sweeps - 8):  # in pieces, that cut between events
        replicas.advance(n)
    return [np.hstack(replicas.on_rung(k)) for k in range(len(MODELS))]


def rungs_p_value(backend, **options):
    drawn = rungs(backend, **options)
    return bonferroni(
        chi_square_states(x, joint_probabilities(model))
        for x, model in zip(drawn, MODELS, strict=True)
    )


@pytest.mark.parametrize("precision", ["int16", "int32"])
@pytest.mark.parametrize("swap_every", [1, 3])
def test_every_model_has_its_distribution(swap_every, precision):
    assert rungs_p_value(get_backend(), swap_every=swap_every, precision=precision) > ACCEPT


def p_value(sampler, n_samples=4000):
    samples = sampler.sample(MODELS, n_samples)
    joint = np.hstack([samples.visible, samples.hidden])
    return chi_square_states(joint, joint_probabilities(TARGET))


@pytest.mark.parametrize("options", [{}, {"swap_every": 3}, {"samples_per_ladder": 4, "thin": 30}])
def test_samples_are_those_of_the_last_model(options):
    assert p_value(ParallelTempering(41, **options)) > ACCEPT


class FreeEnergy(ReferenceBackend):
    """Exchanges (v, h) by the free energy of v."""

    def energy(self, rbm, visible, hidden, n_threads=0):
        x = (rbm.hidden_bias + visible.astype(np.int64) @ rbm.weights) / rbm.scale
        free = -(visible @ rbm.visible_bias) / rbm.scale - np.logaddexp(0.0, x).sum(axis=1)
        return np.rint(free * rbm.scale).astype(np.int64)


class EnergyOfOtherSign(ReferenceBackend):
    def energy(self, rbm, visible, hidden, n_threads=0):
        return -super().energy(rbm, visible, hidden)


@pytest.mark.parametrize("wrong", [FreeEnergy, EnergyOfOtherSign, AlwaysExchanged])
def test_wrong_exchanges_are_rejected(wrong, monkeypatch):
    """A free energy would do for v alone: h then is of the model that the state came from.

    The last of 41 exchanges is one with the last model.
    """
    assert rungs_p_value(wrong()) < REJECT
    monkeypatch.setattr("scorerbm.sample.base.get_backend", lambda name: wrong())
    assert p_value(ParallelTempering(41)) < REJECT


def test_energies_are_compared_in_their_own_units():
    """The grids of the models differ, and so do the units of their integer energies."""
    scales = [model.integers("auto").scale for model in MODELS]
    assert len(set(scales)) > 1

    class OneUnit(ReferenceBackend):
        """Makes the division by each model's scale one by the smallest of all."""

        def energy(self, rbm, visible, hidden, n_threads=0):
            return super().energy(rbm, visible, hidden) * int(rbm.scale / min(scales))

    assert rungs_p_value(OneUnit()) < REJECT


def test_modes_have_their_weights():
    target = two_modes()
    models = [between(NOTHING, target, t) for t in np.linspace(0.0, 1.0, 9)]
    many_on = states(8).sum(axis=1) > 4
    p = np.bincount(many_on, visible_probabilities(target))

    def modes(samples):
        return chi_square(np.bincount(many_on[state_index(samples.visible)], minlength=2), p)

    samples = ParallelTempering(150).sample(models, 1000)
    assert modes(samples) > ACCEPT
    assert modes(BlockGibbs(150 * len(models)).sample(target, 1000)) < REJECT
    info = samples.info
    assert info["sampler"] == "ParallelTempering"
    assert "betas" not in info
    assert info["n_replicas"] == 9
    assert len(info["acceptance"]) == 8
    assert info["round_trips"] > 1000
    assert info["flow_up"][0] == 1.0


# -- the contract ---------------------------------------------------------------------------


def same(a, b):
    return np.array_equal(a.visible, b.visible) and np.array_equal(a.hidden, b.hidden)


@pytest.mark.parametrize("per_ladder", [1, 4])
def test_samples_depend_on_seed_and_number_only(per_ladder):
    options = {"samples_per_ladder": per_ladder, "thin": 2}
    whole = ParallelTempering(7, **options).sample(MODELS, 21, seed=3, first_chain=5)
    for n_threads, backend in ((1, "reference"), (2, "auto"), (5, "auto")):
        sampler = ParallelTempering(7, **options, n_threads=n_threads, backend=backend)
        parts = [
            sampler.sample(MODELS, n, seed=3, first_chain=first) for first, n in ((5, 6), (11, 15))
        ]
        assert np.array_equal(np.vstack([x.visible for x in parts]), whole.visible)
        assert np.array_equal(np.vstack([x.hidden for x in parts]), whole.hidden)


@pytest.mark.parametrize(
    ("sampler", "models", "error", "message"),
    [
        ({}, [TARGET], ValueError, "models: got 1, expected from 2"),
        ({}, [TARGET, "x"], TypeError, "model: got str, expected an RBM"),
        (
            {},
            [random_bernoulli(4, 2), TARGET],
            ValueError,
            r"models\[0\]: got weights of shape \(4, 2\), expected \(4, 3\)",
        ),
        (
            {"betas": [0.0, 1.0]},
            MODELS,
            ValueError,
            r"betas: got \(0\.0, 1\.0\) for a sequence of models, expected the default 'auto'",
        ),
        ({"reference": "data"}, MODELS, ValueError, "reference: got 'data' for a sequence"),
        ({"n_replicas": 3}, MODELS, ValueError, "n_replicas: got 3 for a sequence"),
    ],
)
def test_bad_sequences(sampler, models, error, message):
    with pytest.raises(error, match=message):
        ParallelTempering(2, **sampler).sample(models, 2)


def test_replica_numbers_must_fit():
    n = 2**32 // len(MODELS)
    assert len(ParallelTempering(2).sample(MODELS, 1, first_chain=n - 1)) == 1
    with pytest.raises(ValueError, match=rf"first_chain: got ladders up to number {n} of 4"):
        ParallelTempering(2).sample(MODELS, 1, first_chain=n)


# -- thinning -------------------------------------------------------------------------------


def test_thinning_takes_the_longest_steps_allowed():
    def rate(i, j):
        return max(0.0, 1.0 - 0.1 * (j - i))

    assert thinned(11, rate, 0.75) == [0, 2, 4, 6, 8, 10]
    assert thinned(11, rate, 0.65) == [0, 1, 4, 7, 10]
    assert thinned(11, rate, 0.95) == list(range(11))
    assert thinned(11, rate, 0.01) == [0, 1, 10]
    assert thinned(2, rate, 0.99) == [0, 1]


def test_snapshots_are_thinned_to_the_rate_wanted():
    target = two_modes()
    models = [between(NOTHING, target, t) for t in np.linspace(0.0, 1.0, 33)]
    chosen = select_snapshots(models, target_acceptance=0.5)
    assert chosen[0] is models[0]
    assert chosen[-1] is models[-1]
    assert 3 < len(chosen) < 15
    acceptance = ParallelTempering(200).sample(chosen, 100).info["acceptance"]
    assert min(acceptance) > 0.4
    assert max(acceptance[1:]) < 0.75
    some = models[::2]
    fewer = select_snapshots(some, target_acceptance=0.3, n_sweeps=50)
    assert len(select_snapshots(some, target_acceptance=0.9, n_sweeps=50)) > len(fewer)
    again = select_snapshots(
        some, target_acceptance=0.3, n_sweeps=50, n_threads=1, backend="reference"
    )
    assert [id(m) for m in again] == [id(m) for m in fewer]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"models": TARGET}, TypeError, "models: got BernoulliRBM, expected a list"),
        ({"models": MODELS[:1]}, ValueError, "models: got 1"),
        ({"target_acceptance": 1.0}, ValueError, r"target_acceptance: got 1\.0, expected less"),
        ({"target_acceptance": 0.0}, ValueError, r"target_acceptance: got 0\.0, expected more"),
        ({"n_ladders": 0}, ValueError, "n_ladders: got 0"),
        ({"n_sweeps": 3}, ValueError, "n_sweeps: got 3, expected at least 10"),
        ({"seed": -1}, ValueError, "seed: got -1"),
        ({"precision": "x"}, ValueError, "precision: got 'x'"),
        ({"backend": "x"}, ValueError, "backend: got 'x'"),
        ({"n_threads": 0}, ValueError, "n_threads: got 0"),
    ],
)
def test_bad_selections(options, error, message):
    with pytest.raises(error, match=message):
        select_snapshots(**({"models": MODELS} | options))


# -- training -------------------------------------------------------------------------------

DATA = np.random.default_rng(3).integers(0, 2, (60, 5))


def train(snapshots, *others, n_epochs=20, seed=0):
    trainer = ContrastiveDivergence(
        n_hidden=3, n_epochs=n_epochs, callbacks=[snapshots, *others], monitor="never"
    )
    return trainer.fit(DATA, seed=seed)


@pytest.mark.parametrize(
    ("options", "epochs"),
    [
        ({"n": 4}, [0, 2, 6, 19]),
        ({"n": 4, "initial": True}, [-1, 0, 2, 6, 19]),
        ({"n": 3, "spacing": "linear"}, [0, 9, 19]),
        ({"n": 100}, [*range(20)]),
        ({"epochs": [7, 3, 30], "initial": True}, [-1, 3, 7]),
    ],
)
def test_snapshots_keep_models_on_the_way(options, epochs):
    snapshots = Snapshots(**options)
    fit = train(snapshots)
    assert snapshots.epochs == epochs
    assert len(snapshots.models) == len(epochs)
    if epochs[-1] == 19:
        for name, x in snapshots.models[-1].parameters.items():
            assert np.array_equal(x, fit.model.parameters[name])
    norms = [np.abs(m.weights).sum() for m in snapshots.models]
    assert len(set(norms)) == len(norms)  # copies, which further training leaves alone
    if epochs[0] == -1:
        assert norms[0] == 0.0
        assert np.allclose(snapshots.models[0].visible_mean(np.zeros(3)), fit.model.data_mean)


def test_snapshots_serve_several_fits_and_end_with_the_training():
    class Stop:
        def __call__(self, state):
            return state.epoch == 5

    snapshots = Snapshots(n=30, initial=True)
    train(snapshots, Stop())
    assert snapshots.epochs == [-1, 0, 1, 2, 3, 4, 5]
    train(snapshots, EarlyStopping(metric="loss", patience=50), n_epochs=3)
    assert snapshots.epochs == [-1, 0, 1, 2]


def test_snapshots_are_rungs():
    snapshots = Snapshots(n=6, initial=True)
    fit = train(snapshots, n_epochs=200)
    samples = ParallelTempering(60).sample(snapshots.models, 3000)
    joint = np.hstack([samples.visible, samples.hidden])
    assert chi_square_states(joint, joint_probabilities(fit.model)) > ACCEPT
    assert min(samples.info["acceptance"]) > 0.1


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n": 1}, ValueError, "n: got 1, expected at least 2"),
        ({"spacing": "cubic"}, ValueError, "spacing: got 'cubic'"),
        ({"epochs": 3}, TypeError, "epochs: got 3, expected a sequence of integers"),
        ({"epochs": [1.5]}, TypeError, r"epochs: got float 1\.5"),
        ({"epochs": [-2]}, ValueError, "epochs: got -2"),
        ({"initial": 1}, TypeError, "initial: got 1, expected True or False"),
    ],
)
def test_bad_snapshots(options, error, message):
    with pytest.raises(error, match=message):
        Snapshots(**options)
