"""Running the command line in this process or in one of its own."""

from __future__ import annotations

import inspect
import subprocess
import sys

import numpy as np
from typer.testing import CliRunner

from scorerbm.cli.app import app
from scorerbm.files import save
from scorerbm.rbm import BernoulliRBM

# Older versions join the two streams unless they are told not to.
_OLD = "mix_stderr" in inspect.signature(CliRunner).parameters
RUNNER = CliRunner(mix_stderr=False) if _OLD else CliRunner()

NOTES = ("Training", "Sampling", "Comparing", "Evaluating")
QUICK = ("--hidden", "4", "--epochs", "2")


def cli(*arguments, code=0):
    """Run a command in this process; check its exit code."""
    result = RUNNER.invoke(app, [str(a) for a in arguments], env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    return result


def wrong(*arguments, code=2):
    """Run a command that must fail; return its one line on standard error."""
    result = cli(*arguments, code=code)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    lines = [x for x in result.stderr.splitlines() if not x.startswith(NOTES)]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("scorerbm: error: ")
    return lines[0]


def process(*arguments, **options):
    """Start a command as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "scorerbm", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def small_model(path="small.safetensors", n=6, m=3, data_mean=True, **record):
    rng = np.random.default_rng(1)
    mean = rng.uniform(0.2, 0.8, n) if data_mean else None
    model = BernoulliRBM(
        rng.normal(size=(n, m)), rng.normal(size=n), rng.normal(size=m), data_mean=mean
    )
    save(model, path, **record)
    return model
