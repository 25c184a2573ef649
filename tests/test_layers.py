"""Imports run one way through the house, as the contract in pyproject.toml says."""

from __future__ import annotations

import pkgutil
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import scorerbm

ROOT = Path(__file__).parents[1]
PACKAGE = Path(scorerbm.__file__).parent
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@pytest.fixture
def copied(tmp_path):
    """A copy of the package, and of its contract, under a name that no installation shadows."""
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(PACKAGE, tmp_path / "copied", ignore=ignored)
    contract = (ROOT / "pyproject.toml").read_text().partition("[tool.importlinter]")
    settings = "".join(contract[1:]).replace("scorerbm", "copied")
    (tmp_path / "pyproject.toml").write_text(settings)
    return tmp_path / "copied"


def lint(copied):
    command = [sys.executable, "-c", LINT, "--no-cache"]
    return subprocess.run(command, cwd=copied.parent, capture_output=True, text=True, check=False)


def test_every_public_module_has_a_place_in_the_contract():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    placed = [name for layer in contract["layers"] for name in layer.split(" : ")]
    optional = {name.strip("()") for name in placed if name.startswith("(")}
    required = {name for name in placed if not name.startswith("(")}
    modules = {f"scorerbm.{module.name}" for module in pkgutil.iter_modules([str(PACKAGE)])}
    assert required == {name for name in modules if not name.startswith("scorerbm._")} - optional


def test_imports_run_one_way(copied):
    result = lint(copied)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("backends/protocol.py", "from ..rbm import RBM", "copied.backends.protocol -> copied.rbm"),
        ("denoise/base.py", "from ..sample.base import Sampler", "copied.sample.base"),
        ("sample/base.py", "def late():\n    from ..train import fit", "copied.train"),
    ],
)
def test_an_import_that_runs_back_is_rejected(copied, module, line, broken):
    with (copied / module).open("a") as file:
        file.write(f"\n{line}\n")
    result = lint(copied)
    assert result.returncode == 1
    assert "0 kept, 1 broken" in result.stdout
    assert broken in result.stdout
