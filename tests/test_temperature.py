"""Inverse temperatures of reads, held against exact reads of enumerated models."""

from functools import cache

import numpy as np
import pytest

from helpers.models import random_bernoulli
from helpers.reads import draw_reads, every_read, read_probabilities
from helpers.statistics import ACCEPT, REJECT, bonferroni, mean_test, z_test
from scorerbm.annealing import AnnealerError
from scorerbm.annealing.temperature import (
    FrozenReadsError,
    HotReadsError,
    pseudo_likelihood_beta,
)
from scorerbm.ising import IsingModel, to_ising

BETAS = (0.6, 1.0, 1.7)
REPEATS = 60
READS = 300


def problem():
    return to_ising(random_bernoulli(6, 5, seed=4, scale=0.9))


@cache
def estimates(beta):
    """Estimates from independent sets of exact reads at one inverse temperature."""
    ising, rng = problem(), np.random.default_rng(round(100 * beta))
    p = read_probabilities(ising, beta)
    sets = [draw_reads(p, READS, rng) for _ in range(REPEATS)]
    return [pseudo_likelihood_beta(ising, s, seed=k) for k, s in enumerate(sets)]


# -- one beta ------------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", BETAS)
def test_estimates_scatter_about_the_truth(beta):
    assert mean_test([t.beta for t in estimates(beta)], beta) > ACCEPT


def test_another_temperature_is_rejected():
    found = [t.beta for t in estimates(1.0)]
    assert mean_test(found, 1.06) < REJECT
    assert mean_test(found, 0.94) < REJECT


@pytest.mark.parametrize("beta", BETAS)
def test_errors_are_the_spread_over_repeats(beta):
    """Spread of REPEATS normal numbers: known to 1/√(2·REPEATS), so 4 of them are allowed."""
    found = estimates(beta)
    for name in ("", "_fields", "_couplings"):
        spread = np.std([getattr(t, f"beta{name}") for t in found], ddof=1)
        error = getattr(found[0], f"beta{name}_error" if name else "error")
        mean_error = np.mean([getattr(t, f"beta{name}_error" if name else "error") for t in found])
        assert error > 0.0
        assert mean_error == pytest.approx(spread, rel=4.0 / np.sqrt(2 * REPEATS))


def test_deviations_in_units_of_their_errors_are_standard_normal():
    scores = [(t.beta - b) / t.error for b in BETAS for t in estimates(b)]
    assert z_test(float(np.mean(scores)), 0.0, 1.0 / np.sqrt(len(scores))) > ACCEPT
    # The sum of squares is nearly χ²; errors from 50 resamplings add a little to its spread.
    assert 0.7 < np.var(scores) < 1.4


def test_the_estimate_is_where_the_pseudo_likelihood_is_largest():
    ising = problem()
    reads = draw_reads(read_probabilities(ising), 200, np.random.default_rng(3))
    released = _released_by_definition(ising, reads)

    def likelihood(beta):
        return -np.logaddexp(0.0, beta * released).sum()

    beta = pseudo_likelihood_beta(ising, reads).beta
    best = likelihood(beta)
    for other in np.linspace(-0.02, 0.02, 9):
        assert likelihood(beta + other) <= best


def _released_by_definition(ising, reads):
    """E(s) - E(s with one spin flipped), by energies."""
    columns = []
    for k in range(reads.shape[1]):
        flipped = reads.copy()
        flipped[:, k] *= -1
        columns.append(ising.energy(reads) - ising.energy(flipped))
    return np.stack(columns, axis=1)


def test_the_result_is_in_units_of_the_problem():
    ising = problem()
    reads = draw_reads(read_probabilities(ising), 500, np.random.default_rng(6))
    half = IsingModel(ising.h / 2, ising.J / 2, ising.offset)
    whole, twice = pseudo_likelihood_beta(ising, reads), pseudo_likelihood_beta(half, reads)
    assert twice.beta == pytest.approx(2.0 * whole.beta, rel=1e-8)
    assert twice.error == pytest.approx(2.0 * whole.error, rel=1e-6)


def test_far_from_one_it_is_found_too():
    ising = problem()
    strong = IsingModel(200.0 * ising.h, 200.0 * ising.J, 0.0)
    weak = IsingModel(ising.h / 500.0, ising.J / 500.0, 0.0)
    reads = draw_reads(read_probabilities(ising), 500, np.random.default_rng(6))
    beta = pseudo_likelihood_beta(ising, reads).beta
    assert pseudo_likelihood_beta(strong, reads).beta == pytest.approx(beta / 200.0, rel=1e-8)
    assert pseudo_likelihood_beta(weak, reads).beta == pytest.approx(500.0 * beta, rel=1e-8)


