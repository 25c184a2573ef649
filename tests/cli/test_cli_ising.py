"""``scorerbm ising``."""

from __future__ import annotations

import json
import sys

import dimod
import dimod.serialization.coo
import numpy as np
import pytest

import scorerbm as sr
from helpers.command_line import cli, small_model, wrong
from scorerbm.ising.exchange import SUFFIXES


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_there_and_back(folder, suffix):
    model = small_model()
    problem = sr.to_ising(model)
    record = json.loads(cli("ising", "small.safetensors", f"p{suffix}", "--json").stdout)
    assert (record["n_visible"], record["n_hidden"], record["n_variables"]) == (6, 3, 9)
    assert record["n_couplings"] == 18
    assert record["h"] == [problem.h.min(), problem.h.max()]
    assert record["J"] == [problem.J.min(), problem.J.max()]
    assert record["offset"] == problem.offset
    assert sr.load_ising(f"p{suffix}") == problem.to_bqm()
    record = json.loads(cli("ising", f"p{suffix}", "back.safetensors", "--json").stdout)
    assert record["vartype"] == "SPIN"
    assert record["layers"] == {"visible": list(range(6)), "hidden": [6, 7, 8]}
    assert record["constant"] == pytest.approx(0.0, abs=1e-6)
    back = sr.load("back.safetensors")
    for name, value in model.parameters.items():
        np.testing.assert_allclose(back.parameters[name], value, rtol=1e-6)


def test_a_problem_of_others(folder):
    bqm = dimod.BinaryQuadraticModel({1: 0.5}, {(0, 1): 2.0, (1, 2): -1.0}, 4.0, "BINARY")
    with open("p.coo", "w") as file:
        dimod.serialization.coo.dump(bqm, file)
    assert "does not say its vartype" in wrong("ising", "p.coo", "m.safetensors")
    cli("ising", "p.coo", "m.safetensors", "--vartype", "BINARY")
    np.testing.assert_array_equal(sr.load("m.safetensors").weights, [[-2.0], [1.0]])
    sr.save_ising(bqm, "p.json")
    text = cli("ising", "p.json").stdout
    assert "2 visible, 1 hidden" in text
    assert "4 that the model's energies lack" in text
    assert not (folder / "model.safetensors").exists()
    assert "visible: got layers that couple" in wrong("ising", "p.json", "--visible", 2)


def test_wrong_uses(folder):
    small_model()
    assert "expected .coo or .txt or .json or .bqm" in wrong("ising", "small.safetensors", "p.npy")
    message = wrong("ising", "small.safetensors", "p.coo", "--visible", 2)
    assert "--vartype and --visible are for problems that are read" in message
    cli("ising", "small.safetensors", "p.coo")
    assert "expected .safetensors" in wrong("ising", "p.coo", "p.json")
    assert "absent.bqm" in wrong("ising", "absent.bqm")


def test_only_problems_need_ocean(folder, monkeypatch):
    small_model()
    monkeypatch.setitem(sys.modules, "dimod", None)
    assert "6 visible, 3 hidden" in cli("ising", "small.safetensors").stdout
    message = wrong("ising", "small.safetensors", "p.coo", code=1)
    assert 'need dimod: pip install "scorerbm[dwave]"' in message
