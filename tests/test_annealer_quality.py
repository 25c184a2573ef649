"""Samples of annealers through Ocean's own client, on graphs with defects, against known errors.

The devices are ideal but for what they are told to do wrong, so that the law of the samples, and of
their errors, is known.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest

from helpers.devices import wrong_majority, wrong_when_intact
from helpers.models import random_bernoulli
from helpers.moments import MomentLaw
from helpers.statistics import ACCEPT, REJECT, bonferroni, mean_test, z_test
from scorerbm import Annealer, BernoulliRBM, exact_moments
from scorerbm.annealing import reads, session
from scorerbm.annealing.device import BETA_OF_TOPOLOGY, Device
from scorerbm.annealing.embed import embed
from scorerbm.annealing.loopback import LoopbackServer
from scorerbm.annealing.simulated import IdealAnnealer, SimulatedQPU

START = BETA_OF_TOPOLOGY["zephyr"]
STRENGTH = 1.0
N = 4000

DEFECTS = {12: (223, 175), 5: (41, 31)}
"""Missing qubits and couplers by the size of the graph: as many as Advantage2_system1 lacks, and
the same shares of a smaller graph."""


@cache
def model_of(n, m):
    """Every unit meets its neighbours about as strongly, whatever the size."""
    return random_bernoulli(n, m, seed=1, scale=2.0 / np.sqrt(max(n, m)), bias=0.3)


@cache
def law_of(n, m):
    return MomentLaw.of(model_of(n, m))


class Service(NamedTuple):
    """A device behind a Solver API, and Ocean's sampler connected to it."""

    qpu: SimulatedQPU
    sampler: Any
    chains: Callable[[int, int], dict[int, tuple[int, ...]]]

    def annealer(self, physics, n, m, **options):
        """With the physics asked for inside, and an embedding that is found once."""
        self.qpu.annealer = physics
        options = {"beta": START, "chain_strength": STRENGTH} | options
        return Annealer(self.sampler, embedding=self.chains(n, m), **options)


@contextmanager
def serving(size):
    qubits, couplers = DEFECTS[size]
    qpu = SimulatedQPU(size=size, n_missing_qubits=qubits, n_missing_couplers=couplers)
    with LoopbackServer(qpu) as server, server.sampler() as sampler:

        @cache
        def chains(n, m):
            layout, found = embed(Device(sampler), n, m), defaultdict(tuple)
            for label, unit in zip(layout.labels, layout.unit.tolist(), strict=True):
                found[unit] += (label,)
            return dict(found)

        yield Service(qpu, sampler, chains)


@pytest.fixture(scope="module")
def services():
    """The service with a graph of this size, which stays connected."""
    with ExitStack() as stack:
        yield cache(lambda size: stack.enter_context(serving(size)))


@pytest.fixture
def small(services):
    """The service with the small graph."""
    return services(5)


def case(size, *shape):
    """On the large graph only where there is time."""
    marks = [pytest.mark.slow] if size == 12 else []
    return pytest.param(size, shape, marks=marks, id=f"Z{size}-{shape[0]}x{shape[1]}")


CASES = [case(5, 16, 16), case(12, 16, 16), case(12, 64, 64), case(12, 128, 16)]
"""Sizes of the graph and shapes of the model."""

cases = pytest.mark.parametrize(("size", "shape"), CASES)


@cases
@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_start_that_is_off_by_two_ends_in_samples_of_the_model(services, size, shape, factor):
    told = factor * START
    annealer = services(size).annealer(IdealAnnealer(told), *shape, beta="auto")
    with annealer.session() as session:
        samples = session.sample(model_of(*shape), N, seed=1)
        found = session.calibration
    assert found.rounds[0].beta == START
    assert found.beta == pytest.approx(told, rel=0.03)
    report = samples.report
    estimates = [(found.beta, found.error), (report.estimated_beta, report.estimated_beta_error)]
    assert bonferroni([z_test(beta, told, error) for beta, error in estimates]) > ACCEPT
    assert max(z_test(beta, 1.1 * told, error) for beta, error in estimates) < REJECT
    assert report.broken_chains == 0.0
    assert law_of(*shape).p_value(samples.visible) > ACCEPT


@cases
@pytest.mark.parametrize("wrong", [0.9, 1.1])
def test_a_beta_that_is_off_by_a_tenth_is_seen_and_reported(services, size, shape, wrong):
    annealer = services(size).annealer(IdealAnnealer(START), *shape, beta=wrong * START)
    samples = annealer.sample(model_of(*shape), N, seed=2)
    assert law_of(*shape).p_value(samples.visible) < REJECT
    report = samples.report
    assert z_test(report.effective_beta, 1.0 / wrong, report.effective_beta_error) > ACCEPT
    assert z_test(report.effective_beta, 1.0, report.effective_beta_error) < REJECT


@pytest.mark.slow
def test_errors_of_sampling_fall_with_the_root_of_the_number_of_reads(small):
    law, sizes = law_of(16, 16), (250, 1000, 4000)
    for n in sizes:
        annealer = small.annealer(IdealAnnealer(START), 16, 16, n_gauges=2)
        sets = [annealer.sample(model_of(16, 16), n, seed=seed).visible for seed in range(6)]
        assert law.p_value(*sets) > ACCEPT / len(sizes)
        assert law.p_value(*sets, size=2 * n) < REJECT


