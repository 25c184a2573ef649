"""Our dimod samplers are dimod samplers: its own conformance tests, and what Ocean composes."""

from __future__ import annotations

import importlib
import sys
import unittest

import dimod
import dimod.testing
import numpy as np
import pytest
from dwave.preprocessing import (
    FixVariablesComposite,
    ScaleComposite,
    SpinReversalTransformComposite,
)
from dwave.samplers import SimulatedAnnealingSampler
from dwave.system import EmbeddingComposite, FixedEmbeddingComposite
from dwave.system.testing import MockDWaveSampler

import scorerbm as sr
from helpers.models import random_bernoulli
from helpers.quadratic import graph
from scorerbm.ocean import GibbsSampler, TemperingSampler

SAMPLERS = [GibbsSampler, TemperingSampler]
QUICK = {"num_reads": 20, "num_sweeps": 10, "seed": 3}


def path(vartype="SPIN"):
    """Four variables in a row, a field and an offset."""
    couplings = {"ab": -1.0, "bc": 0.5, "cd": 2.0}
    return dimod.BinaryQuadraticModel({"a": 0.75}, couplings, 1.25, vartype)


@dimod.testing.load_sampler_bqm_tests(GibbsSampler)
class TestGibbsSampler(unittest.TestCase):
    pass


@dimod.testing.load_sampler_bqm_tests(TemperingSampler)
class TestTemperingSampler(unittest.TestCase):
    pass


@pytest.mark.parametrize("cls", SAMPLERS)
def test_the_interface(cls):
    sampler = cls(n_threads=1, backend="native", precision="int32")
    dimod.testing.assert_sampler_api(sampler)
    options = {"n_threads": 1, "backend": "native", "precision": "int32"}
    assert options.items() <= sampler.properties.items()
    assert {"num_reads", "seed", "initial_states"} < set(sampler.parameters)


def test_what_oceans_annealer_tells_is_told():
    annealer, ours = SimulatedAnnealingSampler(), GibbsSampler()
    name = "beta_schedule_type"
    assert ours.parameters[name] == annealer.parameters[name]
    assert {*annealer.properties} <= {*ours.properties}
    for kind in annealer.properties["beta_schedule_options"]:
        assert kind in ours.properties["beta_schedule_options"]


@pytest.mark.parametrize("cls", SAMPLERS)
def test_parameters_are_the_arguments(cls):
    bqm, named = path(), dict.fromkeys(cls().parameters)
    defaults = cls.sample.__kwdefaults__
    assert set(named) == set(defaults)
    cls().sample(bqm, **defaults | QUICK)


@pytest.mark.parametrize("cls", SAMPLERS)
@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("kind", [dimod.Float32BQM, dimod.Float64BQM, dimod.DictBQM])
@pytest.mark.parametrize("problem", [path, graph])
def test_sample_sets(cls, vartype, kind, problem):
    bqm = kind(problem(vartype))
    samples = cls().sample(bqm, **QUICK)
    assert samples.vartype is bqm.vartype
    assert list(samples.variables) == sorted(bqm.variables)
    assert samples.record.sample.dtype == np.int8
    assert len(samples) == 20
    dimod.testing.assert_sampleset_energies(samples, bqm)
    timing = samples.info["timing"]
    assert set(timing) == {"preprocessing_ns", "sampling_ns", "postprocessing_ns"}
    assert all(isinstance(x, int) and x > 0 for x in timing.values())
    assert dimod.SampleSet.from_serializable(samples.to_serializable()).info == samples.info


@pytest.mark.parametrize("cls", SAMPLERS)
def test_energies_are_those_of_the_problem_not_of_its_grid(cls):
    """Biases with digits that no grid of 16 bits has."""
    rng = np.random.default_rng(5)
    model = sr.BernoulliRBM(rng.normal(size=(30, 20)), rng.normal(size=30), rng.normal(size=20))
    bqm = sr.to_ising(model).to_bqm()
    samples = cls(precision="int16").sample(bqm, **QUICK)
    assert samples.info["grid"] > 1e-5
    np.testing.assert_allclose(samples.record.energy, bqm.energies(samples), rtol=1e-12)


COMPOSITES = {
    "truncate": (lambda s: dimod.TruncateComposite(s, 7), {}, 7),
    "track": (dimod.TrackingComposite, {}, 20),
    "structure": (lambda s: dimod.StructureComposite(s, "abcd", ["ab", "bc", "cd"]), {}, 20),
    "spin reversal": (
        lambda s: SpinReversalTransformComposite(s, seed=4),
        {"num_spin_reversal_transforms": 3},
        60,
    ),
    "scale": (ScaleComposite, {"scalar": 0.5}, 20),
}


@pytest.mark.parametrize("cls", SAMPLERS)
@pytest.mark.parametrize("name", COMPOSITES)
def test_under_composites(cls, name):
    compose, options, n = COMPOSITES[name]
    sampler, bqm = compose(cls()), path()
    dimod.testing.assert_sampler_api(sampler)
    dimod.testing.assert_composite_api(sampler)
    samples = sampler.sample(bqm, **QUICK, **options)
    assert len(samples) == n
    dimod.testing.assert_sampleset_energies(samples, bqm)


@pytest.mark.parametrize("cls", SAMPLERS)
def test_with_variables_fixed(cls):
    fixed = FixVariablesComposite(cls(), algorithm="explicit")
    samples = fixed.sample(path(), fixed_variables={"b": -1}, **QUICK)
    assert set(samples.samples(sorted_by=None)[:, "b"]) == {-1}
    dimod.testing.assert_sampleset_energies(samples, path())


@pytest.mark.parametrize("cls", SAMPLERS)
def test_as_the_stand_in_of_a_device(cls):
    mock = MockDWaveSampler(
        topology_type="zephyr",
        topology_shape=[2, 4],
        substitute_sampler=cls(),
        substitute_kwargs={"num_sweeps": 10},
    )
    bqm = sr.to_ising(random_bernoulli(4, 4, seed=2)).to_bqm()
    samples = EmbeddingComposite(mock).sample(bqm, num_reads=9)
    assert samples.record.num_occurrences.sum() == 9
    dimod.testing.assert_sampleset_energies(samples, bqm)
    pair, (x, y) = dimod.BinaryQuadraticModel({}, {"xy": -0.5}, "SPIN"), mock.edgelist[0]
    fixed = FixedEmbeddingComposite(mock, {"x": [x], "y": [y]})
    dimod.testing.assert_sampleset_energies(fixed.sample(pair, num_reads=5), pair)


def test_without_dimod_there_is_a_sentence(monkeypatch):
    for name in [x for x in sys.modules if x == "dimod" or x.startswith("scorerbm.ocean")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dimod", None)
    with pytest.raises(ImportError, match=r"need dimod: pip install"):
        importlib.import_module("scorerbm.ocean")
