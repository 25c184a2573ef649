"""The table of paths: who computes something else is refused, and figures are what they are."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import score_ratios
from paths import PATHS
from paths.diffusion import OurDiffuser
from paths.score import OurScore
from paths.training import OurFitter
from peers import Entry, MissingPeerError, load
from ratios import check, moments, path_tables
from ratios.rows import check_row, compare_row, verdict

# rbms and torch.compile still use it
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
CONTESTANTS = [(row, who) for row, path in PATHS.items() for who in ("ours", *path.peers)]
FIGURES = {
    "path": "kept-chain",
    "title": "a path",
    "size": [784, 500],
    "seconds": {"ours": 2e-3, "torch": 10e-3, "jax": 5e-3},
    "ratio": {"torch": 5.0, "jax": 2.5},
    "ratio_of_fastest": {"torch": 4.5, "jax": 2.4},
    **verdict({"torch": 5.0, "jax": 2.5}, {"torch": 5.0, "jax": 4.0, "diffrax": 10.0}),
}


def builder(path, who):
    if who == "ours":
        return path.ours
    try:
        return load(who, path.peers)
    except MissingPeerError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize(("row", "who"), CONTESTANTS, ids=["-".join(x) for x in CONTESTANTS])
def test_everyone_does_what_the_path_is_about(row, who):
    path = PATHS[row]
    assert path.p_value(builder(path, who), n_threads=1) > check.ACCEPT


@pytest.mark.parametrize("row", ["score-table", "score-8", "euler-mean-field-1", "kept-chain"])
@pytest.mark.parametrize("bias", ["visible_bias", "hidden_bias"])
def test_a_model_without_a_bias_is_refused(row, bias):
    path = PATHS[row]

    def build(problem):
        return path.ours(problem._replace(**{bias: np.zeros_like(getattr(problem, bias))}))

    assert path.p_value(build, n_threads=1) < check.REJECT


def test_a_score_of_fewer_noises_is_refused():
    """The mean is right, and the variance twice what it should be."""
    path = PATHS["score-8"]
    half = replace(path, n_noises=4)
    assert path.p_value(lambda problem: half.ours(problem._replace(n_noises=4)), 1) < check.REJECT


@pytest.mark.parametrize("row", ["real-gibbs", "real-langevin"])
def test_chains_of_another_model_or_of_other_steps_are_refused(row):
    path = PATHS[row]
    changes = {
        "visible_bias": lambda x: x + 0.1,
        "hidden_bias": lambda x: x + 1.0,
        "sigma": lambda x: 1.1 * x,
        "n_steps": lambda x: 1,
    }
    for name, change in changes.items():

        def build(problem, name=name, change=change):
            return path.ours(problem._replace(**{name: change(getattr(problem, name))}))

        assert path.p_value(build, n_threads=1) < check.REJECT


class Other(OurFitter):
    """Fits from other seeds than those of the yardstick."""

    def __init__(self, problem, method):
        super().__init__(problem, method)
        self._seed = 1000


@pytest.mark.parametrize(
    ("change", "accepted"),
    [({}, True), ({"learning_rate": 0.036}, False), ({"n_sweeps": 1}, False)],
)
def test_training_at_another_rate_or_with_fewer_sweeps_is_refused(change, accepted):
    path = PATHS["recovery"]
    p = path.p_value(lambda problem: Other(problem._replace(**change), "recovery"), 1)
    assert p > check.ACCEPT if accepted else p < check.REJECT


def test_moments_are_compared_at_their_standard_errors():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 4000, 3))
    assert moments.same_means(x, y) > check.ACCEPT
    assert moments.same_means(x, y + 0.3) < check.REJECT
    assert moments.mean_and_variance(x, np.zeros(3), np.ones(3)) > check.ACCEPT
    assert moments.mean_and_variance(x, np.zeros(3), np.full(3, 1.5)) < check.REJECT
    assert moments.same_means(np.full((9, 1), 1.0), np.full((9, 1), 2.0)) == 0.0
    assert moments.same_means(np.full((9, 1), np.nan), x[:, :1]) == 0.0
    np.testing.assert_array_equal(
        moments.first_and_second(np.array([[2.0, 3.0]])), [[2, 3, 4, 6, 9]]
    )


@dataclass(frozen=True, kw_only=True)
class Toy(type(PATHS["kept-chain"])):
    """A path whose peers are told apart by their names."""

    def p_value(self, build, n_threads):
        return 1.0 if build == self.ours or build is OurScore else 1e-9


def toy():
    peers = {"right": Entry("right", "", "right"), "wrong": Entry("wrong", "", "wrong")}
    return Toy(name="toy", title="", bars={}, peers=peers, estimator="gibbs")


def test_the_refused_are_named_and_the_missing_are_not_counted(monkeypatch):
    found = {"right": OurScore, "wrong": OurDiffuser}
    monkeypatch.setattr(
        "ratios.rows.installed", lambda names, entries: ({n: found[n] for n in names}, ["gone"])
    )
    result = check_row(toy(), 1)
    assert result["refused"] == ["wrong"]
    assert result["missing"] == ["gone"]
    assert path_tables.check_line("toy", result).endswith("REFUSED: wrong")
    assert check_row(toy(), 1, ["right"])["refused"] == []


def test_what_is_wanted_depends_on_the_size():
    path = PATHS["score-64"]
    assert path.bars_at((784, 500)) == {"torch": 4.0, "jax": 4.0}
    assert path.bars_at((64, 64)) == {"torch": 5.0}


def test_the_table_shows_figures_and_verdicts():
    line = path_tables.ratio_line(FIGURES)
    assert line.startswith("a path")
    assert "784 x 500" in line
    assert " 2.000 " in line
    assert "5.00x >= 5" in line
    assert "2.50x < 4" in line
    fastest = path_tables.ratio_line(FIGURES, "ratio_of_fastest").split()
    columns = dict(
        zip(path_tables.PEER_COLUMNS, fastest[-len(path_tables.PEER_COLUMNS) :], strict=True)
    )
    timed = {name: text for name, text in columns.items() if text != "-"}
    assert timed == {"torch": "4.50x", "jax": "2.40x"}
    assert FIGURES["reached"] == {"torch": True, "jax": False}
    assert path_tables.summary([FIGURES]) == "1 of 2 wanted ratios are reached"
    assert len(path_tables.heading().split()) == 5 + len(path_tables.PEER_COLUMNS) + 1
    no_bar = FIGURES | {"bars": {}, "reached": {}}
    assert "5.00x" in path_tables.ratio_line(no_bar)


@pytest.mark.parametrize("row", ["score-1", "euler-mean-field-1", "pcd", "real-langevin"])
def test_a_row_has_seconds_of_one_piece_of_work(row):
    figures = compare_row(PATHS[row], (12, 7), 1, rounds=1, budget=1e-3, names=[])
    assert figures["seconds"]["ours"] > 0.0
    assert figures["ratio"] == {}
    assert figures["reached"] == {}
    np.testing.assert_allclose(figures["rounds"]["ours"], [figures["seconds"]["ours"]])


def test_an_unknown_row_is_refused():
    with pytest.raises(ValueError, match="got 'sum', expected some of score-table"):
        score_ratios.chosen(["sum"])


def test_the_command_writes_a_report(tmp_path):
    file = tmp_path / "report.json"
    arguments = ["--rows", "kept-chain", "--sizes", "12x7", "--rounds", "1", "--peers"]
    command = [sys.executable, str(Path(__file__).with_name("score_ratios.py")), *arguments]
    command += ["--budget", "1e-3"]
    result = subprocess.run(
        [*command, "--json", str(file)], capture_output=True, text=True, check=True
    )
    assert "12 x 7" in result.stdout
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["checks"]["kept-chain"]["refused"] == []
    assert report["rows"][0]["path"] == "kept-chain"
    assert report["clock"] == "CPU time"
