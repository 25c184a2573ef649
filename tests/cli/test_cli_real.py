"""Real data on the command line: train, evaluate and info."""

from __future__ import annotations

import json

import numpy as np
import pytest

from helpers.command_line import QUICK, cli, wrong
from helpers.gaussian import random_gaussian
from scorerbm.data import load_data, split
from scorerbm.evaluate import log_likelihood, log_partition, pseudo_log_likelihood
from scorerbm.files import load, read_metadata, save
from scorerbm.sample import Exact

TRAIN = ("train", "x.csv", *QUICK, "--visible", "gaussian")


@pytest.fixture
def rows(folder):
    x = Exact().sample(random_gaussian(3, 2, seed=1, data=True), 200, seed=2).data
    np.savetxt("x.csv", x, delimiter=",")
    return x


def test_training_and_evaluation_are_the_librarys(rows):
    trained = json.loads(cli(*TRAIN, "--scale-floor", 0.5, "--json").stdout)
    model = load("model.safetensors")
    data = load_data("x.csv", real=True)
    np.testing.assert_allclose(data.values, rows)
    train, test = split(data)
    np.testing.assert_allclose(model.data_scale, np.maximum(train.values.std(axis=0), 0.5))
    assert read_metadata("model.safetensors").training["scale_floor"] == 0.5
    of_model, of_data = (
        log_likelihood(model, x, units=units).mean()
        for x, units in ((model.standardise(test.values), "model"), (test.values, "data"))
    )
    assert trained["log_likelihood"]["test"] == pytest.approx(of_model)
    assert trained["log_likelihood_of_data"]["test"] == pytest.approx(of_data)
    # The held-out rows are found again, and other rows are taken in their own units.
    for more, which in (((), "held-out rows"), (("x.csv",), "rows")):
        record = json.loads(cli("evaluate", "model.safetensors", *more, "--json").stdout)
        x = test.values if not more else rows
        assert record["data"]["which"] == which
        assert record["log_likelihood_of_data"]["mean"] == pytest.approx(
            log_likelihood(model, x, log_partition(model), units="data").mean()
        )
        assert record["pseudo_log_likelihood"]["mean"] == pytest.approx(
            pseudo_log_likelihood(model, model.standardise(x)).mean()
        )
    text = cli("evaluate", "model.safetensors").stdout
    assert f"{of_model:.4f}" in text
    assert f"{of_data:.4f}" in text
    assert "log-likelihood in units of the data" in text


def test_large_models_are_trained_and_evaluated_without_enumeration(rows):
    options = ("--hidden", 22, "--epochs", 60, "--rate", 0.05, "--json")
    trained = json.loads(cli(*TRAIN, *options).stdout)
    model = load("model.safetensors")
    shift = model.standardisation.log_jacobian
    for name, value in trained["pseudo_log_likelihood"].items():
        assert trained["pseudo_log_likelihood_of_data"][name] == pytest.approx(value + shift)
    options = ("--runs", 50, "--temperatures", 100, "--sweeps", 10, "-n", 50, "--json")
    record = json.loads(cli("evaluate", "model.safetensors", *options).stdout)
    assert record["log_partition_from_above"]["method"] == "reverse ais"
    of_model, of_data = record["log_likelihood"], record["log_likelihood_of_data"]
    assert of_data["mean"] == pytest.approx(of_model["mean"] + shift)


def test_info_tells_how_data_are_standardised(rows):
    cli(*TRAIN)
    known = json.loads(cli("info", "model.safetensors", "--json").stdout)["standardisation"]
    model = load("model.safetensors")
    assert known["scale"] == [model.data_scale.min(), model.data_scale.max()]
    assert known["mean"] == [model.data_mean.min(), model.data_mean.max()]
    save(random_gaussian(3, 2), "plain.safetensors")
    assert json.loads(cli("info", "plain.safetensors", "--json").stdout)["standardisation"] is None


def test_what_does_not_apply_is_said(rows):
    for options, message in (
        (("--threshold", 1), "--threshold makes bits of numbers, which --visible gaussian takes"),
        (("--sigma", 0), "--sigma: got 0.0, expected at least"),
        (("--scale-floor", -1), "--scale-floor: got -1.0, expected at least 0"),
        (("--visible", "bernoulli", "--sigma", 1), "--sigma needs --visible gaussian"),
    ):
        assert message in wrong(*TRAIN, *options)
    save(random_gaussian(3, 2, data=True), "real.safetensors")
    said = wrong("evaluate", "real.safetensors", "x.csv", "--threshold", 1)
    assert "--threshold makes bits of numbers: real.safetensors has real visible units" in said
    said = wrong("ising", "real.safetensors")
    assert "expected binary ones for an Ising form; for real data, train a LatentModel" in said
    np.savetxt("nan.csv", [[1.0, np.nan], [2.0, 3.0]], delimiter=",")
    said = wrong("train", "nan.csv", *QUICK, "--visible", "gaussian")
    assert "nan.csv: got nan in row 0, column 1, expected finite numbers" in said