FLIPS = 0.03


def wrong_by_unit(service, shape, wrong):
    """Probability that each visible unit is read wrongly."""
    chains = service.chains(*shape)
    return np.array([wrong(FLIPS, len(chains[k])) for k in range(shape[0])])


def check_broken(service, shape, chain_breaks, wrong):
    device = IdealAnnealer(START, flip_probability=FLIPS)
    annealer = service.annealer(device, *shape, chain_breaks=chain_breaks)
    samples = annealer.sample(model_of(*shape), N, seed=3)
    law = law_of(*shape).flipped(wrong_by_unit(service, shape, wrong))
    assert law.p_value(samples.visible) > ACCEPT
    report = samples.report
    length = np.array([len(chain) for chain in service.chains(*shape).values()])
    chained, broken = length > 1, 1.0 - FLIPS**length - (1.0 - FLIPS) ** length
    assert (report.broken_by_unit[~chained] == 0.0).all()
    found, told = report.broken_by_unit[chained], broken[chained]
    error = np.sqrt(told * (1.0 - told) / report.n_reads)
    assert bonferroni(map(z_test, found, told, error)) > ACCEPT
    assert bonferroni(map(z_test, found, 1.4 * told, error)) < REJECT


@cases
def test_majorities_leave_the_errors_that_most_qubits_of_a_chain_have(services, size, shape):
    check_broken(services(size), shape, "majority", wrong_majority)


def test_intact_chains_leave_the_errors_that_all_qubits_of_a_chain_have(small):
    check_broken(small, (16, 16), "discard", wrong_when_intact)


class OnlyOnes:
    """Tosses no coins."""

    def integers(self, high, *, size, dtype):
        assert high == 2
        return np.ones(size, dtype)


def test_a_rule_that_decides_ties_by_itself_is_seen(small, monkeypatch):
    fair = reads.resolve_chains
    monkeypatch.setattr(reads, "resolve_chains", lambda *args, rng: fair(*args, rng=OnlyOnes()))
    device = IdealAnnealer(START, flip_probability=FLIPS)
    annealer = small.annealer(device, 16, 16, chain_breaks="majority")
    samples = annealer.sample(model_of(16, 16), N, seed=3)
    law = law_of(16, 16).flipped(wrong_by_unit(small, (16, 16), wrong_majority))
    assert law.p_value(samples.visible) < REJECT


FIELD = 0.01
SETS = 8


class Biased(NamedTuple):
    """Adds a field to that of every qubit, in whatever gauge."""

    ideal: IdealAnnealer

    def __call__(self, h, pairs, J, n_reads, seed):
        return self.ideal(h + FIELD, pairs, J, n_reads, seed)


@pytest.fixture(scope="module")
def shift(services):
    """What the field does to E[v] in random gauges, (gauges, N): exactly, by other biases."""
    model, chains, rng = model_of(16, 16), services(5).chains(16, 16), np.random.default_rng(4)
    length = np.array([len(chains[k]) for k in range(32)])
    means = []
    for _ in range(60):
        # An energy of FIELD s on each qubit, with s = 2x - 1.
        bias = -2.0 * START * FIELD * length * rng.choice([-1.0, 1.0], 32)
        b, c = model.visible_bias + bias[:16], model.hidden_bias + bias[16:]
        means.append(exact_moments(BernoulliRBM(model.weights, b, c)).first)
    return np.array(means) - law_of(16, 16).moments.first


def squared_errors(service, n_gauges):
    """Of E[v], in several sets."""
    annealer = service.annealer(Biased(IdealAnnealer(START)), 16, 16, n_gauges=n_gauges)
    sets = [annealer.sample(model_of(16, 16), N, seed=seed).visible for seed in range(SETS)]
    true = law_of(16, 16).moments.first
    return [np.mean((v.mean(axis=0) - true) ** 2) for v in sets]


def expected_square(shift, n_gauges):
    """Of the mean over gauges: what differs between them falls with their number."""
    p = law_of(16, 16).moments.first
    common = shift.mean(axis=0)
    return np.mean(common**2 + shift.var(axis=0, ddof=1) / n_gauges + p * (1.0 - p) / N)


@pytest.mark.slow
def test_what_a_field_adds_falls_with_the_root_of_the_number_of_gauges(small, shift):
    p_values = []
    for n_gauges in (2, 8, 24):
        expected = expected_square(shift, n_gauges)
        assert expected > 1.2 * expected_square(shift, 4 * n_gauges)
        p_values.append(mean_test(squared_errors(small, n_gauges), expected))
    assert bonferroni(p_values) > ACCEPT


@pytest.mark.slow
def test_what_a_field_adds_does_not_fall_without_gauges(small, shift, monkeypatch):
    plain = session.draw_gauge
    monkeypatch.setattr(
        session, "draw_gauge", lambda layout, seed, k, _: plain(layout, seed, k, True)
    )
    assert mean_test(squared_errors(small, 8), expected_square(shift, 8)) < REJECT
