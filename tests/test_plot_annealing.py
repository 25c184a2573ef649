"""Figures of annealers show the reads and calibrations they are given."""

import numpy as np
import pytest

from helpers.devices import BETA, STRENGTH, ideal_qpu, long_chains
from helpers.models import random_bernoulli
from helpers.reads import draw_reads, read_probabilities
from helpers.stand_ins import exact_device
from scorerbm import Annealer
from scorerbm.annealing.calibration import Calibration, CalibrationError, calibrate
from scorerbm.annealing.chain_strength import ChainStrengthScan, ScanPoint
from scorerbm.ising import IsingModel, to_ising
from scorerbm.plot import (
    plot_calibration,
    plot_chain_breaks,
    plot_chain_strength,
    plot_energies,
    plot_spin_moments,
)

N, M = 6, 5
SCAN = ChainStrengthScan(
    8.5,
    (
        ScanPoint(0.1, 0.5, 0.02, 0.3, 0.1),
        ScanPoint(0.2, 0.9, 0.02, 0.05, 0.6),
        ScanPoint(0.4, 0.6, 0.02, 0.0, 1.0),
        ScanPoint(0.8, float("nan"), float("nan"), 0.0, 1.0),
    ),
)


def problem():
    return to_ising(random_bernoulli(N, M, seed=4, scale=0.9))


def reads(beta, n_reads=2000, seed=0):
    rng = np.random.default_rng(seed)
    return draw_reads(read_probabilities(problem(), beta), n_reads, rng)


def calibration(scan=None):
    found = calibrate(problem(), exact_device(problem(), 8.5), beta=4.0, chain_strength=1.0)
    return Calibration(found.beta, found.error, 1.0, True, found.rounds, scan)


def drawn(figure):
    """Panels of a figure that has been laid out, with nothing beyond its edge."""
    figure.draw_without_rendering()
    for panel in figure.axes:
        box = panel.get_tightbbox()
        assert box.x0 >= figure.bbox.x0 - 1.0
        assert box.y0 >= figure.bbox.y0 - 1.0
        assert box.x1 <= figure.bbox.x1 + 1.0
        assert box.y1 <= figure.bbox.y1 + 1.0
        assert panel.get_title()
        assert panel.get_xlabel()
    return figure.axes


def points(line):
    return np.asarray(line.get_xydata())


# -- energies ------------------------------------------------------------------------------------


def test_energies_are_counted_in_common_cells():
    own, warm = problem().energy(reads(1.0)), problem().energy(reads(0.5))
    figure = plot_energies({"warm": warm}, own, bins=25, reference_title="exact")
    (panel,) = drawn(figure)
    for patch, energies in zip(panel.patches, (own, warm), strict=True):
        values, edges, _ = patch.get_data()
        np.testing.assert_allclose(values, np.histogram(energies, edges, density=True)[0])
        assert len(values) == 25
        assert edges[0] <= energies.min()
        assert edges[-1] >= energies.max()
    labels = [t.get_text() for t in figure.legends[0].get_texts()]
    assert labels == [f"exact (mean {own.mean():.4g})", f"warm (mean {warm.mean():.4g})"]
    means = [points(line)[0, 0] for line in panel.lines]
    assert means == pytest.approx([own.mean(), warm.mean()])


def test_bins_follow_from_the_energies():
    energies = np.random.default_rng(0).normal(size=1000)
    (panel,) = drawn(plot_energies({"a": energies}, energies))
    assert 20 <= len(panel.patches[0].get_data()[0]) <= 40
    drawn(plot_energies({"one state": np.zeros(5)}, np.zeros(3)))


# -- moments -------------------------------------------------------------------------------------


def test_moments_are_those_of_the_spins():
    s, own = reads(1.0, seed=1), reads(1.0, seed=2)
    left, right = drawn(plot_spin_moments(s, own, N, title="ours"))
    visible, hidden = left.lines[:2]
    np.testing.assert_allclose(points(visible), np.c_[own.mean(0), s.mean(0)][:N])
    np.testing.assert_allclose(points(hidden), np.c_[own.mean(0), s.mean(0)][N:])
    expected = [(x[:, :N].T.astype(float) @ x[:, N:] / len(x)).ravel() for x in (own, s)]
    np.testing.assert_allclose(points(right.lines[0]), np.c_[expected[0], expected[1]])
    assert "ours" in left.get_ylabel()


