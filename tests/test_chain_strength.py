"""The chain strength that a scan chooses, with chains that break and freeze as qubits do."""

import math
from functools import cache

import numpy as np
import pytest

from helpers.models import random_bernoulli
from helpers.reads import every_read
from helpers.stand_ins import ChainedDevice, exact_device
from scorerbm.annealing.calibration import Drawn, calibrate
from scorerbm.annealing.chain_strength import ChainStrengthScan, ScanPoint, scan
from scorerbm.annealing.temperature import FrozenReadsError
from scorerbm.ising import IsingModel, to_ising

TRUTH = 8.5


def problem():
    return to_ising(random_bernoulli(6, 5, seed=4, scale=0.9))


def device():
    return ChainedDevice(problem(), TRUTH, n_sweeps=100)


@cache
def scanned():
    return scan(problem(), device(), beta=TRUTH, n_reads=1000, seed=1)


# -- physics -------------------------------------------------------------------------------------


def test_weak_chains_break_and_strong_ones_freeze():
    points = scanned().points
    assert points[0].intact_reads < 0.1
    assert points[-1].intact_reads > 0.99
    best = scanned().best
    for end in (points[0], points[-1]):
        assert end.beta < best.beta - 5.0 * math.hypot(end.error, best.error)


def test_the_choice_lies_between_near_the_known_optimum():
    found = scanned()
    assert 0.5 < found.best.intact_reads < 0.999
    assert 1.2 < TRUTH * found.chain_strength < 5.0


@pytest.mark.parametrize("guess", [TRUTH / 2.0, 2.0 * TRUTH])
def test_a_guess_of_beta_that_is_off_by_two_changes_little(guess):
    found = scan(problem(), device(), beta=guess, n_reads=400, seed=2)
    assert 0.5 < found.chain_strength / scanned().chain_strength < 2.0


def test_a_calibration_scans_first_and_takes_its_beta_along():
    chains = device()
    found = calibrate(problem(), chains, beta=TRUTH / 2.0, n_reads=800, seed=3)
    n_points = len(found.scan.points)
    assert {c[1] for c in chains.calls[n_points:]} == {found.scan.chain_strength}
    assert [c[2] for c in chains.calls[:n_points]] == [200] * n_points
    assert {c[0] for c in chains.calls[:n_points]} == {TRUTH / 2.0}
    first = found.rounds[0].beta
    assert first == pytest.approx(TRUTH / 2.0 * found.scan.best.beta**0.8)
    assert found.converged
    # Reads freeze before the device's own temperature, which is an upper bound.
    assert 0.4 * TRUTH < found.beta < TRUTH


# -- rules ---------------------------------------------------------------------------------------


def answering(beta_of, broken_of=lambda strength: 0.0):
    """A device of exact reads whose temperature and breaks are functions of the chain strength."""
    calls = []

    def draw(beta, chain_strength, n_reads, seed):
        calls.append(chain_strength)
        spins = exact_device(problem(), beta * beta_of(chain_strength))(
            beta, 1.0, n_reads, seed
        ).spins
        broken = np.zeros(spins.shape, bool)
        broken[: round(broken_of(chain_strength) * n_reads), 0] = True
        return Drawn(spins, broken)

    return draw, calls


def peak(at):
    return lambda strength: 1.0 - min(0.9, 0.3 * math.log2(strength / at) ** 2)


def test_the_grid_is_geometric_about_the_problem():
    draw, calls = answering(peak(2.5))
    found = scan(problem(), draw, beta=1.0)
    assert calls == pytest.approx([2.5 * 2.0 ** (k / 2.0) for k in range(-3, 4)])
    assert [p.chain_strength for p in found.points] == calls
    assert found.chain_strength == pytest.approx(2.5)
    strong = IsingModel(problem().h, 20.0 * problem().J, 0.0)
    draw, calls = answering(peak(20.0 * np.abs(problem().J).max()))
    scan(strong, draw, beta=2.0)
    assert calls[3] == pytest.approx(1.25 * 10.0 * np.abs(problem().J).max())


@pytest.mark.parametrize("octaves", [-2.5, 2.5])
def test_a_grid_that_still_rises_at_its_end_goes_on(octaves):
    at = 2.5 * 2.0**octaves
    draw, calls = answering(peak(at))
    found = scan(problem(), draw, beta=1.0)
    assert found.chain_strength == pytest.approx(at)
    assert len(calls) == len(set(calls)) == len(found.points) > 7
    assert [p.chain_strength for p in found.points] == sorted(calls)


def test_a_grid_without_an_optimum_ends():
    draw, calls = answering(lambda strength: min(1.5, 0.2 * math.log2(strength) + 0.5))
    found = scan(problem(), draw, beta=1.0, n_reads=2000)
    assert len(calls) <= 7 + 6
    assert found.best is found.points[-1]


def test_nothing_is_programmed_beyond_the_device():
    for maximum in (2.0, 0.3, 11.0):
        draw, calls = answering(peak(9.0))
        found = scan(problem(), draw, beta=1.0, maximum=maximum)
        assert len(calls) >= 7
        assert max(calls) == pytest.approx(min(maximum, max(calls)))
        assert found.chain_strength <= maximum
    assert max(calls) == 11.0


def test_few_intact_reads_weigh_against_a_colder_point():
    draw, _ = answering(peak(1.25), lambda strength: 0.9 if strength < 2.0 else 0.0)
    assert scan(problem(), draw, beta=1.0).chain_strength > 2.0


def test_without_intact_reads_the_fewest_broken_chains_are_taken():
    points = tuple(ScanPoint(s, 0.5, 0.01, 1.0 / s, 0.0) for s in (1.0, 2.0, 3.0))
    assert ChainStrengthScan(1.0, points).chain_strength == 3.0


def test_points_without_a_temperature_are_not_taken():
    s = every_read(problem())
    energies = problem().energy(s)
    ground, top = (s[[k]].astype(np.int8) for k in (energies.argmin(), energies.argmax()))
    sane = exact_device(problem(), 1.0)

    def draw(beta, chain_strength, n_reads, seed):
        if 1.0 < chain_strength < 4.0:
            return sane(beta, chain_strength, n_reads, seed)
        row = ground if chain_strength > 2.0 else top
        return Drawn(row.repeat(n_reads, axis=0), np.zeros((n_reads, 11), bool))

    found = scan(problem(), draw, beta=1.0)
    assert 1.0 < found.chain_strength < 4.0
    assert found.points[0].beta == 0.0
    assert math.isnan(found.points[-1].beta)
    assert found.points[0].merit == found.points[-1].merit == 0.0

    def minimise(beta, chain_strength, n_reads, seed):
        return Drawn(ground.repeat(n_reads, axis=0), np.zeros((n_reads, 11), bool))

    with pytest.raises(FrozenReadsError, match=r"at every chain strength from .*a larger beta"):
        scan(problem(), minimise, beta=1.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beta": 0.0}, "beta: got 0.0"),
        ({"n_reads": 1}, "n_reads: got 1"),
        ({"maximum": 0.0}, "maximum: got 0.0"),
        ({"seed": -1}, "seed: got -1"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises((TypeError, ValueError), match=message):
        scan(problem(), answering(peak(2.5))[0], **({"beta": 1.0} | change))
