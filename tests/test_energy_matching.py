"""Temperatures from mean energies, held against exact reads of enumerated models."""

from functools import cache

import numpy as np
import pytest
from scipy import stats

from helpers.models import random_bernoulli
from helpers.reads import draw_reads, every_read, read_probabilities
from helpers.statistics import ACCEPT, REJECT, bonferroni, mean_test
from scorerbm.annealing.energy_matching import energy_beta, temperature_gap
from scorerbm.annealing.energy_reference import (
    ExactEnergies,
    TemperedEnergies,
    energy_reference,
)
from scorerbm.annealing.temperature import (
    FrozenReadsError,
    HotReadsError,
    pseudo_likelihood_beta,
)
from scorerbm.ising import IsingModel, to_ising

BETAS = (0.6, 1.0, 1.7)
REPEATS = 60
READS = 300


def problem(n=6, m=5):
    return to_ising(random_bernoulli(n, m, seed=4, scale=0.9))


def with_offset(ising, offset):
    return IsingModel(ising.h, ising.J, offset)


@cache
def sets_of_reads(beta):
    ising, rng = problem(), np.random.default_rng(round(100 * beta))
    p = read_probabilities(ising, beta)
    return [draw_reads(p, READS, rng) for _ in range(REPEATS)]


@cache
def estimates(beta):
    reference = energy_reference(problem())
    return [energy_beta(problem(), s, reference=reference) for s in sets_of_reads(beta)]


# -- references ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(6, 5), (3, 7), (1, 1)])
def test_enumerated_energies_are_sums_over_all_states(shape):
    ising = with_offset(problem(*shape), 3.5)
    reference, energies = ExactEnergies(ising), ising.energy(every_read(ising))
    for beta in (0.0, 0.3, 1.0, 4.0):
        p, at = read_probabilities(ising, beta), reference.at(beta)
        assert at.mean == pytest.approx(p @ energies, rel=1e-12)
        assert at.variance == pytest.approx(p @ (energies - p @ energies) ** 2, rel=1e-9)
        assert at.error == 0.0
    assert reference.lowest == pytest.approx(energies.min(), rel=1e-12)


def test_states_in_parts_are_all_states(monkeypatch):
    ising = problem()
    whole = ExactEnergies(ising).at(0.8)
    monkeypatch.setattr("scorerbm.annealing.energy_reference._NUMBERS_AT_ONCE", 50)
    parts = ExactEnergies(ising).at(0.8)
    assert parts == pytest.approx(whole, rel=1e-12)


def test_the_variance_is_minus_the_slope():
    reference, step = ExactEnergies(problem()), 1e-4
    slope = (reference.at(1.0 + step).mean - reference.at(1.0 - step).mean) / (2.0 * step)
    assert -slope == pytest.approx(reference.at(1.0).variance, rel=1e-6)


@cache
def tempered():
    return TemperedEnergies(with_offset(problem(), -7.0), largest_beta=2.5, n_sweeps=1200, seed=3)


def t_test(at, expected):
    """Two-sided p-value of a mean whose error comes from the spread of 16 ladders."""
    return float(2.0 * stats.t.sf(abs(at.mean - expected) / at.error, 15))


def test_tempered_energies_agree_with_enumeration():
    """At rungs, and between them where nothing was measured."""
    exact, reference = ExactEnergies(with_offset(problem(), -7.0)), tempered()
    middles = 0.5 * (reference.betas[1:] + reference.betas[:-1])
    tests = []
    for beta in (*reference.betas, *middles):
        at, true = reference.at(beta), exact.at(beta)
        assert at.variance == pytest.approx(true.variance, rel=0.15)
        assert 0.0 < at.error < 0.05
        tests.append(t_test(at, true.mean))
    assert bonferroni(tests) > ACCEPT


def test_energies_of_another_temperature_are_rejected():
    exact, reference = ExactEnergies(with_offset(problem(), -7.0)), tempered()
    at = reference.at(1.0)
    assert t_test(at, exact.at(1.1).mean) < REJECT


def test_tempering_depends_on_its_seed_only():
    settings = {"n_ladders": 4, "n_sweeps": 100}
    first = TemperedEnergies(problem(), n_threads=1, seed=1, **settings)
    again = TemperedEnergies(problem(), n_threads=2, seed=1, **settings)
    other = TemperedEnergies(problem(), seed=2, **settings)
    np.testing.assert_array_equal(first.means, again.means)
    assert (first.means[:1] != other.means[:1]).any()


def test_the_method_follows_from_the_size():
    settings = {"n_ladders": 2, "n_sweeps": 40}
    assert isinstance(energy_reference(problem()), ExactEnergies)
    assert isinstance(energy_reference(problem(17, 30), **settings), TemperedEnergies)
    assert isinstance(energy_reference(problem(), "tempered", **settings), TemperedEnergies)
    with pytest.raises(ValueError, match=r'got 25 spins .* method="tempered" takes more'):
        energy_reference(problem(25, 26), "exact")