# -- fields and couplings apart ------------------------------------------------------------------


def test_fields_and_couplings_have_scales_of_their_own():
    ising, rng = problem(), np.random.default_rng(8)
    p = read_probabilities(ising, 0.7, beta_couplings=1.2)
    found = [pseudo_likelihood_beta(ising, draw_reads(p, READS, rng)) for _ in range(REPEATS)]
    fields, couplings = [t.beta_fields for t in found], [t.beta_couplings for t in found]
    assert bonferroni([mean_test(fields, 0.7), mean_test(couplings, 1.2)]) > ACCEPT
    assert mean_test(fields, 1.0) < REJECT
    assert mean_test(couplings, 1.0) < REJECT
    assert all(0.7 < t.beta < 1.2 for t in found)


def test_equal_scales_are_found_equal():
    found = estimates(1.0)
    tests = [
        mean_test([getattr(t, x) for t in found], 1.0) for x in ("beta_fields", "beta_couplings")
    ]
    assert bonferroni(tests) > ACCEPT


@pytest.mark.parametrize("absent", ["fields", "couplings"])
def test_what_the_model_does_not_have_has_no_scale(absent):
    ising = problem()
    h = np.zeros_like(ising.h) if absent == "fields" else ising.h
    j = np.zeros_like(ising.J) if absent == "couplings" else ising.J
    part = IsingModel(h, j, 0.0)
    reads = draw_reads(read_probabilities(part), 400, np.random.default_rng(1))
    found = pseudo_likelihood_beta(part, reads)
    there = {"fields": "couplings", "couplings": "fields"}[absent]
    assert np.isnan(getattr(found, f"beta_{absent}"))
    assert np.isnan(getattr(found, f"beta_{absent}_error"))
    assert getattr(found, f"beta_{there}") == found.beta
    assert getattr(found, f"beta_{there}_error") == found.error


def test_two_scales_that_reads_do_not_determine_are_not_invented():
    """Flips give off -0.8 βh + 0.4 βJ, its negative, or less: βJ = 2 βh may grow for ever."""
    ising = IsingModel(np.array([0.4, 0.4]), np.array([[0.2]]), 0.0)
    reads = np.array([[-1, -1], [1, -1]], np.int8).repeat([40, 10], axis=0)
    found = pseudo_likelihood_beta(ising, reads)
    assert 0.0 < found.beta < np.inf
    assert np.isnan([found.beta_fields, found.beta_couplings]).all()
    assert np.isnan([found.beta_fields_error, found.beta_couplings_error]).all()


# -- reads that share errors ---------------------------------------------------------------------


def test_reads_of_one_gauge_are_resampled_together():
    """Each group of reads has a temperature of its own, as after programming anew."""
    ising, rng = problem(), np.random.default_rng(12)
    n_groups, size = 20, 40
    together, apart, betas = [], [], []
    for k in range(40):
        parts = [
            draw_reads(read_probabilities(ising, b), size, rng)
            for b in rng.normal(1.0, 0.25, n_groups)
        ]
        reads, groups = np.concatenate(parts), np.arange(n_groups).repeat(size)
        found = pseudo_likelihood_beta(ising, reads, groups=groups, seed=k)
        betas.append(found.beta)
        together.append(found.error)
        apart.append(pseudo_likelihood_beta(ising, reads, seed=k).error)
    spread = np.std(betas, ddof=1)
    allowed = 4.0 / np.sqrt(2 * 40)
    assert np.mean(together) == pytest.approx(spread, rel=allowed)
    assert np.mean(apart) < (1.0 - allowed) * spread  # what a group shares goes unseen


def test_few_groups_that_agree_make_no_small_error():
    """Groups of exact reads share nothing: the spread of three of them is mostly luck."""
    ising = problem()
    p = read_probabilities(ising)
    pairs = []
    for k in range(30):
        reads = draw_reads(p, 90, np.random.default_rng(k))
        single = pseudo_likelihood_beta(ising, reads, seed=k)
        pairs.append(
            (pseudo_likelihood_beta(ising, reads, groups=np.arange(90) % 3, seed=k), single)
        )
    for grouped, single in pairs:
        assert grouped.error >= single.error
        assert grouped.beta_fields_error >= single.beta_fields_error
        assert grouped.beta_couplings_error >= single.beta_couplings_error
    assert any(grouped.error == single.error for grouped, single in pairs)