def test_the_band_is_two_standard_errors():
    s, own = reads(1.0, 500), reads(1.0, 2000, seed=2)
    _, right = drawn(plot_spin_moments(s, own, N))
    corners = right.collections[0].get_paths()[0].vertices
    x = corners[len(corners) // 4, 0]
    column = np.unique(corners[np.isclose(corners[:, 0], x), 1])
    expected = 2.0 * np.sqrt((1.0 - x**2) * (1 / 500 + 1 / 2000))
    assert (column.max() - column.min()) / 2.0 == pytest.approx(expected, rel=1e-6)


def outside(figure):
    return [float(panel.get_title().split(":")[1].split("%")[0]) for panel in figure.axes]


def test_rare_spins_are_no_errors_beyond_measure():
    """One in a thousand: many units are turned in one set and never in the other."""
    rng = np.random.default_rng(3)
    rare = [1.0 - 2.0 * (rng.random((1000, 400)) < 1e-3) for _ in range(2)]
    assert ((rare[0] == 1.0).all(axis=0) ^ (rare[1] == 1.0).all(axis=0)).mean() > 0.3
    assert max(outside(plot_spin_moments(*rare, 200))) < 8.0


def test_good_reads_lie_in_the_band_and_warm_ones_do_not():
    good = outside(plot_spin_moments(reads(1.0, seed=1), reads(1.0, seed=2), N))
    warm = outside(plot_spin_moments(reads(0.5, seed=1), reads(1.0, seed=2), N))
    assert max(good) < 20.0  # 5 % is expected, of 11 and of 30 points
    assert min(warm) > 50.0


# -- chain breaks --------------------------------------------------------------------------------


def test_breaks_are_counted_by_unit_and_by_read():
    broken = np.random.default_rng(0).random((200, N + M)) < np.linspace(0.0, 0.3, N + M)
    left, right = drawn(plot_chain_breaks(broken, N))
    heights = [bar.get_height() for bar in left.patches]
    np.testing.assert_allclose(heights, 100.0 * broken.mean(axis=0))
    colours = [bar.get_facecolor() for bar in left.patches]
    assert len(set(colours[:N])) == len(set(colours[N:])) == 1
    assert colours[0] != colours[-1]
    values, edges, _ = right.patches[0].get_data()
    counts = np.bincount(broken.sum(axis=1))
    np.testing.assert_allclose(values, counts / 2.0)
    np.testing.assert_allclose(edges, np.arange(len(counts) + 1) - 0.5)
    assert f"{100.0 * (~broken.any(axis=1)).mean():.3g} %" in right.get_title()


def test_breaks_of_a_report_are_those_of_its_reads():
    qpu = ideal_qpu(0.1)
    annealer = Annealer(
        qpu, beta=BETA, chain_strength=STRENGTH, chain_breaks="majority",
        embedding=long_chains(qpu, 4, 3, 3),
    )  # fmt: skip
    report = annealer.sample(random_bernoulli(4, 3, seed=1), 200).report
    left, right = drawn(plot_chain_breaks(report, 4))
    heights = [bar.get_height() for bar in left.patches]
    np.testing.assert_allclose(heights, 100.0 * report.broken_by_unit)
    values, edges, _ = right.patches[0].get_data()
    assert values @ (edges[:-1] + 0.5) / 100.0 == pytest.approx(7.0 * report.broken_chains)
    assert f"{100.0 * (1.0 - report.broken_reads):.3g} %" in right.get_title()


def test_no_break_and_many_units_are_drawn():
    drawn(plot_chain_breaks(np.zeros((5, 3), bool), 2))
    drawn(plot_chain_breaks(np.ones((5, 130), bool), 65))


# -- calibration ---------------------------------------------------------------------------------


def test_rounds_are_drawn_as_they_were():
    found = calibration()
    left, right = drawn(plot_calibration(found))
    betas = [r.temperature.beta for r in found.rounds]
    numbers = np.arange(1, len(betas) + 1)
    lines = {c.get_label(): c.lines[0] for c in left.containers}
    np.testing.assert_allclose(points(lines["all"]), np.c_[numbers, betas])
    assert set(lines) == {"all", "fields", "couplings"}
    np.testing.assert_allclose(
        points(right.lines[0]), np.c_[numbers, [r.beta for r in found.rounds]]
    )
    assert "8." in right.get_title()


def test_a_flat_problem_has_a_temperature_of_no_error():
    flat = IsingModel(np.zeros(N + M), np.zeros((N, M)), 0.0)
    found = calibrate(flat, exact_device(flat, 8.5), beta=4.0, chain_strength=1.0)
    assert found.error == np.inf
    assert drawn(plot_calibration(found))[1].get_title() == "Converged to β = 4"


def test_a_scan_adds_its_panel():
    assert len(drawn(plot_calibration(calibration(SCAN)))) == 3


def test_what_did_not_converge_says_so():
    with pytest.raises(CalibrationError) as error:
        calibrate(
            problem(), exact_device(problem(), 8.5), beta=2.0, chain_strength=1.0, max_rounds=1
        )
    panels = drawn(plot_calibration(error.value.calibration))
    assert "Not converged" in panels[1].get_title()


def test_the_chosen_chain_strength_is_ringed():
    (panel,) = drawn(plot_chain_strength(SCAN))
    ring = panel.lines[-1]
    np.testing.assert_allclose(points(ring), [[SCAN.chain_strength, SCAN.best.merit]])
    assert SCAN.chain_strength == 0.2
    assert "0.2" in panel.get_title()
    assert panel.get_xscale() == "log"


# -- arguments -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plot_energies({}, [1.0]), "reads: got no set"),
        (lambda: plot_energies({"a": []}, [1.0]), r"reads\['a'\]: got no energy"),
        (lambda: plot_energies({"a": [1.0]}, [np.nan]), "reference: got nan"),
        (lambda: plot_energies({"a": [1.0]}, [1.0], bins=1), "bins: got 1"),
        (lambda: plot_spin_moments([[1, 0]], [[1, 1]], 1), "spins: got 0.0"),
        (lambda: plot_spin_moments([[1, 1]], [[1, 1, 1]], 1), "reference: got shape"),
        (lambda: plot_spin_moments([[1, 1]], [[1, 1]], 2), "n_visible: got 2"),
        (lambda: plot_chain_breaks(np.zeros((0, 3)), 1), "broken: got shape"),
        (lambda: plot_chain_breaks([[0, 1]], 3), "n_visible: got 3"),
        (lambda: plot_calibration(Calibration(1.0, 0.1, 1.0, False, ())), "got no round"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
