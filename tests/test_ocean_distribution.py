"""Samples of our dimod samplers against Boltzmann distributions that are known exactly."""

from __future__ import annotations

import dimod
import numpy as np
import pytest
from dwave.samplers import TreeDecompositionSampler

from helpers.quadratic import boltzmann, counts, graph, layers, pieces
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square, z_test
from scorerbm.ocean import GibbsSampler, TemperingSampler

READS = 6_000
PROBLEMS = {"layers": layers, "pieces": pieces, "graph": graph}
VARTYPES = ["SPIN", "BINARY"]
SETTINGS = {
    "gibbs": (GibbsSampler, {"num_sweeps": 60}),
    "schedule": (GibbsSampler, {"beta_schedule": [0.1, 0.4, 1.0], "num_sweeps_per_beta": 20}),
    "tempering": (TemperingSampler, {"num_sweeps": 30, "betas": [0.0, 0.5, 1.0]}),
    "tuned": (TemperingSampler, {"num_sweeps": 30, "num_replicas": 2}),
}


def draw(name, bqm, **options):
    cls, settings = SETTINGS[name]
    return cls().sample(bqm, num_reads=READS, seed=11, **settings | options)


def p_value(samples, bqm, beta=1.0):
    labels = list(bqm.variables)
    return chi_square(counts(samples, labels), boltzmann(bqm, beta, labels))


@pytest.mark.parametrize("vartype", VARTYPES)
@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("name", SETTINGS)
def test_samples_are_those_of_the_boltzmann_distribution(name, problem, vartype):
    bqm = PROBLEMS[problem](vartype)
    assert p_value(draw(name, bqm), bqm) > ACCEPT


@pytest.mark.parametrize("vartype", VARTYPES)
@pytest.mark.parametrize("name", ["gibbs", "tempering"])
@pytest.mark.parametrize("problem", ["layers", "graph"])
def test_another_inverse_temperature(name, problem, vartype):
    bqm = PROBLEMS[problem](vartype)
    options = {"beta": 0.6} if name == "gibbs" else {"betas": [0.1, 0.6]}
    samples = draw(name, bqm, **options)
    assert samples.info["beta_range"] == [0.6, 0.6]
    assert p_value(samples, bqm, 0.6) > ACCEPT
    assert p_value(samples, bqm, 0.9) < REJECT


@pytest.mark.parametrize("vartype", VARTYPES)
@pytest.mark.parametrize("problem", ["layers", "graph"])
@pytest.mark.parametrize("name", SETTINGS)
def test_a_wrong_bias_is_seen(name, problem, vartype):
    """Samples of a problem with another first field, and of one that is of the other vartype."""
    bqm = PROBLEMS[problem](vartype)
    wrong = bqm.copy()
    wrong.add_linear("a", 0.4 if vartype == "SPIN" else 2.5)
    assert p_value(draw(name, wrong), bqm) < REJECT
    other = dimod.BinaryQuadraticModel(
        bqm.linear, bqm.quadratic, 0.0, "BINARY" if vartype == "SPIN" else "SPIN"
    )
    assert p_value(draw(name, other), bqm) < REJECT


def test_too_few_sweeps_are_seen():
    bqm = layers("SPIN")
    bqm.scale(3.0)
    start = (np.ones((1, 6), np.int8), list(bqm.variables))
    few = draw("gibbs", bqm, num_sweeps=2, initial_states=start, initial_states_generator="tile")
    assert p_value(few, bqm) < REJECT


def test_marginals_are_those_of_a_tree_decomposition():
    """An oracle of its own: dwave-samplers' exact marginals, of 30 variables."""
    rng = np.random.default_rng(7)
    bqm = dimod.BinaryQuadraticModel(
        {k: rng.normal(0.0, 0.5) for k in range(30)},
        {(i, 24 + j): rng.normal(0.0, 0.3) for i in range(24) for j in range(6)},
        "SPIN",
    )
    exact = TreeDecompositionSampler().sample(
        bqm, beta=1.0, num_reads=1, marginals=True, elimination_order=list(range(30)), seed=1
    )
    up = np.array([exact.info["variable_marginals"][k] for k in range(30)])
    pairs = exact.info["interaction_marginals"]
    samples = GibbsSampler().sample(bqm, num_reads=READS, num_sweeps=60, seed=2)
    s = samples.record.sample
    assert list(samples.variables) == list(range(30))

    def smallest(of):
        error = np.sqrt(of * (1.0 - of) / READS)
        found = (s > 0).mean(axis=0)
        return bonferroni(z_test(*x) for x in zip(found, of, error, strict=True))

    assert smallest(up) > ACCEPT
    assert smallest(np.clip(up + 0.06, 0.01, 0.99)) < REJECT
    p_pairs = []
    for (u, v), table in pairs.items():
        both = table[(1, 1)]
        found = ((s[:, u] > 0) & (s[:, v] > 0)).mean()
        p_pairs.append(z_test(found, both, np.sqrt(both * (1.0 - both) / READS)))
    assert len(p_pairs) == 144
    assert bonferroni(p_pairs) > ACCEPT


