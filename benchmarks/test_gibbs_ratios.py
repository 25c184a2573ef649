"""The command that compares with other libraries, on problems too small to tell anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import peers
from peers import MissingPeerError, Peer, installed
from ratios import tables
from ratios.confine import confine
from ratios.ours import PRECISIONS, cpu_level
from ratios.sweeps import Size, compare
from ratios.tempering import available, compare_tempering
from ratios.timing import Work, fastest_ratio, interleave, median_ratio
from scorerbm.backends import cpu_levels

SIZE = Size(12, 7, 32)
QUICK = {"n_threads": 1, "rounds": 2, "budget": 1e-3}


class Uniform(Peer):
    """A peer that no size suits."""

    most_weights = 0

    def __init__(self, problem): ...

    def run(self, n_sweeps): ...

    def visible(self): ...


def test_a_row_has_every_precision_beside_every_peer():
    classes, missing = installed(["numpy"])
    row = compare(SIZE, classes | {"uniform": Uniform}, **QUICK)
    assert missing == []
    assert list(row["ours"]) == list(PRECISIONS)
    assert row["left_out"] == [f"uniform: left out at {SIZE}, more than 0 weights"]
    for ratios in row["ratios"].values():
        assert ratios["best"] == "numpy"
        assert ratios["median"]["numpy"] > 0.0
    for which in ("median", "fastest"):
        lines = list(tables.ratio_lines(row, cpu_level(), list(classes), which))
        assert len(lines) == len(PRECISIONS)
        assert all("x (numpy)" in line and "12 x 7, 32" in line for line in lines)
    assert len(list(tables.speed_lines(row, ["numpy", "uniform"]))) == 2


def test_turns_are_taken_and_a_slow_one_takes_one():
    """With a clock that counts sweeps: a sweep of the slow one takes eleven budgets."""
    now, calls = [0.0], []

    def work(name, seconds):
        def run(n_sweeps):
            calls.append(name)
            now[0] += seconds * n_sweeps

        return Work(run)

    each = {"a": work("a", 0.25), "b": work("b", 11.0)}
    times = interleave(each, rounds=3, budget=1.0, clock=lambda: now[0])
    assert calls[-4:] == ["a", "b", "a", "a"]
    np.testing.assert_allclose(times["a"], 0.25)
    np.testing.assert_array_equal(times["b"], [11.0, np.nan, np.nan])
    assert median_ratio(times["b"], times["a"]) == 44.0
    assert fastest_ratio(times["b"], times["a"]) == 44.0


def test_a_missing_peer_is_named_with_its_package(monkeypatch):
    # A module set to None raises the same error as one that is not installed.
    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.delitem(sys.modules, "peers.jax_jit", raising=False)
    with pytest.raises(MissingPeerError, match=r"^jax: left out, .* \(pip install jax\)"):
        peers.load("jax")
    assert installed(["jax", "numpy"])[1] != []


def test_an_unknown_peer_is_refused():
    with pytest.raises(ValueError, match="got 'matlab', expected some of torch"):
        peers.load("matlab")


def test_confining_comes_before_numpy():
    with pytest.raises(RuntimeError, match="NumPy is loaded already"):
        confine(1)


@pytest.mark.skipif(not available(), reason="this version has no parallel tempering")
def test_tempering_is_compared_with_as_many_chains():
    row = compare_tempering(SIZE, **QUICK)
    assert row["n_ladders"] == 2
    assert row["ratio"] > 0.0
    assert "2 ladders" in tables.tempering_line(row, "ratio")


def test_the_command_writes_a_report_of_each_level(tmp_path):
    levels, file = [cpu_levels().used, "x86-64-v9"], tmp_path / "report.json"
    arguments = ["--sizes", "12x7x9", "--peers", "numpy", "--rounds", "1", "--budget", "1e-3"]
    command = [sys.executable, str(Path(__file__).with_name("gibbs_ratios.py")), *arguments]
    result = subprocess.run(
        [*command, "--levels", *levels, "--json", str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "x86-64-v9: not supported" in result.stdout
    assert "12 x 7, 9" in result.stdout
    report, unsupported = json.loads(file.read_text(encoding="utf-8"))
    assert report["level"] == levels[0]
    assert report["rows"][0]["size"] == [12, 7, 9]
    assert unsupported == {"level": "x86-64-v9", "supported": False}
