"""``import scorerbm`` is light: what only some users need is imported where it is used."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import scorerbm

HEAVY = {
    "dimod",
    "dwave",
    "h5py",
    "jinja2",
    "matplotlib",
    "numba",
    "jax",
    "cupy",
    "pandas",
    "polars",
    "rich",
    "safetensors",
    "scipy",
    "sklearn",
    "torch",
    "tqdm",
    "typer",
}


# What these libraries load themselves, where it is installed.
ALONG = {"sklearn": {"pandas"}, "torch": {"pandas", "tqdm"}}


def newly_imported(code):
    """Top-level modules that the code imports in a fresh interpreter."""
    script = (
        "import json, sys; before = set(sys.modules)\n"
        f"{code}\n"
        "names = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(json.dumps(sorted(names)))"
    )
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(result.stdout))


def test_importing_the_package_loads_nothing_heavy():
    names = newly_imported("import scorerbm")
    assert "scorerbm" in names
    assert names & HEAVY == set()


def test_the_package_adds_itself_and_little_else():
    code = (
        "import sys, numpy; before = set(sys.modules); import scorerbm\n"
        "print(*set(sys.modules) - before)"
    )
    command = [sys.executable, "-c", code]
    added = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    others = {name for name in added if name.partition(".")[0] != "scorerbm"}
    foreign = {name.partition(".")[0] for name in others} - sys.stdlib_module_names
    assert foreign <= {"numpy"}
    assert len(others) < 70
    assert len(added) < 350


def test_all_names_are_there_without_compiled_modules():
    """All but that of one, and the list is as it was where they are."""
    code = (
        "import sys; sys.modules['scorerbm._philox'] = sys.modules['scorerbm._core'] = None\n"
        "from scorerbm import *; import scorerbm; print(*scorerbm.__all__)"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert set(scorerbm.__all__) - set(found) == {"Philox4x32"}


def test_importing_the_doors_loads_what_they_are_to():
    for door in ("sklearn", "torch"):
        if importlib.util.find_spec(door):
            names = newly_imported(f"import scorerbm.{door}")
            assert door in names
            assert names & (HEAVY - {"sklearn", "torch", "scipy"} - ALONG[door]) == set()


def test_the_check_sees_a_heavy_import():
    assert newly_imported("import scorerbm, tqdm, safetensors") & HEAVY == {"safetensors", "tqdm"}


def test_sampling_needs_numpy_alone():
    code = (
        "import scorerbm as sr\n"
        "model = sr.BernoulliRBM([[1.0, -1.0]], [0.0], [0.0, 0.0])\n"
        "sr.BlockGibbs(n_sweeps=2).sample(model, 3)\n"
        "sr.ParallelTempering(2).sample(model, 3)\n"
        "sr.ReverseSDE(n_steps=2).sample(model, 3)"
    )
    names = newly_imported(code)
    assert "numpy" in names
    assert names & HEAVY == set()