def test_groups_of_one_read_each_are_the_default():
    ising = problem()
    reads = draw_reads(read_probabilities(ising), 50, np.random.default_rng(2))
    numbers = np.random.default_rng(0).permutation(50) + 7
    by_default = pseudo_likelihood_beta(ising, reads)
    given = pseudo_likelihood_beta(ising, reads[np.argsort(numbers)], groups=np.sort(numbers))
    assert given.beta == pytest.approx(by_default.beta, rel=1e-9)
    assert pseudo_likelihood_beta(ising, reads, groups=np.arange(50)) == by_default


def test_the_seed_decides():
    ising = problem()
    reads = draw_reads(read_probabilities(ising), 100, np.random.default_rng(2))
    first, again, other = (pseudo_likelihood_beta(ising, reads, seed=k) for k in (1, 1, 2))
    assert first == again
    assert first.beta == other.beta
    assert first.error != other.error


# -- what has no estimate ------------------------------------------------------------------------


def test_local_minima_have_no_finite_beta():
    ising = problem()
    s = every_read(ising)
    minima = s[(_released_by_definition(ising, s) <= 0.0).all(axis=1)]
    assert len(minima) > 0
    with pytest.raises(FrozenReadsError, match=r"20 reads is a local minimum .* larger beta"):
        pseudo_likelihood_beta(ising, minima[:1].repeat(20, axis=0))
    excited = minima[0].copy()
    excited[0] *= -1
    with_one = np.concatenate([minima[:1].repeat(200, axis=0), excited[None]])
    found = pseudo_likelihood_beta(ising, with_one)
    assert 1.0 < found.beta < np.inf
    assert np.isfinite(found.error)


def test_spins_that_only_rounding_turns_are_frozen():
    """Couplings of tenths cancel at many spins, but not to the last digit."""
    for seed in range(10):
        tenths = np.random.default_rng(seed).integers(-3, 4, (5, 4)).astype(np.float64)
        whole = IsingModel(np.zeros(9), tenths, 0.0)
        s = every_read(whole)
        minima = s[(_released_by_definition(whole, s) <= 0.0).all(axis=1)]
        with pytest.raises(FrozenReadsError, match="local minimum"):
            pseudo_likelihood_beta(IsingModel(whole.h, 0.1 * tenths, 0.0), minima)


def test_reads_against_their_fields_have_no_positive_beta():
    ising = problem()
    reads = draw_reads(read_probabilities(ising, -0.5), 300, np.random.default_rng(5))
    with pytest.raises(HotReadsError, match=r"300 reads .* smaller beta"):
        pseudo_likelihood_beta(ising, reads)


def test_both_are_errors_of_annealers():
    assert issubclass(FrozenReadsError, AnnealerError)
    assert issubclass(HotReadsError, AnnealerError)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"spins": np.zeros((3, 11))}, "spins: got 0.0, expected only -1 and 1"),
        ({"spins": np.ones((3, 4))}, r"spins: got shape \(3, 4\), expected \(any, 11\)"),
        ({"spins": np.ones((0, 11))}, "spins: got no read"),
        ({"groups": [0, 0, 0]}, "groups: got 3 reads in one group"),
        ({"groups": [0, 1]}, r"groups: got shape \(2,\), expected \(3,\)"),
        ({"groups": [0.0, 1.0, 2.0]}, "groups: got dtype float64"),
        ({"n_bootstrap": 1}, "n_bootstrap: got 1, expected at least 2"),
        ({"seed": -1}, "seed: got -1"),
        ({"ising": IsingModel(np.zeros(11), np.zeros((6, 5)), 0.0)}, "without fields and"),
    ],
)
def test_bad_arguments_are_named(change, message):
    arguments = {"ising": problem(), "spins": np.ones((3, 11)), "groups": None} | change
    ising, spins = arguments.pop("ising"), arguments.pop("spins")
    with pytest.raises((TypeError, ValueError), match=message):
        pseudo_likelihood_beta(ising, spins, **arguments)


# -- peers ---------------------------------------------------------------------------------------


def test_ocean_finds_the_same_beta():
    dimod = pytest.importorskip("dimod")
    temperatures = pytest.importorskip("dwave.system.temperatures")
    ising = problem()
    n, k = ising.n_visible, len(ising.h)
    couplings = {(i, n + j): ising.J[i, j] for i in range(n) for j in range(k - n)}
    bqm = dimod.BinaryQuadraticModel(dict(enumerate(ising.h)), couplings, 0.0, "SPIN")
    for beta in BETAS:
        reads = draw_reads(read_probabilities(ising, beta), 500, np.random.default_rng(9))
        theirs, _ = temperatures.maximum_pseudolikelihood_temperature(bqm, (reads, list(range(k))))
        assert pseudo_likelihood_beta(ising, reads).beta == pytest.approx(1.0 / theirs, rel=1e-4)
