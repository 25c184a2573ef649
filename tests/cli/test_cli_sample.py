"""``scorerbm sample``."""

from __future__ import annotations

import json
import os
import re

import numpy as np
import pytest

from helpers.command_line import cli, small_model, wrong
from helpers.gaussian import random_gaussian
from scorerbm.data import load_data
from scorerbm.files import save
from scorerbm.sample import BlockGibbs, Exact, GibbsLangevin, ParallelTempering, ReverseSDE


@pytest.mark.parametrize(
    ("options", "sampler"),
    [
        ((), BlockGibbs(n_sweeps=100)),
        (("--sweeps", "7"), BlockGibbs(n_sweeps=7)),
        (("--sampler", "exact"), Exact()),
        (("--sampler", "sde", "--steps", "9"), ReverseSDE(n_steps=9)),
        (("--sampler", "tempering", "--sweeps", "7"), ParallelTempering(7)),
        (
            (
                *("--sampler", "tempering", "--sweeps", "7", "--replicas", "3", "--swap-every"),
                *("2", "--per-ladder", "5", "--thin", "4"),
            ),
            ParallelTempering(7, n_replicas=3, swap_every=2, samples_per_ladder=5, thin=4),
        ),
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


def test_real_samples_come_in_the_units_of_the_data(folder):
    model = random_gaussian(3, 2, data=True)
    save(model, "real.safetensors")
    clamp = [np.nan, 20.0, np.nan]
    np.savetxt("clamp.csv", [clamp], delimiter=",")
    chains = BlockGibbs(4).sample(model, 5, clamp=model.standardise(clamp))
    for name in ("s.npy", "s.npz", "s.csv"):
        options = ("--sweeps", 4, "-n", 5, "--clamp", "clamp.csv", "-o", name)
        cli("sample", "real.safetensors", *options)
    assert np.array_equal(np.load("s.npy"), chains.data)
    assert np.allclose(np.load("s.npy")[:, 1], 20.0)
    assert np.allclose(np.loadtxt("s.csv", delimiter=",", skiprows=1), chains.data)
    with np.load("s.npz") as archive:
        assert np.array_equal(archive["visible"], chains.visible)
        assert np.array_equal(archive["data"], chains.data)
    cli("sample", "real.safetensors", "-n", 4, "--sampler", "sde", "--steps", 5)
    kept = "--sweeps", 4, "-n", 5, "--collect-every", 2, "-o", "kept.npy"
    cli("sample", "real.safetensors", *kept)
    draws = BlockGibbs(4, collect_every=2).sample(model, 5).draws
    assert np.array_equal(np.load("kept.npy"), model.restore(draws.visible))
    assert sorted(x.name for x in folder.glob("kept*")) == ["kept.npy"]
    assert json.loads(cli("info", "real.safetensors", "--json").stdout)["family"] == "gaussian"


def test_real_units_may_be_tempered_or_moved_by_langevin_steps(folder):
    model = random_gaussian(3, 2, data=True)
    save(model, "real.safetensors")
    for options, sampler in (
        (("tempering", "--replicas", 3), ParallelTempering(7, n_replicas=3)),
        (("gibbs-langevin",), GibbsLangevin(7, preconditioned=True)),
        (
            ("gibbs-langevin", "--steps", 2, "--step-size", 0.3),
            GibbsLangevin(7, 2, 0.3, preconditioned=True),
        ),
    ):
        cli("sample", "real.safetensors", "-n", 9, "--sweeps", 7, "--sampler", *options)
        assert np.array_equal(np.load("samples.npy"), sampler.sample(model, 9).data)
    small_model()
    said = wrong("sample", "small.safetensors", "--sampler", "gibbs-langevin")
    assert "small.safetensors: got a model of binary visible units, expected real ones" in said


def test_real_chains_start_from_data_or_go_on_from_samples(folder):
    model = random_gaussian(3, 2, data=True)
    save(model, "real.safetensors")
    x = model.restore(np.random.default_rng(0).normal(size=(5, 3)))
    np.save("x.npy", x)
    cli("sample", "real.safetensors", "--init", "x.npy", "--sweeps", 2, "-o", "a.npz")
    start = BlockGibbs(2).sample(model, 5, init=model.standardise(x))
    cli("sample", "real.safetensors", "--init", "a.npz", "--sweeps", 3)
    assert np.array_equal(np.load("samples.npy"), BlockGibbs(3).sample(model, 5, init=start).data)


def test_what_needs_binary_units_says_so_before_it_works(folder):
    save(random_gaussian(3, 2, data=True), "real.safetensors")
    for sampler in ("qpu", "simulated-qpu"):
        said = wrong("sample", "real.safetensors", "--sampler", sampler)
        assert f"model of real visible units, expected binary ones for --sampler {sampler}" in said
    np.savetxt("x.csv", np.zeros((4, 3), int), fmt="%d", delimiter=",")
    for command in (
        ("ising", "real.safetensors"),
        ("compare", "x.csv", "--model", "real.safetensors"),
    ):  # fmt: skip
        said = wrong(*command)
        assert "real.safetensors: got a model of real visible units, expected binary ones" in said
        assert "Evaluating" not in said


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


def test_what_replicas_did_is_told(folder):
    small_model()
    command = ("sample", "small.safetensors", "-n", 5, "--sampler", "tempering", "--sweeps", 30)
    record = json.loads(cli(*command, "--json").stdout)
    assert record["betas"][-1] == 1.0
    assert len(record["acceptance"]) == len(record["betas"]) - 1
    shown = cli(*command).stdout
    betas = ", ".join(f"{beta:.4g}" for beta in record["betas"])
    assert any(x.split() == ["betas", *betas.split()] for x in shown.splitlines())


# -- Gibbs chains ---------------------------------------------------------------------------


def test_sample_holds_units(folder):
    model = small_model()
    (folder / "one.csv").write_text("nan,1,nan,0,nan,nan\n")
    rows = np.where(np.arange(42).reshape(7, 6) % 4 == 0, 1.0, np.nan)
    np.save("each.npy", rows)
    cli("sample", "small.safetensors", "-n", 40, "--clamp", "one.csv")
    drawn = np.load("samples.npy")
    clamp = [np.nan, 1, np.nan, 0, np.nan, np.nan]
    assert (drawn == BlockGibbs().sample(model, 40, clamp=clamp).visible).all()
    cli("sample", "small.safetensors", "--clamp", "each.npy")
    assert (np.load("samples.npy") == BlockGibbs().sample(model, 7, clamp=rows).visible).all()
    np.save("images.npy", rows.reshape(7, 2, 3))
    cli("sample", "small.safetensors", "--clamp", "images.npy", "-o", "images_too.npy")
    assert (np.load("samples.npy") == np.load("images_too.npy")).all()


def test_sample_goes_on(folder):
    """In files too, fifty sweeps and fifty more are a hundred."""
    model = small_model()
    command = ("sample", "small.safetensors")
    cli(*command, "-n", 9, "--sweeps", 50, "--seed", 3, "-o", "half.npz")
    cli(*command, "--sweeps", 50, "--init", "half.npz", "-o", "whole.npz")
    whole = BlockGibbs(100).sample(model, 9, seed=3)
    with np.load("whole.npz") as archive:
        assert (archive["visible"] == whole.visible).all()
        assert (archive["hidden"] == whole.hidden).all()
        assert json.loads(str(archive["info"]))["sweep"] == 100


@pytest.mark.parametrize("name", ["start.npy", "start.csv", "start.npz", "odd.npz"])
def test_sample_starts_from_states(folder, name):
    model = small_model()
    start = np.arange(42).reshape(7, 6) % 5 < 2
    np.save("start.npy", start)
    np.savetxt("start.csv", start, delimiter=",", fmt="%d")
    np.savez("start.npz", visible=start, other=start)
    np.savez("odd.npz", visible=start, info=np.array("3"))
    cli("sample", "small.safetensors", "--sweeps", 3, "--init", name)
    assert (np.load("samples.npy") == BlockGibbs(3).sample(model, 7, init=start).visible).all()


def test_sample_collects(folder):
    model = small_model()
    options = ("--sweeps", 20, "--collect-every", 4, "--burn-in", 5, "-n", 9, "--json")
    record = json.loads(cli("sample", "small.safetensors", *options).stdout)
    expected = BlockGibbs(20, collect_every=4, burn_in=5).sample(model, 9).draws.visible
    assert record["n_draws"] == 3
    assert (np.load("samples.npy") == expected).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--sampler exact --clamp c.csv", "--clamp does not apply to --sampler exact"),
        ("--sampler sde --init c.csv", "--init does not apply to --sampler sde"),
        ("--sampler ode --collect-every 3", "--collect-every does not apply to --sampler ode"),
        ("--burn-in 3", "burn_in: got 3, expected 0 without collect_every"),
        ("--collect-every 3 --out s.csv", "s.csv: got suffix '.csv', expected .npy"),
        ("--clamp absent.csv", "absent.csv: No such file or directory"),
        ("--clamp c.mat", "c.mat: unknown data, expected one of .npy"),
        ("--clamp c.csv", "clamp: got shape (3,), expected (6) or (1000, 6)"),
        ("--clamp words.csv", "words.csv: the file has no rows of numbers"),
        ("--init absent.npz", "absent.npz: No such file or directory"),
        ("--init c.npz", "c.npz: key: got 'visible'"),
    ],
)
def test_what_chains_cannot_do(folder, options, message):
    small_model()
    (folder / "c.csv").write_text("nan,1,0\n")
    (folder / "words.csv").write_text("upper,half\n")
    np.savez("c.npz", a=np.zeros((2, 6)))
    assert message in wrong("sample", "small.safetensors", *options.split())
    assert not (folder / "samples.npy").exists()


