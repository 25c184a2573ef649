"""The command line as a process: streams, warnings, pipes and Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import time

import numpy as np
import pytest

from helpers.command_line import QUICK, process, small_model


def test_standard_output_is_json_alone(folder):
    with process("train", *QUICK, "--json", cwd=folder) as run:
        out, err = run.communicate(timeout=60)
    assert run.returncode == 0, err
    assert json.loads(out)["n_hidden"] == 4
    assert err == "Training 4 hidden units on 1438 rows of digits\n"


@pytest.fixture
def rows(folder):
    """A file of data, which takes less time to read than scikit-learn to be imported."""
    np.save(folder / "rows.npy", np.random.default_rng(0).integers(0, 2, (500, 30)))


@pytest.mark.usefixtures("rows")
def test_quiet_says_the_result_only(folder):
    with process("train", "rows.npy", *QUICK, "--quiet", cwd=folder) as run:
        out, err = run.communicate(timeout=60)
    assert err == ""
    assert out.endswith("Model: model.safetensors\n")


def test_warnings_are_one_line(folder):
    with process(
        "train", "--hidden", "4", "--epochs", "20", "--gradient", "literal", cwd=folder
    ) as run:
        _, err = run.communicate(timeout=60)
    assert run.returncode == 0
    line = err.splitlines()[-1]
    assert re.fullmatch(
        "scorerbm: warning: the trained model's log-likelihood.* independent.*", line
    )
    assert "trainer.py" not in err


def test_reader_that_goes_away(folder):
    with process("info", "--json") as run:
        run.stdout.close()
        err = run.stderr.read()
        assert run.wait(timeout=60) == 1
    assert err == ""


@pytest.fixture
def interruptible():
    """Processes of tests in the background, which ignore Ctrl-C, would inherit that."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


def interrupt(run, sign):
    """Send Ctrl-C once the command has said ``sign`` and is at work."""
    assert sign in run.stderr.readline()
    time.sleep(0.5)
    assert run.poll() is None, "the command ended before it could be interrupted"
    run.send_signal(signal.SIGINT)
    return run.communicate(timeout=60)


@pytest.mark.usefixtures("interruptible", "rows")
@pytest.mark.skipif(os.name != "posix", reason="signals are sent the POSIX way")
def test_interrupted_training_leaves_nothing_behind(folder):
    command = ("train", "rows.npy", "--hidden", "64", "--epochs", "1000000")
    with process(*command, cwd=folder) as run:
        out, err = interrupt(run, "Training 64 hidden units")
    assert run.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == "scorerbm: interrupted"
    assert "Traceback" not in err
    assert [p.name for p in folder.iterdir()] == ["rows.npy"]


@pytest.mark.usefixtures("interruptible")
@pytest.mark.skipif(os.name != "posix", reason="signals are sent the POSIX way")
def test_interrupted_comparison_leaves_nothing_behind(folder):
    small_model()
    command = ("compare", "--model", "small.safetensors", "-n", "20000", "--repeats", "20")
    with process(*command, cwd=folder) as run:
        out, err = interrupt(run, "Comparing roads")
    assert run.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == "scorerbm: interrupted"
    assert [p.name for p in folder.iterdir()] == ["small.safetensors"]


@pytest.mark.usefixtures("interruptible")
@pytest.mark.skipif(os.name != "posix", reason="signals are sent the POSIX way")
def test_interrupted_sampling_keeps_the_former_file(folder):
    small_model()
    (folder / "samples.npy").write_bytes(b"former")
    command = ("sample", "small.safetensors", "-n", "100000", "--sweeps", "100000000")
    with process(*command, cwd=folder) as run:
        interrupt(run, "Sampling")
    assert run.returncode == 130
    assert (folder / "samples.npy").read_bytes() == b"former"
    assert sorted(p.name for p in folder.iterdir()) == ["samples.npy", "small.safetensors"]