# -- matching ------------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", BETAS)
def test_estimates_scatter_about_the_truth(beta):
    assert mean_test([t.beta for t in estimates(beta)], beta) > ACCEPT


def test_another_temperature_is_rejected():
    found = [t.beta for t in estimates(1.0)]
    assert mean_test(found, 1.06) < REJECT
    assert mean_test(found, 0.94) < REJECT


@pytest.mark.parametrize("beta", BETAS)
def test_errors_are_the_spread_over_repeats(beta):
    found = estimates(beta)
    spread = np.std([t.beta for t in found], ddof=1)
    assert np.mean([t.error for t in found]) == pytest.approx(spread, rel=4 / np.sqrt(2 * REPEATS))


def test_a_tempered_reference_finds_the_same():
    ising = with_offset(problem(), -7.0)
    for k, spins in enumerate(sets_of_reads(1.0)[:5]):
        ours = energy_beta(ising, spins, reference=tempered())
        exact = estimates(1.0)[k]
        assert ours.beta == pytest.approx(exact.beta, abs=4.0 * exact.error / 10.0)
        assert ours.error >= 0.99 * exact.error
        assert ours.mean_energy == pytest.approx(exact.mean_energy + _shift(ising))


def _shift(ising):
    return ising.offset - problem().offset


def test_groups_share_errors():
    """One read, ten times over, is one read."""
    ising, rng = problem(), np.random.default_rng(1)
    reads = draw_reads(read_probabilities(ising), 100, rng)
    single = energy_beta(ising, reads)
    tenfold = energy_beta(ising, reads.repeat(10, axis=0), groups=np.arange(100).repeat(10))
    naive = energy_beta(ising, reads.repeat(10, axis=0))
    assert tenfold.error == pytest.approx(single.error, rel=1e-9)
    assert naive.error < 0.4 * single.error


def test_reads_without_a_temperature_are_errors():
    ising = problem()
    s = every_read(ising)
    energies = ising.energy(s)
    ground = s[[energies.argmin()]].repeat(8, axis=0)
    with pytest.raises(FrozenReadsError, match="larger beta"):
        energy_beta(ising, ground)
    top = s[[energies.argmax()]].repeat(8, axis=0)
    with pytest.raises(HotReadsError, match="not below that of coins"):
        energy_beta(ising, top)
    cold = draw_reads(read_probabilities(ising, 4.0), 200, np.random.default_rng(0))
    short = TemperedEnergies(ising, largest_beta=1.2, n_ladders=4, n_sweeps=200)
    with pytest.raises(FrozenReadsError, match=r"beta=1.2, .* another largest_beta"):
        energy_beta(ising, cold, reference=short)
    assert energy_beta(ising, cold).beta == pytest.approx(4.0, rel=0.2)


# -- the gap -------------------------------------------------------------------------------------


def gaps(beta):
    pairs = zip(sets_of_reads(beta), estimates(beta), strict=True)
    return [temperature_gap(pseudo_likelihood_beta(problem(), s), e) for s, e in pairs]


def test_both_estimates_agree_on_boltzmann_samples():
    found = gaps(1.0)
    assert mean_test([g.value for g in found], 0.0) > ACCEPT
    # The error takes the two for independent, and is no less than the spread.
    assert np.std([g.value for g in found]) < 1.2 * np.mean([g.error for g in found])


def test_modes_of_wrong_weight_open_a_gap():
    """Two modes that no flip joins: the lower one is left out, and each spin is content."""
    ising = IsingModel(np.full(8, 0.35), np.full((4, 4), -1.0), 0.0)
    p = read_probabilities(ising)
    p[every_read(ising).sum(axis=1) < 0] = 0.0
    reads = draw_reads(p / p.sum(), 2000, np.random.default_rng(4))
    local = pseudo_likelihood_beta(ising, reads)
    assert local.beta == pytest.approx(1.0, abs=4.0 * local.error)
    gap = temperature_gap(local, energy_beta(ising, reads))
    assert gap.value > 5.0 * gap.error


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda i: energy_beta(i, np.zeros((2, 11))), "spins: got 0.0"),
        (lambda i: energy_beta(i, np.ones((2, 11)), groups=[1, 1]), "groups: got 2 reads in one"),
        (lambda i: energy_reference(i, "guess"), "method: got 'guess'"),
        (lambda i: TemperedEnergies(i, largest_beta=0.0), "largest_beta: got 0.0"),
        (lambda i: TemperedEnergies(i, n_ladders=1), "n_ladders: got 1"),
        (lambda i: TemperedEnergies(i, n_sweeps=1), "n_sweeps: got 1"),
        (lambda i: TemperedEnergies(i, backend="gpu"), "backend: got 'gpu'"),
        (lambda i: TemperedEnergies(i, n_threads=0), "n_threads: got 0"),
        (lambda i: ExactEnergies(i).at(-1.0), "beta: got -1.0"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call(problem())