# -- annealers ------------------------------------------------------------------------------


def test_sample_by_a_simulated_device(folder):
    small_model()
    options = ("--sampler", "simulated-qpu", "-n", 40, "--beta", 8.5, "--chain-strength", 0.4,
               "--gauges", 2, "--refine-sweeps", 1, "-o", "drawn.npz")  # fmt: skip
    result = cli("sample", "small.safetensors", *options, "--json")
    assert re.search(r"^simulated-\S+ will be held for about 0.\d+ s$", result.stderr, re.M)
    record = json.loads(result.stdout)
    assert record["solver"].startswith("simulated")
    assert record["beta"] == 8.5
    assert record["hybrid"]
    assert record["device_seconds"] > 0.0
    with np.load("drawn.npz") as archive:
        assert archive["visible"].shape == (40, 6)
        assert archive["hidden"].shape == (40, 3)


def test_without_a_token_it_is_said_how_to_get_one(folder, monkeypatch):
    small_model()
    for name in [name for name in os.environ if name.startswith("DWAVE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DWAVE_CONFIG_FILE", str(folder / "dwave.conf"))
    (folder / "dwave.conf").write_text("[defaults]\n")
    line = wrong("sample", "small.safetensors", "--sampler", "qpu", code=1)
    assert "no token" in line
    assert "dwave setup --auth" in line
    assert not (folder / "samples.npy").exists()


def test_options_of_devices_are_theirs_alone(folder):
    small_model()
    for flag, value in {"--beta": 3, "--gauges": 2, "--solver": "x"}.items():
        message = wrong("sample", "small.safetensors", flag, value)
        assert f"{flag} does not apply to --sampler gibbs" in message
    message = wrong("sample", "small.safetensors", "--sampler", "simulated-qpu", "--profile", "p")
    assert "--profile does not apply to --sampler simulated-qpu" in message
    message = wrong("sample", "small.safetensors", "--sampler", "qpu", "--chain-breaks", "mend")
    assert "'mend' is not one of" in message
