"""``scorerbm compare``."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from helpers.command_line import QUICK, cli, process, small_model, wrong
from scorerbm.files import read_metadata
from scorerbm.report import compare

ROADS = ("--road", "gibbs", "--road", "sde-kept", "--budgets", "1,4", "-n", "50", "--repeats", "2")


def without_times(records):
    return [{k: x for k, x in record.items() if k != "seconds"} for record in records]


def test_compare_trains_and_reports(folder):
    result = cli("compare", *QUICK, *ROADS)
    assert result.stdout.splitlines()[-1] == "Report: scorerbm-report/report.html"
    report = folder / "scorerbm-report"
    page = (report / "report.html").read_text()
    for fact in ("digits", "ScoreMatching", "Mean log-likelihood, nats a row"):
        assert fact in page
    assert (report / "samples.png").exists()  # digits are images
    # The model is kept: the comparison can be made again.
    assert read_metadata(report / "model.safetensors").training["n_epochs"] == 2
    again = ("compare", "--model", report / "model.safetensors", *ROADS, "--out", "again")
    record = json.loads(cli(*again, "--json").stdout)
    assert record["report"] == "again/report.html"
    assert record["training"]["data"]["source"] == "digits"
    table = json.loads((report / "table.json").read_text())
    assert without_times(record["summary"]) == without_times(table["summary"])
    assert record["data_errors"] == table["data_errors"]
    assert not (folder / "again" / "model.safetensors").exists()


def test_compare_is_the_library(folder):
    model = small_model()
    rows = np.random.default_rng(0).integers(0, 2, (60, 6))
    np.save("rows.npy", rows)
    options = ("--model", "small.safetensors", "--seed", 7, *ROADS, "--json")
    record = json.loads(cli("compare", "rows.npy", *options).stdout)
    expected = compare(
        model, rows, samplers=["gibbs", "sde-kept"], budgets=[1, 4], seeds=(7, 8), n_samples=50
    )
    assert without_times(record["summary"]) == without_times(expected.summary)
    assert record["data_errors"] == pytest.approx(expected.data_errors)
    assert record["settings"]["seeds"] == [7, 8]
    text = cli("compare", "rows.npy", *options[:-1]).stdout
    for row in expected.summary:
        assert re.search(rf"{re.escape(row['label'])} +{row['reached']}", text)


def test_compare_goes_on_without_lost_data(folder):
    np.save("rows.npy", np.random.default_rng(0).integers(0, 2, (60, 6)))
    cli("train", "rows.npy", *QUICK)
    (folder / "rows.npy").unlink()
    with process("compare", "--model", "model.safetensors", *ROADS, "--json", cwd=folder) as run:
        out, err = run.communicate(timeout=60)
    assert run.returncode == 0, err
    assert json.loads(out)["data_errors"] is None
    assert "scorerbm: warning: rows.npy: not found; comparing without data\n" in err


@pytest.mark.parametrize(("module", "extra"), [("jinja2", "cli"), ("matplotlib", "plot")])
def test_compare_checks_its_libraries_before_the_work(folder, monkeypatch, module, extra):
    monkeypatch.setattr(
        "scorerbm.cli.outputs.find_spec", lambda name: None if name == module else object()
    )
    line = wrong("compare", code=1)
    assert f'need {module}: pip install "scorerbm[{extra}]"' in line
    assert list(folder.iterdir()) == []


def test_compare_tells_of_a_device_that_it_leaves_alone(folder, monkeypatch):
    small_model()
    # What it says comes before the work.
    monkeypatch.setattr("scorerbm.cli.compare.compare_roads", stop)
    command = ("compare", "--model", "small.safetensors")
    for is_there in (True, False):
        monkeypatch.setattr("scorerbm.cli.compare.configured", lambda found=is_there: found)
        assert ("see --road qpu" in cli(*command, code=1).stderr) == is_there
        assert "--road qpu" not in cli(*command, "--road", "gibbs", code=1).stderr


def stop(*arguments, **options):
    raise ArithmeticError("far enough")
