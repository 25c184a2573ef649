"""``scorerbm sample``."""

from __future__ import annotations

import json

import numpy as np
import pytest

from helpers.command_line import cli, small_model, wrong
from scorerbm.data import load_data
from scorerbm.sample import BlockGibbs, Exact, ReverseSDE


@pytest.mark.parametrize(
    ("options", "sampler"),
    [
        ((), BlockGibbs(n_sweeps=100)),
        (("--sweeps", "7"), BlockGibbs(n_sweeps=7)),
        (("--sampler", "exact"), Exact()),
        (("--sampler", "sde", "--steps", "9"), ReverseSDE(n_steps=9)),
    ],
)
def test_samples_are_those_of_the_library(folder, options, sampler):
    model = small_model()
    result = cli("sample", "small.safetensors", "-n", 40, "--seed", 5, *options)
    assert result.stdout.splitlines()[-1] == "Samples: samples.npy"
    assert (np.load("samples.npy") == sampler.sample(model, 40, seed=5).visible).all()


def test_sample_formats(folder):
    model = small_model()
    expected = BlockGibbs(n_sweeps=100).sample(model, 30)
    for name in ("s.npy", "s.npz", "s.csv"):
        cli("sample", "small.safetensors", "-n", 30, "-o", name)
    assert (load_data("s.npy").values == expected.visible).all()
    assert (load_data("s.csv").values == expected.visible).all()
    with np.load("s.npz") as archive:
        assert (archive["visible"] == expected.visible).all()
        assert (archive["hidden"] == expected.hidden).all()
        assert json.loads(str(archive["info"]))["sampler"] == "BlockGibbs"


def test_sample_draws_a_picture(folder):
    pytest.importorskip("matplotlib")
    small_model(data_shape=(2, 3))
    small_model("bare.safetensors")
    cli("sample", "small.safetensors", "-n", 5, "--picture", "a.png")
    out = cli("sample", "bare.safetensors", "-n", 5, "--picture", "b.png", "--shape", "3x2")
    assert out.stdout.splitlines()[-1] == "Picture: b.png"
    for name in ("a.png", "b.png"):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")
    assert "--picture needs --shape" in wrong("sample", "bare.safetensors", "--picture", "c.png")
    assert not (folder / "c.png").exists()


def test_sample_json(folder):
    small_model()
    record = json.loads(cli("sample", "small.safetensors", "-n", 5, "--json").stdout)
    assert record["samples"] == "samples.npy"
    assert record["n_samples"] == 5
    assert record["n_sweeps"] == 100
