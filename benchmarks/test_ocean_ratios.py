"""The comparison of Boltzmann samplers, on a problem too small to tell anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from boltzmann import problems
from boltzmann.comparison import compare
from boltzmann.ours import OURS
from boltzmann.quality import TOLERANCE, cheapest, excess, reads
from boltzmann.tables import lines
from peers import MissingPeerError, load
from peers.ocean import PEERS

READS = 2000


@pytest.fixture(scope="module")
def target():
    return problems.target("12x7", 0)


@pytest.mark.parametrize("name", [*OURS, *PEERS])
def test_everyone_reaches_the_floor(name, target):
    """With sweeps enough, errors are those of independent samples; with none, they are not."""
    try:
        build = OURS.get(name) or load(name, PEERS)
    except MissingPeerError as missing:
        pytest.skip(str(missing))
    drawer = build(target.problem)
    assert excess(reads(drawer, READS, 64, seed=1), target, READS) < 1.3
    coins = np.where(np.random.default_rng(1).random((READS, 19)) < 0.5, -1, 1)
    assert excess(coins, target, READS) > 1.6


def test_the_reference_agrees_with_enumeration(target):
    model = problems.random_weights(12, 7, 0.3)
    error = np.abs(problems.tempered(model, 4000) - target.moments).max()
    assert error < 5.0 / np.sqrt(4000)  # five standard errors


def test_the_fewest_sweeps_are_found(target):
    setting = cheapest(OURS["ours"](target.problem), target, READS, READS, patience=60.0)
    assert setting.enough
    assert setting.excess <= TOLERANCE
    given_up = cheapest(OURS["ours"](target.problem), target, READS, READS, patience=-1.0)
    assert not given_up.enough


def test_a_row(target):
    row = compare(target, {}, 50, READS, READS, rounds=1, budget=1e-3, patience=60.0)
    assert row["samples_per_second"]["ours"] > 0.0
    assert len(list(lines(row))) == 5


def test_the_command_writes_a_report(tmp_path):
    file = tmp_path / "report.json"
    arguments = ["--problems", "12x7", "--peers", "--reads", "20", "--drawn", "200"]
    command = [sys.executable, str(Path(__file__).with_name("ocean_ratios.py")), *arguments]
    quick = ["--rounds", "1", "--budget", "1e-3", "--json", str(file)]
    result = subprocess.run([*command, *quick], capture_output=True, text=True, check=True)
    assert "12x7, W ~ N(0, 0.3²), exact moments" in result.stdout
    row = json.loads(file.read_text(encoding="utf-8"))["rows"][0]
    assert row["reads"]["ours"] == 20
