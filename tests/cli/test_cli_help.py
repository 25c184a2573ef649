"""Help, version and information."""

from __future__ import annotations

import inspect
import json
import re
import sys
from importlib.metadata import metadata, version

import numpy as np
import pytest
from typer.main import get_command

from helpers.command_line import cli, small_model
from scorerbm.cli import main
from scorerbm.cli.app import app
from scorerbm.cli.environment import EXTRAS
from scorerbm.cli.train import train
from scorerbm.cli.training import GRADIENTS
from scorerbm.evaluate.roads import default_roads
from scorerbm.rbm import BernoulliRBM
from scorerbm.train import SGD, Adam, ContrastiveDivergence, ScoreMatching
from scorerbm.train.score_matching import _GRADIENTS

COMMANDS = ("train", "sample", "compare", "evaluate", "ising", "info")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_tells_every_option_and_an_example(name):
    text = cli(name, "--help").stdout
    options = [option for p in get_command(app).commands[name].params for option in p.opts]
    assert len(options) > 2
    for option in options:
        if option.startswith("-"):
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", text), option
    assert f"scorerbm {name}" in text.partition("Examples")[2]


def test_help_tells_every_command():
    for arguments in ((), ("--help",), ("-h",)):
        text = cli(*arguments).stdout
        for name in COMMANDS:
            assert f" {name} " in text


def test_help_lists_choices_and_defaults():
    text = " ".join(re.sub("[│ \n]+", " ", cli("train", "--help").stdout).split())
    assert "recovery, gumbel, covariance, mean_field, literal" in text
    assert "score-matching, contrastive-divergence" in text
    assert "[default: model.safetensors]" in text


def test_choices_are_those_of_the_library():
    assert set(GRADIENTS) == set(_GRADIENTS)
    small = BernoulliRBM([[0.0]], [0.0], [0.0])
    text = re.sub("[│ \n]+", " ", cli("compare", "--help").stdout)
    assert ", ".join(default_roads(small)) in text


def test_defaults_are_those_of_the_library():
    options = inspect.signature(train).parameters
    assert options["hidden"].default == ScoreMatching().n_hidden
    assert options["batch_size"].default == ScoreMatching().batch_size
    text = " ".join(re.sub("[│ \n]+", " ", cli("train", "--help").stdout).split())
    baseline = ContrastiveDivergence()
    assert f"{baseline.n_chains} by default" in text
    assert f"{baseline.n_sweeps} for contrastive divergence" in text
    for gradient in ("recovery", "mean_field", "gumbel", "covariance"):
        assert re.search(
            rf"{ScoreMatching(gradient=gradient).settings()['n_sweeps']} for [^,]*{gradient}", text
        )
    rates = f"{Adam().learning_rate:g} for adam and {SGD().learning_rate:g} for sgd"
    assert rates in text


def test_extras_are_those_of_the_package():
    extras = set(metadata("scorerbm").get_all("Provides-Extra"))
    assert set(EXTRAS) < extras


def test_version():
    assert cli("--version").stdout == f"scorerbm {version('scorerbm')}\n"


def test_entry_point(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("scorerbm ")
    assert main(["info", "absent.safetensors"]) == 2
    assert capsys.readouterr().err == (
        "scorerbm: error: absent.safetensors: No such file or directory\n"
    )


def test_missing_extra_is_one_sentence(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "typer", None)
    assert main(["--version"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        'scorerbm: error: the command line needs typer and rich: pip install "scorerbm[cli]"\n'
    )


def test_info_of_a_model(folder):
    small_model(training={"method": "by hand", "rates": [1, 2]}, data_shape=(2, 3))
    record = json.loads(cli("info", "small.safetensors", "--json").stdout)
    assert record["family"] == "bernoulli"
    assert record["training"] == {"method": "by hand", "rates": [1, 2]}
    assert record["data_shape"] == [2, 3]
    text = cli("info", "small.safetensors").stdout
    assert re.search(r"training\.method +by hand", text)


def test_info_of_the_installation():
    record = json.loads(cli("info", "--json").stdout)
    assert record["backends"]["reference"] == "available"
    assert record["backend"] in record["backends"]
    assert record["numpy"] == np.__version__
    assert record["cpu"]["threads"] >= 1
    assert "typer" in record["extras"]["cli"]
    text = cli("info").stdout
    assert re.search(r"backends\.reference +available", text)


def test_info_tells_absent_extras(monkeypatch):
    from importlib import metadata

    from scorerbm.cli import environment

    def absent(name):
        if name == "h5py":
            raise metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(environment, "version", absent)
    extras = environment.environment()["extras"]
    assert extras["hdf5"] == "absent (needs h5py)"
    assert extras["plot"] == "matplotlib 1.0"
