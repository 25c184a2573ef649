"""``scorerbm train``."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from helpers.command_line import QUICK, cli
from scorerbm.data import load_data, split
from scorerbm.evaluate import (
    log_likelihood,
)
from scorerbm.files import load, read_metadata


def test_train_writes_a_model_with_its_record(folder):
    result = cli("train", *QUICK, "--seed", 3)
    assert [p.name for p in folder.iterdir()] == ["model.safetensors"]
    assert result.stdout.splitlines()[-1] == "Model: model.safetensors"
    model, metadata = load("model.safetensors"), read_metadata("model.safetensors")
    assert (model.n_visible, model.n_hidden) == (64, 4)
    assert metadata.data_shape == (8, 8)
    assert metadata.training["n_epochs"] == 2
    assert metadata.training["seed"] == 3
    digits = load_data("digits")
    source = metadata.training["data"]
    assert (source["source"], source["test_fraction"], source["seed"]) == ("digits", 0.2, 3)
    assert source["digest"] == digits.digest
    train, test = split(digits, 0.2, 3)
    assert metadata.training["n_rows"] == len(train)
    exact = f"{log_likelihood(model, test.values, method='exact').mean():.3f}"
    assert exact in result.stdout


def test_train_json_is_exact(folder):
    record = json.loads(cli("train", *QUICK, "--json").stdout)
    model = load(record["model"])
    train, test = split(load_data("digits"))
    for name, rows in (("train", train), ("test", test)):
        expected = log_likelihood(model, rows.values).mean()
        assert record["log_likelihood"][name] == pytest.approx(expected, abs=1e-9)
    assert record["epochs"] == 2
    assert record["seconds"] > 0.0


def test_equal_commands_make_equal_files(folder):
    for name, threads in (("a", 1), ("b", 2), ("c", 1)):
        seed = 1 if name == "c" else 0
        cli("train", *QUICK, "--seed", seed, "--threads", threads, "-o", f"{name}.safetensors")
    a, b, c = ((folder / f"{name}.safetensors").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_train_learns(folder):
    """More epochs, higher likelihood of rows that were not trained on."""
    values = []
    for epochs in (1, 30):
        out = cli("train", "--hidden", 8, "--epochs", epochs, "--json").stdout
        values.append(json.loads(out)["log_likelihood"]["test"])
    assert values[1] > values[0] + 1.0


@pytest.mark.parametrize(
    "options",
    [
        ("--gradient", "gumbel", "--snr-window", "1", "10", "--noises", "2", "--sweeps", "2"),
        ("--gradient", "covariance", "--noises", "4"),
        ("--gradient", "mean_field"),
        ("--gradient", "recovery", "--snr", "0.5", "--sweeps", "2", "--rate", "0.005"),
        ("--method", "contrastive-divergence", "--sweeps", "1", "--restart"),
        ("--method", "contrastive-divergence", "--persistent", "--chains", "50"),
        ("--optimizer", "sgd", "--rate", "0.05", "--decay", "cosine", "--weight-decay", "0.001"),
    ],
)
def test_every_method_trains(folder, options):
    record = json.loads(cli("train", *QUICK, *options, "--json").stdout)["training"]
    names = {"--snr": "recovery_snr", "--sweeps": "n_sweeps", "--noises": "n_noises"}
    names |= {"--gradient": "gradient", "--chains": "n_chains"}
    for flag, value in pairwise(options):
        if flag in names:
            assert str(record[names[flag]]) == value
    if "--restart" in options:
        assert record["persistent"] is False
    if "--rate" in options:
        assert f"learning_rate={options[options.index('--rate') + 1]}" in record["optimizer"]


def test_train_without_enumeration_tells_the_pseudo_likelihood(folder):
    out = cli("train", "--hidden", 24, "--epochs", 1, "--json").stdout
    record = json.loads(out)
    assert "log_likelihood" not in record
    assert set(record["pseudo_log_likelihood"]) == {"train", "test"}


def test_train_on_files(folder):
    rows = np.random.default_rng(0).integers(0, 255, (60, 12))
    np.savez("grey.npz", train=rows, test=rows[:3])
    options = ("--key", "train", "--threshold", 127, "--shape", "3x4", "--test-fraction", 0)
    record = json.loads(cli("train", "grey.npz", *QUICK, *options, "--json").stdout)
    assert set(record["log_likelihood"]) == {"train"}
    assert record["training"]["n_rows"] == 60
    assert read_metadata("model.safetensors").data_shape == (3, 4)


def test_patience_stops_early_and_keeps_the_best_model(folder):
    options = ("--hidden", 4, "--epochs", 60, "--rate", 0.5, "--decay", "constant")
    cli("train", *options, "--patience", 2, "--held-out", 0.2)
    training = read_metadata("model.safetensors").training
    digits = load_data("digits")
    rows, watched = split(split(digits, 0.2, 0)[0], 0.2, 0)
    assert training["n_rows"] == len(rows)
    reached = training["reached"]
    assert reached["epoch"] < 57  # a rate of ½ stops improving at once
    exact = log_likelihood(load("model.safetensors"), watched.values, method="exact").mean()
    assert reached["validation_log_likelihood"] == pytest.approx(exact, abs=1e-4)
