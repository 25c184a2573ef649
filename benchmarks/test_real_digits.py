"""The study of real-valued digits in small: that it runs, and that its densities integrate to 1."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import scorerbm as sr
from real.machines import enclosed, exact, n_parameters
from real.problem import Problem, digits
from real.rivals import rivals

SCRIPT = Path(__file__).parent / "real_digits.py"


def blobs(n=400, seed=0):
    """Two narrow Gaussians, and a coordinate that hardly varies."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)) * [0.3, 0.3, 0.001]
    x[:, 0] += rng.integers(0, 2, n) * 3.0
    return Problem(x[: n // 2], x[n // 2 :])


def test_units_are_those_of_the_scale():
    problem = blobs()
    assert problem.scale[2] == 0.05
    v = problem.standardised(problem.test)
    per_unit = -0.5 * (np.square(v) + np.log(2.0 * np.pi)).sum(axis=1).mean()
    found = rivals(problem, 20)
    assert found["independent, unit variance"]["test"] == pytest.approx(per_unit)
    # A model that is the same density, trained on nothing.
    model = sr.GaussianRBM(
        np.zeros((3, 1)), np.zeros(3), np.zeros(1), 1.0,
        data_mean=problem.train.mean(axis=0), data_scale=problem.scale,
    )  # fmt: skip
    assert exact(problem, model)["test"] == pytest.approx(per_unit)
    around = enclosed(problem, model, 50, 50, 5)
    assert around["test"] == pytest.approx(per_unit, abs=1e-6)
    assert around["test_from_above"] == pytest.approx(per_unit, abs=1e-6)


def test_rivals_see_two_blobs():
    found = {name.partition(",")[0]: x["test"] for name, x in rivals(blobs(), 14).items()}
    assert found["GaussianMixture"] > found["Gaussian"] + 0.5
    assert n_parameters(64, 10) == 778


def test_digits_are_divided_as_said():
    problem = digits()
    assert (len(problem.train), len(problem.test)) == (1347, 450)
    assert 0.0 <= problem.train.min() < problem.train.max() < 1.0
    assert problem.between_units > 0.0


def test_command_end_to_end(tmp_path):
    command = [sys.executable, str(SCRIPT), "--out", str(tmp_path), "--seeds", "1", "--epochs", "2",
               "--rows", "200", "--hidden", "2", "3", "--methods", "recovery", "PCD",
               "--large", "recovery", "--runs", "10", "--temperatures", "20", "--sweeps", "5",
               "--parts", "exact", "large", "report"]  # fmt: skip
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "| M = 2 | own scale, mean |" in said
    assert "| M = 3 | ln Z from below |" in said
    files = {path.stem for path in tmp_path.rglob("*.json")}
    assert {"recovery-own-0", "PCD-floored-0", "recovery"} <= files
