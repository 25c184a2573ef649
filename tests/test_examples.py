"""Every example runs as a user would run it: in a folder of its own, with what it says it needs."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"

RUNNERS = {".py": [sys.executable], ".sh": ["bash", "-euo", "pipefail"]}
"""Suffix → command; files of other suffixes are material that scripts use."""

SLOW = {
    "cython/run.sh",
    "dwave/anneal.py",
    "python/fokker_planck.py",
    "python/inpainting.py",
    "python/sequences.py",
    "sklearn/grid_search.py",
    "torch/latent_callables.py",
}

MODULES = {
    "cython": ["Cython"],
    "dwave": ["dimod", "dwave.samplers"],
    "hdf5": ["h5py"],
    "jax": ["jax"],
    "numba": ["numba"],
    "pandas": ["pandas"],
    "pde": ["scipy"],
    "plot": ["matplotlib"],
    "polars": ["polars"],
    "setuptools": ["setuptools"],
    "sklearn": ["sklearn"],
    "torch": ["torch"],
}
"""Name of an extra or a distribution that an example says it needs → what is imported of it."""

PROGRAMS = {"a C compiler": "cc"}


def scripts(root):
    """Scripts that are run by themselves, each in the folder of what it is an example of."""
    found = (path for path in root.glob("*/*") if path.suffix in RUNNERS)
    return sorted(str(path.relative_to(root)) for path in found if path.name != "setup.py")


def missing(text):
    """What the sentence "Needs …" of an example asks for, as far as it is not here."""
    needs = re.search(r"Needs (.*?)\.\s", text, re.DOTALL)
    if needs is None:
        return []
    sentence = needs[1]
    installed = [name for part in re.findall(r"pip install ([^`]+)", sentence) for name in
                 re.findall(r"[\w-]+", part.replace("scorerbm", ""))]  # fmt: skip
    absent = [name for name in installed if not all(map(_found, MODULES[name]))]
    programs = (what for what, program in PROGRAMS.items() if not shutil.which(program))
    return absent + [what for what in programs if what in sentence]


def _found(module):
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # the package above it
        return False


def run(script, folder):
    """Run a script of a copy of its folder, there, with this Python as ``python``."""
    shutil.copytree(script.parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        [*RUNNERS[script.suffix], script.name],
        cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _marked(name):
    return pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])


def drawn(text):
    """Files that an example says it makes."""
    return re.findall(r"``(\w+\.(?:png|safetensors|npz|fasta))``", text)


@pytest.mark.parametrize("name", [_marked(name) for name in scripts(EXAMPLES)])
def test_it_runs(name, tmp_path):
    script = EXAMPLES / name
    text = script.read_text(encoding="utf-8")
    absent = missing(text)
    if absent:
        pytest.skip(f"{name} needs {', '.join(absent)}")
    result = run(script, tmp_path / "copy")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert result.stdout != ""
    for file in drawn(text):
        assert (tmp_path / "copy" / file).stat().st_size > 0


def test_slow_examples_exist():
    assert set(scripts(EXAMPLES)) >= SLOW


def test_what_is_missing_is_named(monkeypatch):
    assert missing('Needs ``pip install "scorerbm[plot,sklearn]"``.\n') == []
    assert missing("It needs nothing else.\n") == []
    monkeypatch.setitem(MODULES, "numba", ["no_such_module.inside"])
    monkeypatch.setitem(PROGRAMS, "a C compiler", "no-such-program")
    text = 'Needs a C compiler and ``pip install "scorerbm[plot,numba]"``.\n'
    assert missing(text) == ["numba", "a C compiler"]


@pytest.mark.parametrize(
    ("suffix", "content"),
    [(".py", "raise SystemExit('wrong')"), (".sh", "echo wrong >&2\nfalse\ntrue")],
)
def test_a_failure_is_seen(suffix, content, tmp_path):
    script = tmp_path / "example" / f"fails{suffix}"
    script.parent.mkdir()
    script.write_text(content)
    result = run(script, tmp_path / "copy")
    assert result.returncode == 1
    assert result.stderr == "wrong\n"