@pytest.mark.parametrize("cls", [GibbsSampler, TemperingSampler])
def test_one_variable(cls):
    bqm = dimod.BinaryQuadraticModel({"a": 0.4}, {}, "SPIN")
    samples = cls().sample(bqm, num_reads=READS, num_sweeps=5, seed=1)
    assert p_value(samples, bqm) > ACCEPT
    assert p_value(samples, bqm, 1.4) < REJECT


def test_without_biases_all_states_are_alike():
    bqm = dimod.BinaryQuadraticModel(dict.fromkeys("abcd", 0.0), {"ab": 0.0}, "BINARY")
    samples = GibbsSampler().sample(bqm, num_reads=READS, num_sweeps=2, seed=1)
    assert p_value(samples, bqm) > ACCEPT


@pytest.mark.parametrize("beta", [0.0, 1e-9])
def test_at_infinite_temperature_all_states_are_alike(beta):
    bqm = layers("SPIN")
    samples = GibbsSampler().sample(bqm, num_reads=READS, num_sweeps=2, beta=beta, seed=1)
    flat = np.full(64, 1 / 64)
    assert chi_square(counts(samples, list(bqm.variables)), flat) > ACCEPT


@pytest.mark.parametrize("size", [1e9, 1e30, 1e300])
@pytest.mark.parametrize("triangle", [False, True])
def test_biases_beyond_the_grid(size, triangle):
    """Couplings of any size tie two pairs of spins, either way up.

    The grid is as coarse as its error says, and energies are those of the problem.
    """
    bqm = dimod.BinaryQuadraticModel({"a": 0.0}, {"ab": -size, "cd": size}, "SPIN")
    if triangle:
        bqm.add_quadratic_from({"ef": 1.0, "fg": 1.0, "ge": 1.0})
    samples = GibbsSampler().sample(bqm, num_reads=2000, num_sweeps=20, seed=1)
    s = samples.record.sample[:, [samples.variables.index(x) for x in "abcd"]]
    np.testing.assert_array_equal(s[:, 0], s[:, 1])
    np.testing.assert_array_equal(s[:, 2], -s[:, 3])
    np.testing.assert_allclose(samples.record.energy, -2.0 * size, rtol=1e-8)
    assert 0.4 < (s[:, 0] > 0).mean() < 0.6
    assert samples.info["log_odds_error"] <= 1e-6 * size


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("problem", [layers, graph])
def test_a_field_beyond_all_others_does_not_make_the_grid_coarse(name, problem):
    bqm = problem("SPIN")
    bqm.set_linear("a", 1e12)
    samples = draw(name, bqm)
    assert samples.info["log_odds_error"] < 0.07
    a = samples.variables.index("a")
    assert (samples.record.sample[:, a] == -1).all()
    others, rest = bqm.copy(), [x for x in bqm.variables if x != "a"]
    others.fix_variable("a", -1)
    found = counts(samples, rest)
    assert chi_square(found, boltzmann(others, 1.0, rest)) > ACCEPT
    assert chi_square(found, boltzmann(others, 1.4, rest)) < REJECT


@pytest.mark.parametrize("vartype", VARTYPES)
@pytest.mark.parametrize("couplings", [{}, {"bc": 1.0}])
def test_biases_that_have_no_sum_are_refused(couplings, vartype):
    bqm = dimod.BinaryQuadraticModel({}, {"ab": 1e308, "ac": 1e308} | couplings, vartype)
    with pytest.raises(ValueError, match="biases of one variable add up to more than a double"):
        GibbsSampler().sample(bqm)


def test_tempering_finds_both_modes():
    """Two layers of five spins tied by couplings that a chain of sweeps does not overcome.

    All spins up or all down have 0.46 and 0.54 of the weight; chains start at all up.
    """
    bqm = dimod.BinaryQuadraticModel(
        dict.fromkeys(range(10), 0.008),
        {(i, 5 + j): -1.2 for i in range(5) for j in range(5)},
        "SPIN",
    )
    p = boltzmann(bqm)
    up = np.array([bin(k).count("1") > 5 for k in range(1024)])
    options = {
        "num_reads": 4000,
        "num_sweeps": 100,
        "initial_states": (np.ones(10, np.int8), range(10)),
        "initial_states_generator": "tile",
        "seed": 5,
    }

    def part(cls):
        samples = cls().sample(bqm, **options)
        number = counts(samples, list(range(10)))[up].sum()
        expected = p[up].sum()
        return z_test(number / 4000, expected, np.sqrt(expected * (1 - expected) / 4000))

    assert part(TemperingSampler) > ACCEPT
    assert part(GibbsSampler) < REJECT
