"""``scorerbm evaluate``."""

from __future__ import annotations

import json

import numpy as np
import pytest

from helpers.command_line import QUICK, cli, small_model, wrong
from scorerbm.evaluate import (
    exact_moments,
    log_likelihood,
    log_partition,
    moment_error,
    sample_moments,
)
from scorerbm.sample import Exact


def test_evaluate_is_the_library(folder):
    model = small_model()
    rows = np.random.default_rng(0).integers(0, 2, (50, 6))
    np.save("rows.npy", rows)
    record = json.loads(cli("evaluate", "small.safetensors", "rows.npy", "--json").stdout)
    z = log_partition(model)
    assert record["data"] == {"name": "rows", "which": "rows", "rows": 50}
    assert record["log_partition"] == {"value": z.value, "standard_error": 0.0, "method": "exact"}
    assert "log_partition_from_above" not in record
    values = log_likelihood(model, rows, z)
    assert record["log_likelihood"]["mean"] == pytest.approx(values.mean())
    assert record["log_likelihood"]["standard_error"] == pytest.approx(
        values.std(ddof=1) / np.sqrt(50)
    )
    error = moment_error(exact_moments(model), sample_moments(rows))
    assert record["moment_error"] == pytest.approx(error)
    assert record["mmd2"] > 0.01  # fair coins are not the model's samples
    text = cli("evaluate", "small.safetensors", "rows.npy").stdout
    assert f"{z.value:.4f}" in text
    assert f"{values.mean():.4f}" in text


def test_evaluate_estimates_from_both_sides(folder):
    model = small_model()
    np.save("rows.npy", Exact().sample(model, 40).visible)
    options = ("--log-z", "ais", "--runs", 200, "--temperatures", 300, "--json")
    record = json.loads(cli("evaluate", "small.safetensors", "rows.npy", *options).stdout)
    exact = log_partition(model, "exact").value
    for name in ("log_partition", "log_partition_from_above"):
        estimate = record[name]
        assert 0.0 < estimate["standard_error"] < 0.05
        assert abs(estimate["value"] - exact) < 5.0 * estimate["standard_error"]
    assert record["log_partition_from_above"]["method"] == "reverse ais"


def test_evaluate_finds_the_held_out_rows(folder):
    trained = json.loads(cli("train", *QUICK, "--seed", 2, "--json").stdout)
    record = json.loads(cli("evaluate", "model.safetensors", "--json").stdout)
    assert record["data"] == {"name": "digits", "which": "held-out rows", "rows": 359}
    test = trained["log_likelihood"]["test"]
    assert record["log_likelihood"]["mean"] == pytest.approx(test, abs=1e-9)


def test_evaluate_notices_that_data_have_changed_or_gone(folder):
    rows = np.random.default_rng(0).integers(0, 2, (50, 6))
    np.save("rows.npy", rows)
    cli("train", "rows.npy", *QUICK)
    cli("evaluate", "model.safetensors")
    np.save("rows.npy", 1 - rows)
    assert "rows.npy: not the data that the model was trained on" in wrong(
        "evaluate", "model.safetensors"
    )
    (folder / "rows.npy").unlink()
    assert "rows.npy, which the model was trained on, is not there: name the argument DATA" in (
        wrong("evaluate", "model.safetensors")
    )
