"""Calibrations find the temperature of devices whose law is known, or say why they cannot."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from helpers.models import random_bernoulli
from helpers.reads import draw_reads, every_read, read_probabilities
from helpers.stand_ins import exact_device
from helpers.statistics import ACCEPT, REJECT, mean_test
from scorerbm.annealing import AnnealerError
from scorerbm.annealing.calibration import CalibrationError, Drawn, calibrate
from scorerbm.annealing.energy_reference import energy_reference
from scorerbm.annealing.temperature import FrozenReadsError, HotReadsError
from scorerbm.ising import IsingModel, to_ising

TRUTH = 8.5


def problem():
    return to_ising(random_bernoulli(6, 5, seed=4, scale=0.9))


def run(device=None, **options):
    draw = exact_device(problem(), TRUTH) if device is None else device
    return calibrate(problem(), draw, **({"beta": TRUTH, "chain_strength": 1.0} | options))


@cache
def repeats(n_errors):
    return [
        run(beta=TRUTH * (2.0 if k % 2 else 0.5), n_reads=400, n_errors=n_errors, seed=k)
        for k in range(60)
    ]


# -- where it ends -------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [TRUTH / 2.0, 2.0 * TRUTH])
def test_a_start_that_is_off_by_two_ends_within_three_percent(start):
    found = run(beta=start, n_reads=10_000)
    assert found.converged
    assert found.error < 0.01 * TRUTH
    assert found.beta == pytest.approx(TRUTH, rel=0.03)
    assert 2 <= len(found.rounds) <= 6
    assert found.rounds[0].beta == start


def test_results_scatter_about_the_truth_by_their_errors():
    found = repeats(2.0)
    assert mean_test([c.beta for c in found], TRUTH) > ACCEPT
    assert mean_test([c.beta for c in found], 1.05 * TRUTH) < REJECT
    spread = np.std([c.beta for c in found], ddof=1)
    assert np.mean([c.error for c in found]) == pytest.approx(spread, rel=4.0 / np.sqrt(120))


def test_the_last_beta_that_was_programmed_would_be_no_better():
    """It is where a damped search stopped, not what its reads say."""
    found = repeats(2.0)
    programmed = [c.rounds[-1].beta for c in found]
    steps = [c.rounds[-1].beta * c.rounds[-1].temperature.beta for c in found]
    assert steps == [c.beta for c in found]
    assert np.std(steps) < np.std(programmed)


def test_a_round_tells_what_was_programmed_and_found():
    calls = []
    device = exact_device(problem(), TRUTH)

    def draw(beta, chain_strength, n_reads, seed):
        calls.append((beta, chain_strength, n_reads, seed))
        return device(beta, chain_strength, n_reads, seed)

    found = run(draw, beta=5.0, chain_strength=0.7, n_reads=300)
    assert [(r.beta, r.chain_strength) for r in found.rounds] == [c[:2] for c in calls]
    assert {c[2] for c in calls} == {300}
    assert len({c[3] for c in calls}) == len(calls)  # reads of every round are new ones
    assert found.chain_strength == 0.7
    assert found.scan is None
    assert all(r.intact_reads == 1.0 and r.broken_chains == 0.0 for r in found.rounds)


def test_each_step_is_the_damped_effective_beta():
    for damping in (0.5, 1.0):
        rounds = run(beta=2.0, n_reads=500, damping=damping).rounds
        assert len(rounds) > 1
        for before, after in pairwise(rounds):
            assert after.beta == pytest.approx(before.beta * before.temperature.beta**damping)
        for r in rounds[:-1]:
            assert abs(r.temperature.beta - 1.0) > 2.0 * r.temperature.error


def test_damping_calms_a_device_that_answers_too_strongly():
    """B falls as β^-1.6: an undamped step goes 2.6 times as far as it should."""
    device = exact_device(problem(), lambda beta: TRUTH * (TRUTH / beta) ** 1.6)
    found = run(device, beta=8.0, damping=0.4)
    assert found.beta == pytest.approx(TRUTH, rel=0.05)
    with pytest.raises(CalibrationError, match=r"after 10 rounds .* smaller damping than 0\.8"):
        run(device, beta=8.0)


def test_the_seed_decides():
    first, again, other = (run(beta=7.0, n_reads=200, seed=k) for k in (1, 1, 2))
    assert first == again
    assert first.beta != other.beta


def test_reads_of_a_gauge_are_taken_together():
    """Every reading twice over, as a group, changes no error; without groups it would."""
    device = exact_device(problem(), TRUTH)

    def twice(groups):
        def draw(beta, chain_strength, n_reads, seed):
            once = device(beta, chain_strength, n_reads // 2, seed).spins
            number = np.arange(len(once)).repeat(2) if groups else None
            return Drawn(once.repeat(2, axis=0), np.zeros((n_reads, 11), bool), number)

        return draw

    with_groups, without = run(twice(True)), run(twice(False))
    assert with_groups.error == pytest.approx(without.error * np.sqrt(2.0), rel=0.35)


# -- flat problems -------------------------------------------------------------------------------


def flat(size):
    ising = problem()
    return IsingModel(size * ising.h, size * ising.J, 0.0)


@pytest.mark.parametrize("size", [0.0, 1e-3])
@pytest.mark.parametrize("chain_strength", [1.0, "scan"])
def test_a_problem_that_no_temperature_is_felt_in_is_left_where_it_began(size, chain_strength):
    ising = flat(size)
    for seed in range(5):  # of the signs of what would be estimated
        found = calibrate(
            ising, exact_device(ising, TRUTH), beta=5.0, chain_strength=chain_strength, seed=seed,
            n_reads=500, reference=energy_reference(ising),
        )  # fmt: skip
        assert found.converged
        assert found.beta == 5.0
        assert found.error > 0.25 * 5.0
        assert len(found.rounds) == 1


def test_a_problem_that_is_weak_but_not_flat_is_calibrated():
    ising = flat(0.1)
    found = calibrate(ising, exact_device(ising, TRUTH), beta=TRUTH / 3.0, chain_strength=1.0)
    assert found.error < 0.2 * TRUTH
    assert abs(found.beta - TRUTH) < 4.0 * found.error
    assert len(found.rounds) > 1


def test_frozen_reads_are_not_taken_for_those_of_a_flat_problem():
    s = every_read(problem())
    ground = s[[problem().energy(s).argmin()]].astype(np.int8)
    with pytest.raises(CalibrationError, match="local minimum"):
        run(
            lambda beta, strength, n, seed: Drawn(ground.repeat(n, axis=0), np.zeros((n, 11), bool))
        )


# -- energies ------------------------------------------------------------------------------------


def test_a_reference_adds_the_global_estimate_and_the_gap():
    found = run(reference=energy_reference(problem()))
    assert found.energy.beta == pytest.approx(1.0, abs=5.0 * found.energy.error)
    assert found.gap.value == found.rounds[-1].temperature.beta - found.energy.beta
    assert abs(found.gap.value) < 4.0 * found.gap.error
    assert run().energy is None
    assert run().gap is None


def test_reads_beyond_the_reference_have_no_global_estimate():
    narrow = energy_reference(problem(), "tempered", largest_beta=0.5, n_ladders=4, n_sweeps=100)
    found = run(reference=narrow)
    assert found.converged
    assert found.energy is found.gap is None


# -- where it does not end -----------------------------------------------------------------------


def local_minima(ising):
    """The states of least energy of each of many neighbourhoods, as a device that descends."""
    s = every_read(ising)
    energies = ising.energy(s)
    neighbours = np.arange(len(s))[:, None] ^ (1 << np.arange(s.shape[1]))
    return s[(energies[:, None] < energies[neighbours]).all(axis=1)]


def test_a_device_that_only_minimises_is_an_error():
    minima = local_minima(problem())

    def descend(beta, chain_strength, n_reads, seed):
        rows = np.random.default_rng(seed).integers(len(minima), size=n_reads)
        return Drawn(minima[rows].astype(np.int8), np.zeros((n_reads, 11), bool))

    with pytest.raises(CalibrationError, match=r"at beta=8.5 .* local minimum .* larger beta") as e:
        run(descend)
    assert isinstance(e.value, AnnealerError)
    assert isinstance(e.value.__cause__, FrozenReadsError)
    assert not e.value.calibration.converged
    assert e.value.calibration.rounds == ()
    assert np.isnan(e.value.calibration.beta)


def test_a_device_of_the_other_sign_is_an_error():
    device = exact_device(problem(), -2.0)
    with pytest.raises(CalibrationError, match="wrong sign") as e:
        run(device)
    assert isinstance(e.value.__cause__, HotReadsError)


def test_too_few_rounds_are_an_error_that_has_them():
    with pytest.raises(CalibrationError, match=r"after 2 rounds .* larger damping than 0.2") as e:
        run(beta=2.0, damping=0.2, max_rounds=2)
    assert len(e.value.calibration.rounds) == 2
    assert not e.value.calibration.converged
    assert e.value.calibration.beta == pytest.approx(TRUTH, rel=0.1)


def test_a_limit_is_an_error():
    with pytest.raises(CalibrationError, match=r"limit beta=6 .* can be so cold, .* weaker chains"):
        run(beta=5.0, limits=(1.0, 6.0))
    with pytest.raises(CalibrationError, match=r"limit beta=10 .* can be so warm"):
        run(beta=11.0, limits=(10.0, 20.0))


def test_many_broken_chains_are_named():
    device = exact_device(problem(), TRUTH)

    def breaking(beta, chain_strength, n_reads, seed):
        broken = np.random.default_rng(seed).random((n_reads, 11)) < 0.2
        return Drawn(device(beta, chain_strength, n_reads, seed).spins, broken)

    with pytest.raises(CalibrationError, match=r"stronger chains than 1 \(9\d % of the reads"):
        run(breaking, beta=5.0, limits=(1.0, 6.0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beta": 0.1}, "beta: got 0.1, expected at least 0.5"),
        ({"beta": 60.0}, "beta: got 60.0, expected at most 50"),
        ({"chain_strength": 0.0}, "chain_strength: got 0.0"),
        ({"chain_strength": "strong"}, "chain_strength: got 'strong', expected a number or 'scan'"),
        ({"n_reads": 1}, "n_reads: got 1"),
        ({"max_rounds": 0}, "max_rounds: got 0"),
        ({"damping": 0.0}, "damping: got 0.0"),
        ({"damping": 1.5}, "damping: got 1.5, expected at most 1"),
        ({"n_errors": 0.0}, "n_errors: got 0.0"),
        ({"limits": (2.0, 1.0)}, r"limits\[1\]: got 1.0, expected more than 2"),
        ({"limits": 3.0}, "limits: got 3.0, expected a pair"),
        ({"seed": -1}, "seed: got -1"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises((TypeError, ValueError), match=message):
        run(**change)


def test_exact_reads_of_the_stand_in_are_those_of_the_temperature():
    spins = exact_device(problem(), 3.0)(6.0, 1.0, 50, 4).spins
    expected = draw_reads(read_probabilities(problem(), 0.5), 50, np.random.default_rng(4))
    np.testing.assert_array_equal(spins, expected)
