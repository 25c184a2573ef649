"""The study of quality in small: that it runs, tunes, and sees modes that data do not have."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import scorerbm as sr
from quality.cache import Cache
from quality.curves import tuned
from quality.exact import exact_log_z
from quality.modes import far_modes
from quality.observing import WAYS, Observed, Way
from quality.ours import Recovery
from quality.partition import BASES, forward, reverse
from quality.problems import Problem
from quality.report import seconds
from quality.stopwatch import Stopwatch, spaced
from quality.tempered import free_energy_difference, temper
from quality.tuning import settings_tried, tune

SCRIPT = Path(__file__).parent / "quality.py"


def mixture(patterns, n, seed, flips=0.02):
    rng = np.random.default_rng(seed)
    rows = patterns[rng.integers(len(patterns), size=n)]
    return (rows ^ (rng.random(rows.shape) < flips)).astype(np.uint8)


@pytest.fixture(scope="module")
def patterns():
    return np.random.default_rng(3).integers(0, 2, (5, 60))


def test_a_planted_mode_is_found(patterns):
    data, held_out = mixture(patterns[:4], 800, 0), mixture(patterns[:4], 400, 1)
    samples = np.concatenate([mixture(patterns[:4], 900, 2), mixture(patterns[4:], 100, 3)])
    found = far_modes(samples, data, held_out)
    assert len(found.modes) == 1
    (mode,) = found.modes
    assert mode.weight == pytest.approx(0.1, abs=0.02)
    assert (samples[mode.member] != patterns[4]).mean() < 0.1
    assert found.far == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_exact_samples_have_no_mode_of_their_own(seed):
    rng = np.random.default_rng(seed)
    model = sr.BernoulliRBM(rng.normal(0.0, 1.0, (40, 6)), rng.normal(size=40), rng.normal(size=6))
    v = sr.Exact().sample(model, 2000, seed=seed).visible
    found = far_modes(v[:800], v[800:1600], v[1600:])
    assert found.modes == []
    assert found.far < 0.05


def test_a_mode_lighter_than_far_held_out_rows_is_none(patterns):
    data, held_out = mixture(patterns[:4], 800, 0), mixture(patterns[:4], 400, 1)
    samples = np.concatenate([mixture(patterns[:4], 990, 2), mixture(patterns[4:], 10, 3)])
    assert far_modes(samples, data, held_out).modes == []


def test_tuner_takes_the_better_of_two_settings_of_a_training(tmp_path, patterns):
    data = mixture(patterns, 600, 0)
    problem = Problem("patterns", 3, data[:300], data[300:400], data[400:])

    class Two(Recovery):
        knobs: ClassVar = {"rate": (1e-5, 0.02), "snr": (1.0,), "centred": (True,)}

    found = tuned(problem, Two(), 200, Cache(tmp_path), lambda _: None)
    assert found["setting"]["rate"] == 0.02
    assert len(found["tried"]) == settings_tried(Two.knobs) == 2
    again = tuned(problem, Two(), 200, Cache(tmp_path), pytest.fail)
    assert again == found


def test_observing_as_the_package_does_gives_its_model(patterns):
    data = mixture(patterns, 120, 0)
    common = {"n_hidden": 3, "n_epochs": 12, "monitor": "never"}
    want = sr.ScoreMatching(**common).fit(data, seed=5).model
    got = Observed(**common).fit(data, seed=5).model
    np.testing.assert_array_equal(got.weights, want.weights)
    # Negative control: any other way gives another model.
    ways = [way for way in WAYS.values() if way != Way() and not way.relaxed]
    others = [Observed(way=way, **common).fit(data, seed=5).model.weights for way in ways]
    assert all((x != want.weights).any() for x in others)


def test_tuner_searches_one_knob_after_the_other():
    asked = []

    def score(setting):
        asked.append(dict(setting))
        return None if setting["a"] == 3 else -abs(setting["a"] - 2) - abs(setting["b"] - 5)

    found = tune({"a": (1, 2, 3), "b": (0, 5)}, score)
    assert found["setting"] == {"a": 2, "b": 5}
    assert found["score"] == 0
    assert asked == [{"a": 1, "b": 0}, {"a": 2, "b": 0}, {"a": 3, "b": 0}, {"a": 2, "b": 5}]


def test_enumeration_agrees_with_the_package():
    rng = np.random.default_rng(0)
    for n, m in ((5, 1), (16, 7), (33, 8)):
        model = sr.BernoulliRBM(
            rng.normal(0.0, 1.5, (n, m)), rng.normal(size=n), rng.normal(size=m)
        )
        assert exact_log_z(model) == pytest.approx(float(sr.log_partition(model)), abs=1e-9)


def test_enumeration_survives_overflow():
    model = sr.BernoulliRBM(np.full((40, 2), 60.0), np.zeros(40), np.zeros(2))
    assert exact_log_z(model) == pytest.approx(float(sr.log_partition(model)), rel=1e-9)


def test_estimates_of_log_z_enclose_it():
    rng = np.random.default_rng(5)
    model = sr.BernoulliRBM(
        rng.normal(0.0, 1.0, (20, 8)), rng.normal(size=20), rng.normal(size=8),
        data_mean=rng.uniform(0.2, 0.8, 20),
    )  # fmt: skip
    truth = float(sr.log_partition(model, method="exact"))
    value, error = temper(model, n_ladders=16, n_sweeps=2000, n_kept=50).log_z()
    assert abs(value - truth) < 5.0 * error
    samples = sr.Exact().sample(model, 200).visible
    for base in BASES:
        for found in (forward(model, base, 200, 200), reverse(model, samples, base, 200)):
            assert abs(found["value"] - truth) < 5.0 * found["error"]


def test_acceptance_ratio_of_two_gaussians():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=20000), 1.0 + rng.normal(size=8000)
    work = [0.5 * (z - 1.0) ** 2 - 0.5 * z**2 + 3.0 for z in (x, y)]
    assert free_energy_difference(*work) == pytest.approx(3.0, abs=0.05)
    # Without the samples of one side it would be off.
    assert abs(work[0].mean() - 3.0) > 0.3


def test_stopwatch_stands_while_it_is_looked_at(monkeypatch):
    clock = [0.0]

    def copy(model):
        clock[0] += 100.0

    monkeypatch.setattr("quality.stopwatch._now", lambda: (clock[0], clock[0]))
    monkeypatch.setattr("quality.stopwatch.copied", copy)
    watch = Stopwatch()
    for k in (1, 2):
        clock[0] += 1.0
        watch.look(k, None)
    assert [(m.update, m.wall, m.cpu) for m in watch.moments] == [(1, 1.0, 1.0), (2, 2.0, 2.0)]


def test_looks_end_with_the_last_update():
    assert spaced(1000, 4) == [1, 10, 100, 1000]
    assert spaced(7, 1) == [7]
    assert spaced(3, 10)[-1] == 3


def test_time_to_a_target_needs_all_seeds():
    def run(n, *tests):
        points = [{"cpu": float(k + 1), "test": x} for k, x in enumerate(tests)]
        return {"n_updates": n, "points": points}

    assert seconds([run(5, -3.0, -1.0), run(5, -1.0, -1.0)], -2.0) == "1.50"
    assert seconds([run(5, -3.0, -1.0), run(5, -3.0, -3.0)], -2.0).startswith("not reached")


@pytest.mark.parametrize("again", [False, True])
def test_command_end_to_end(tmp_path, again):
    command = [sys.executable, str(SCRIPT), "--out", str(tmp_path), "--problems", "digits",
               "--tuning", "60", "--lengths", "30", "60", "--looks", "2", "--seeds", "1",
               "--methods", "recovery", "PCD", "--large",
               "--parts", "tune", "curves", "report"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    (curve,) = (tmp_path / "curves" / "digits-14").glob("PCD-60-*.json")
    before = curve.stat().st_mtime_ns
    found = json.loads(curve.read_text(encoding="utf-8"))
    times = [point["cpu"] for point in found["points"]]
    assert times == sorted(times)
    assert times[0] > 0.0
    text = (tmp_path / "quality-tables.md").read_text(encoding="utf-8")
    assert text.count("| digits | recovery |") == 2
    assert (tmp_path / "quality-curves.png").stat().st_size > 0
    subprocess.run(command + ["--again"] * again, check=True, capture_output=True)
    assert (curve.stat().st_mtime_ns > before) == again
