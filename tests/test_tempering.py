"""Parallel tempering against the enumerated distribution of every rung, and wrong rules."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest

from helpers.models import (
    joint_log_weights,
    joint_probabilities,
    random_bernoulli,
    state_index,
    states,
    visible_probabilities,
)
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square, chi_square_states
from scorerbm import BernoulliRBM, BlockGibbs, ParallelTempering
from scorerbm.backends import get_backend
from scorerbm.backends.protocol import Domain
from scorerbm.backends.reference import ReferenceBackend
from scorerbm.rbm.chains import chain_ids
from scorerbm.sample.bit_replicas import BitPath
from scorerbm.sample.replicas import Streams

# Coupled so strongly that one sweep does not hide what an exchange has done.
MODEL = random_bernoulli(4, 3, seed=5, scale=2.5, data_mean=True)
WIDE = random_bernoulli(3, 5, seed=8, scale=1.5, bias=1.0, data_mean=True)
BETAS = np.array([0.0, 0.25, 0.6, 1.0])


def rung_probabilities(model, beta, reference):
    """p_k(v, h) by brute force, in the order of `joint_probabilities`."""
    x = joint_log_weights(model, beta)
    if reference == "data":
        p = model.data_mean
        x = x + (1.0 - beta) * (states(model.n_visible) @ np.log(p / (1.0 - p)))[:, None]
    p = np.exp(x - x.max())
    return (p / p.sum()).T.ravel()


def rungs(path, swap_every, backend, n_ladders=1500, n_sweeps=30, betas=BETAS):
    """Joint states of each rung after a run, by `Backend.temper`."""
    streams = Streams(chain_ids(n_ladders), (11, 12), backend, 0)
    start = path.start(len(betas), streams, (13, 14))
    replicas = path.replicas(betas, start, streams, swap_every)
    for n in (1, 7, n_sweeps - 8):  # in pieces, that cut between events
        replicas.advance(n)
    return [np.hstack(replicas.on_rung(k)) for k in range(len(betas))]


def rungs_p_value(model, reference, swap_every, backend, path=None):
    path = path or BitPath.to(model, reference, "auto")
    drawn = rungs(path, swap_every, backend)
    return bonferroni(
        chi_square_states(x, rung_probabilities(model, beta, reference))
        for x, beta in zip(drawn, BETAS, strict=True)
    )


@pytest.mark.parametrize("reference", ["uniform", "data"])
@pytest.mark.parametrize("swap_every", [1, 2, 5])
def test_every_rung_has_its_distribution(reference, swap_every):
    model = WIDE if swap_every == 2 else MODEL
    assert rungs_p_value(model, reference, swap_every, get_backend()) > ACCEPT


def test_rungs_are_independent_of_each_other():
    """Neighbours that exchange states share no information at one time."""
    drawn = rungs(BitPath.to(MODEL, "uniform", "auto"), 1, get_backend(), n_ladders=4000)
    for k in range(len(BETAS) - 1):
        two = np.hstack([drawn[k][:, :2], drawn[k + 1][:, :2]])
        p = [
            rung_probabilities(MODEL, b, "uniform").reshape(-1, 4).sum(axis=0)
            for b in BETAS[k : k + 2]
        ]
        assert chi_square_states(two, np.outer(p[1], p[0]).ravel()) > ACCEPT


# -- negative controls: the same test, the same number of samples ---------------------------


class FreeEnergyOfTheTarget(ReferenceBackend):
    """Exchanges by the free energy F(v) at β = 1, which is that of no other rung."""

    def energy(self, rbm, visible, hidden, n_threads=0):
        x = (rbm.hidden_bias + visible.astype(np.int64) @ rbm.weights) / rbm.scale
        free = -(visible @ rbm.visible_bias) / rbm.scale - np.logaddexp(0.0, x).sum(axis=1)
        return np.rint(free * rbm.scale).astype(np.int64)


class VisibleEnergy(ReferenceBackend):
    """Exchanges by the energy of the visible biases alone."""

    def energy(self, rbm, visible, hidden, n_threads=0):
        return super().energy(rbm, visible, np.zeros_like(hidden))


class EnergyOfOtherSign(ReferenceBackend):
    def energy(self, rbm, visible, hidden, n_threads=0):
        return -super().energy(rbm, visible, hidden)


class AlwaysExchanged(ReferenceBackend):
    """Exchanges whatever the energies."""

    def uniform(self, chains, width, key, *, step, domain):
        u = super().uniform(chains, width, key, step=step, domain=domain)
        return u - 1.0 if domain == Domain.SWAP else u


WRONG = [FreeEnergyOfTheTarget, VisibleEnergy, EnergyOfOtherSign, AlwaysExchanged]


@pytest.mark.parametrize("reference", ["uniform", "data"])
@pytest.mark.parametrize("wrong", WRONG, ids=lambda x: x.__name__)
def test_wrong_exchanges_are_rejected(wrong, reference):
    assert rungs_p_value(MODEL, reference, 1, wrong()) < REJECT


@pytest.mark.parametrize("change", ["no offset", "bias kept", "tempered offset"])
def test_wrong_paths_are_rejected(change):
    right = BitPath.to(MODEL, "data", "auto")
    kept = BitPath.to(MODEL, "uniform", "auto")
    wrong = {
        "no offset": BitPath(right.rbm, None, right.probability),
        "bias kept": BitPath(kept.rbm, right.offset, right.probability),
        "tempered offset": BitPath(kept.rbm, None, right.probability),
    }[change]
    assert rungs_p_value(MODEL, "data", 1, get_backend(), wrong) < REJECT


# -- the sampler ----------------------------------------------------------------------------

SAMPLERS = [
    ParallelTempering(40),
    ParallelTempering(40, [0.0, 0.3, 1.0]),
    ParallelTempering(40, [0.0, 0.3, 1.0], swap_every=3),
    ParallelTempering(40, "geometric", n_replicas=3),
    ParallelTempering(40, reference="data"),
    ParallelTempering(40, [0.0, 0.3, 1.0], samples_per_ladder=4, thin=25),
]


def p_value(sampler, model, n_samples=3000):
    samples = sampler.sample(model, n_samples)
    joint = np.hstack([samples.visible, samples.hidden])
    return chi_square_states(joint, joint_probabilities(model))


@pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
def test_samples_follow_the_model(sampler):
    assert p_value(sampler, MODEL) > ACCEPT


@pytest.mark.parametrize("wrong", WRONG, ids=lambda x: x.__name__)
def test_wrong_rules_are_rejected_in_samples(wrong, monkeypatch):
    monkeypatch.setattr("scorerbm.sample.base.get_backend", lambda name: wrong())
    assert p_value(ParallelTempering(40, [0.0, 0.3, 1.0]), MODEL) < REJECT


def two_modes(n_visible=8, n_hidden=4, coupling=2.0, field=0.15):
    """All units on, or all off; the fields make one mode exp(N field) times the other."""
    w = np.full((n_visible, n_hidden), coupling)
    b = np.full(n_visible, field - coupling * n_hidden / 2)
    c = np.full(n_hidden, -coupling * n_visible / 2)
    return BernoulliRBM(w, b, c)


def test_modes_have_their_weights():
    """Gibbs chains stay in the basin they start in, whatever its weight."""
    model = two_modes()
    many_on = states(8).sum(axis=1) > 4
    p = np.bincount(many_on, visible_probabilities(model))
    assert 0.75 < p[1] < 0.8

    def modes(sampler):
        visible = sampler.sample(model, 1000).visible
        return chi_square(np.bincount(many_on[state_index(visible)], minlength=2), p)

    tempering = ParallelTempering(100)
    assert modes(tempering) > ACCEPT
    assert modes(BlockGibbs(100)) < REJECT
    info = tempering.sample(model, 50).info
    assert modes(BlockGibbs(100 * info["n_replicas"])) < REJECT  # as much work
    assert info["round_trips"] > 50  # one a ladder and more


def test_a_bias_that_saturates_at_one_counts_below_it():
    """At beta = 0.1 a bias of -70 is one of -7, not what is left of it after a clip at 40."""
    model = BernoulliRBM([[1.0, -2.0], [0.5, 1.0]], [-70.0, 0.3], [0.2, -60.0])
    path, betas = BitPath.to(model, "uniform", "auto"), np.array([0.05, 0.1, 1.0])
    drawn = rungs(path, 1, get_backend(), betas=betas)
    for x, beta in zip(drawn, betas, strict=True):
        assert chi_square_states(x, joint_probabilities(model, beta)) > ACCEPT
    clipped = BitPath(model.integers("auto"), None, path.probability)
    drawn = rungs(clipped, 1, get_backend(), n_ladders=4000, betas=betas)
    assert chi_square_states(drawn[0], joint_probabilities(model, 0.05)) < REJECT


def test_progress_counts_the_sweeps():
    seen = []

    @contextmanager
    def display(total, description):
        counted = []
        yield lambda n=1, **shown: counted.append(n)
        seen.append((description, total, sum(counted)))

    sampler = ParallelTempering(9, samples_per_ladder=3, thin=4, progress=display)
    sampler.sample(MODEL, 3)
    assert seen == [("tuning the ladder", 6, 6), ("tempering sweeps", 17, 17)]


def test_what_replicas_did_can_be_drawn():
    pytest.importorskip("matplotlib")
    from scorerbm.plot import plot_replica_flow

    for n_sweeps in (1, 40):  # after one sweep, not every pair has been tried
        info = ParallelTempering(n_sweeps, BETAS).sample(MODEL, 20).info
        plot_replica_flow(info["betas"], info["flow_up"], info["acceptance"])
    assert np.all(np.diff(info["flow_up"]) < 0.0)


# -- starts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("several", [False, True], ids=["betas", "models"])
def test_replicas_start_from_the_states_given(several):
    """Frozen by strong fields, replicas stay where they start."""
    size = 6
    stuck = BernoulliRBM(np.full((size, 1), 400.0), np.full(size, -200.0), np.full(1, -1200.0))
    ladder = {} if several else {"betas": [0.9, 1.0]}
    sampler = ParallelTempering(3, **ladder)
    model = [stuck, stuck] if several else stuck
    init = np.repeat([[1] * size, [0] * size], [3, 4], axis=0)
    samples = sampler.sample(model, 7, init=init)
    assert np.array_equal(samples.visible, init)
    again = sampler.sample(model, 7, init=samples)
    assert np.array_equal(again.visible, init)
    part = sampler.sample(model, 4, first_chain=3, init=init[3:])
    assert np.array_equal(part.visible, init[3:])
    one = sampler.sample(model, 5, init=np.ones(size))
    assert (one.visible == 1).all()


def test_long_ladders_forget_their_start():
    model = random_bernoulli(5, 4, seed=2)
    betas = [0.0, 0.5, 1.0]
    p = visible_probabilities(model)
    for start in (np.zeros(5), np.ones(5)):
        sampler = ParallelTempering(60, betas=betas)
        drawn = sampler.sample(model, 4000, init=start, seed=3).visible
        assert chi_square_states(drawn, p) > ACCEPT
        short = ParallelTempering(1, betas=[1.0 - 1e-9, 1.0], swap_every=5)
        drawn = short.sample(model, 4000, init=start, seed=3).visible
        assert chi_square_states(drawn, p) < REJECT


def test_bad_starts_are_named():
    model = random_bernoulli(3, 2)
    sampler = ParallelTempering(2, betas=[0.5, 1.0])
    with pytest.raises(ValueError, match=r"init: got .*shape"):
        sampler.sample(model, 4, init=np.zeros((3, 3)))
    with pytest.raises(ValueError, match="init"):
        sampler.sample(model, 4, init=np.full(3, 2))
    several = ParallelTempering(2, betas=[0.5, 1.0], samples_per_ladder=2)
    with pytest.raises(ValueError, match=r"init: got shape \(4, 3\) with samples_per_ladder=2"):
        several.sample(model, 4, init=np.zeros((4, 3)))
    assert len(several.sample(model, 4, init=np.zeros(3))) == 4
