"""What callers of an annealer rely on: seeds, reads, schedules, starts, interrupts, refusals."""

from __future__ import annotations

import tracemalloc

import dimod
import numpy as np
import pytest

import scorerbm as sr
from helpers.models import random_bernoulli
from helpers.quadratic import graph, layers, pieces
from helpers.statistics import ACCEPT, REJECT, bonferroni, z_test
from scorerbm.ising.bqm import read_bqm
from scorerbm.ocean import GibbsSampler, TemperingSampler
from scorerbm.ocean.forms import form_of
from scorerbm.ocean.schedule import schedule
from scorerbm.sample.replica_flow import ReplicaFlow

SAMPLERS = [GibbsSampler, TemperingSampler]
EACH = pytest.mark.parametrize("cls", SAMPLERS)
BOTH_FORMS = pytest.mark.parametrize("problem", [layers, graph])
VARTYPES = pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])


def states(samples):
    return samples.record.sample


def betas_of(**arguments):
    defaults = {
        "num_sweeps": None,
        "beta": None,
        "beta_range": None,
        "beta_schedule_type": "geometric",
        "beta_schedule": None,
        "num_sweeps_per_beta": 1,
    }
    return schedule(**defaults | arguments)


# -- seeds and reads ----------------------------------------------------------------------------


@EACH
@BOTH_FORMS
def test_a_seed_gives_the_same_samples(cls, problem):
    bqm, options = problem("SPIN"), {"num_reads": 30, "num_sweeps": 5}
    first, again, other = (cls().sample(bqm, seed=k, **options) for k in (7, 7, 8))
    np.testing.assert_array_equal(states(first), states(again))
    assert (states(first) != states(other)).any()
    assert first.info["seed"] == 7


@EACH
def test_without_a_seed_each_call_has_its_own(cls):
    one, other = (cls().sample(layers("SPIN"), num_reads=40, num_sweeps=5) for _ in range(2))
    assert one.info["seed"] != other.info["seed"]
    assert (states(one) != states(other)).any()
    again = cls().sample(layers("SPIN"), num_reads=40, num_sweeps=5, seed=one.info["seed"])
    np.testing.assert_array_equal(states(one), states(again))


@EACH
@BOTH_FORMS
def test_threads_and_backends_do_not_change_samples(cls, problem):
    bqm, options = problem("BINARY"), {"num_reads": 70, "num_sweeps": 5, "seed": 1}
    if cls is TemperingSampler:
        options["betas"] = [0.2, 0.6, 1.0]
    one = states(cls(n_threads=1).sample(bqm, **options))
    np.testing.assert_array_equal(one, states(cls(n_threads=3).sample(bqm, **options)))
    reference = cls(backend="reference", precision="int32").sample(bqm, **options)
    native = cls(backend="native", precision="int32").sample(bqm, **options)
    np.testing.assert_array_equal(states(reference), states(native))


@EACH
@BOTH_FORMS
def test_reads_do_not_depend_on_their_number(cls, problem):
    bqm, options = problem("SPIN"), {"num_sweeps": 5, "seed": 1}
    many = cls().sample(bqm, num_reads=50, **options)
    few = cls().sample(bqm, num_reads=20, **options)
    np.testing.assert_array_equal(states(few), states(many)[:20])
    assert len(cls().sample(bqm, **options)) == 1


def test_samples_of_a_model_are_those_of_block_gibbs():
    model = random_bernoulli(9, 6, seed=4)
    bqm = sr.to_ising(model).to_bqm()
    samples = GibbsSampler().sample(bqm, num_reads=50, num_sweeps=8, seed=3)
    exchanged = sr.BernoulliRBM(model.weights.T, model.hidden_bias, model.visible_bias)
    same = sr.BlockGibbs(8).sample(exchanged, 50, seed=3)
    np.testing.assert_array_equal(
        states(samples) > 0, np.concatenate([same.hidden, same.visible], axis=1)
    )


# -- starts -------------------------------------------------------------------------------------


@VARTYPES
@pytest.mark.parametrize("problem", [pieces, graph])
def test_without_sweeps_samples_are_the_starts(problem, vartype):
    bqm = problem(vartype)
    rng = np.random.default_rng(0)
    labels = [list(bqm.variables)[k] for k in rng.permutation(6)]
    spins = 2 * rng.integers(0, 2, (12, 6)).astype(np.int8) - 1
    given = dimod.SampleSet.from_samples((spins, labels), "SPIN", energy=np.zeros(12))
    samples = GibbsSampler().sample(bqm, num_sweeps=0, initial_states=given)
    assert len(samples) == 12
    order = [samples.variables.index(x) for x in labels]
    np.testing.assert_array_equal(states(samples)[:, order] > 0, spins > 0)
    dimod.testing.assert_sampleset_energies(samples, bqm)
    coins = GibbsSampler().sample(bqm, num_sweeps=0, num_reads=400, seed=1)
    mean = (states(coins) > 0).mean(axis=0)
    np.testing.assert_allclose(mean, 0.5, atol=5 * 0.5 / 20)  # five standard errors


@EACH
def test_starts_are_completed_as_asked(cls):
    bqm, labels = layers("SPIN"), list(layers("SPIN").variables)
    given = (np.ones((3, 6), np.int8), labels)
    options = {"num_sweeps": 1, "seed": 2, "initial_states": given}
    sampler = cls()
    assert len(sampler.sample(bqm, **options)) == 3
    assert len(sampler.sample(bqm, num_reads=2, **options)) == 2
    tiled = sampler.sample(bqm, num_reads=8, initial_states_generator="tile", **options)
    assert len(tiled) == 8
    random = sampler.sample(bqm, num_reads=8, **options)
    assert (states(random)[3:] != states(tiled)[3:]).any()
    with pytest.raises(ValueError, match="insufficient number of initial states"):
        sampler.sample(bqm, num_reads=4, initial_states_generator="none", **options)
    with pytest.raises(ValueError, match="initial_states_generator"):
        sampler.sample(bqm, initial_states_generator="odd", **options)
    with pytest.raises(ValueError, match="cannot tile an empty"):
        sampler.sample(bqm, initial_states_generator="tile", seed=1)
    with pytest.raises(ValueError, match="mismatch between variables"):
        sampler.sample(bqm, initial_states=(np.ones((1, 2)), ["x", "q"]))


@EACH
@pytest.mark.parametrize("couplings", [("ab", "bc"), ("ab", "bc", "ca")], ids=["path", "triangle"])
def test_chains_start_where_they_are_told(cls, couplings):
    """Spins that strong couplings tie together stay as they are; from coins, half are up."""
    bqm = dimod.BinaryQuadraticModel({}, dict.fromkeys(couplings, -30.0), "SPIN")
    options = {"num_sweeps": 3, "num_reads": 40, "seed": 1, "betas": [0.9, 1.0]}
    options = {k: v for k, v in options.items() if k in cls().parameters}
    given = np.repeat([[-1], [1]], 20, axis=0).astype(np.int8) * np.ones(3, np.int8)
    samples = cls().sample(bqm, initial_states=(given, "abc"), **options)
    np.testing.assert_array_equal(states(samples), given)
    assert (states(cls().sample(bqm, **options)) != given).any()


# -- schedules ----------------------------------------------------------------------------------


def test_schedules_are_those_of_oceans_annealer():
    assert betas_of().betas.tolist() == [1.0]
    assert betas_of().n_sweeps == 1000
    assert betas_of(beta=0.5, num_sweeps=7).n_sweeps == 7
    ramp = betas_of(num_sweeps=8, beta_range=(0.5, 4.0), num_sweeps_per_beta=2)
    np.testing.assert_allclose(ramp.betas, [0.5, 1.0, 2.0, 4.0])
    assert (ramp.sweeps, ramp.n_sweeps, ramp.last) == (2, 8, 4.0)
    linear = betas_of(num_sweeps=3, beta_range=[0.0, 2.0], beta_schedule_type="linear")
    np.testing.assert_array_equal(linear.betas, [0.0, 1.0, 2.0])
    assert betas_of(num_sweeps=1, beta_range=(0.1, 3.0)).betas.tolist() == [3.0]
    custom = betas_of(
        beta_schedule=[0.1, 1.0], num_sweeps_per_beta=5, beta_schedule_type="custom", num_sweeps=10
    )
    assert (custom.betas.tolist(), custom.n_sweeps) == ([0.1, 1.0], 10)
    assert betas_of(beta_range=(1.0, 2.0), num_sweeps=0).n_sweeps == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"beta": -1.0}, "beta: got -1.0, expected at least 0"),
        ({"beta": np.nan}, "beta: got nan"),
        ({"beta": 1.0, "beta_range": (0, 1)}, "beta_range: got one beside beta"),
        ({"beta_range": (1.0,)}, "beta_range: got 1 numbers"),
        ({"beta_range": (-1.0, 1.0)}, "beta_range: got .*, expected numbers from 0 on"),
        ({"beta_range": (0.0, 1.0)}, "expected numbers above 0 for a geometric schedule"),
        ({"beta_schedule_type": "steep"}, "beta_schedule_type: got 'steep'"),
        ({"beta_schedule_type": "custom"}, "beta_schedule: got none"),
        ({"beta_schedule": []}, "beta_schedule: got"),
        ({"beta_schedule": [1.0, 2.0], "num_sweeps": 3}, "num_sweeps: got 3, expected 2"),
        ({"num_sweeps": -1}, "num_sweeps: got -1"),
        ({"num_sweeps_per_beta": 0}, "num_sweeps_per_beta: got 0"),
        (
            {"beta_range": (1, 2), "num_sweeps": 5, "num_sweeps_per_beta": 2},
            "num_sweeps: got 5, expected a multiple",
        ),
    ],
)
def test_schedules_that_make_no_sense(arguments, message):
    with pytest.raises(ValueError, match=message):
        betas_of(**arguments)
    with pytest.raises(ValueError, match=message):
        GibbsSampler().sample(layers("SPIN"), **arguments)


def test_a_cold_end_finds_the_ground_state():
    bqm = dimod.BinaryQuadraticModel(
        {"a": 8.0}, {"ab": -1.0, "bc": 1.0, "cd": -1.0, "de": -1.0}, "SPIN"
    )
    lowest = dimod.ExactSolver().sample(bqm).first.energy
    samples = GibbsSampler().sample(
        bqm, num_reads=20, num_sweeps=2000, beta_range=(0.1, 40), seed=1
    )
    np.testing.assert_allclose(samples.record.energy, lowest)
    assert samples.info["beta_range"] == [0.1, pytest.approx(40)]
    samples = TemperingSampler().sample(bqm, num_reads=20, num_sweeps=100, beta=40.0, seed=1)
    np.testing.assert_allclose(samples.record.energy, lowest)


def test_samples_along_a_schedule_end_at_its_last_beta():
    """Hot first or last, the same sweeps end at other energies."""
    bqm, options = layers("SPIN", seed=2), {"num_reads": 500, "seed": 1, "num_sweeps_per_beta": 10}
    energies = [
        GibbsSampler().sample(bqm, beta_schedule=x, **options).record.energy.mean()
        for x in ([0.0, 3.0], [3.0, 0.0])
    ]
    assert energies[0] < energies[1] - 1.0


# -- interrupts ---------------------------------------------------------------------------------


@EACH
@BOTH_FORMS
def test_an_interrupt_returns_the_reads_made(cls, problem):
    bqm, calls = problem("SPIN"), []

    def second_time():
        calls.append(1)
        return len(calls) == 2

    options = {"num_reads": 1000, "num_sweeps": 3, "seed": 1, "betas": [0.5, 1.0]}
    options = {k: v for k, v in options.items() if k in cls().parameters}
    whole = cls().sample(bqm, **options)
    part = cls().sample(bqm, interrupt_function=second_time, **options)
    assert len(part) == 512
    np.testing.assert_array_equal(states(part), states(whole)[:512])
    never = cls().sample(bqm, interrupt_function=lambda: False, **options)
    np.testing.assert_array_equal(states(never), states(whole))


@EACH
def test_what_an_interrupt_raises_is_not_swallowed(cls):
    def fail():
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        cls().sample(layers("SPIN"), num_sweeps=1, interrupt_function=fail)
    with pytest.raises(TypeError, match="interrupt_function: got int, expected a function"):
        cls().sample(layers("SPIN"), interrupt_function=6)


# -- problems -----------------------------------------------------------------------------------


@EACH
@VARTYPES
def test_an_empty_problem_has_its_offset(cls, vartype):
    samples = cls().sample(dimod.BinaryQuadraticModel({}, {}, 2.5, vartype), num_reads=4)
    assert states(samples).shape == (4, 0)
    np.testing.assert_array_equal(samples.record.energy, 2.5)
    assert samples.vartype.name == vartype


@EACH
def test_problems_given_as_dictionaries(cls):
    h, J = {"a": 0.5}, {("a", "b"): -1.0}
    samples = cls().sample_ising(h, J, num_reads=5, num_sweeps=5)
    assert samples.vartype is dimod.SPIN
    assert set(samples.variables) == {"a", "b"}
    samples = cls().sample_qubo({("a", "a"): 1.0, ("a", "b"): -2.0}, num_reads=5, num_sweeps=5)
    assert samples.vartype is dimod.BINARY


@EACH
@BOTH_FORMS
def test_the_problem_is_left_as_it_was(cls, problem):
    bqm = problem("BINARY")
    copy = bqm.copy()
    cls().sample(bqm, num_reads=3, num_sweeps=2)
    assert bqm == copy
    assert list(bqm.variables) == list(copy.variables)


@EACH
def test_biases_that_are_not_finite_are_refused(cls):
    for bias in (np.nan, np.inf):
        with pytest.raises(ValueError, match="bqm: got a linear bias that is not finite"):
            cls().sample(dimod.BinaryQuadraticModel({"a": bias}, {}, "SPIN"))


def square_lattice(n):
    """n × n spins, bipartite but with few of the couplings that two layers could have."""
    number = np.arange(n * n).reshape(n, n)
    pairs = np.concatenate(
        [
            np.stack([number[:-1], number[1:]], axis=-1).reshape(-1, 2),
            np.stack([number[:, :-1], number[:, 1:]], axis=-1).reshape(-1, 2),
        ]
    )
    rng = np.random.default_rng(0)
    return dimod.BinaryQuadraticModel.from_numpy_vectors(
        rng.normal(0.0, 0.3, n * n), (*pairs.T, rng.normal(0.0, 0.3, len(pairs))), 0.0, "SPIN"
    )


def test_problems_are_sampled_in_the_form_that_costs_least():
    def kernel(bqm):
        return GibbsSampler().sample(bqm, num_sweeps=1).info["kernel"]

    assert kernel(graph("SPIN")) == "graph"
    assert kernel(layers("SPIN")) != "graph"
    assert kernel(square_lattice(5)) != "graph"
    assert kernel(square_lattice(12)) == "graph"
    assert kernel(sr.to_ising(random_bernoulli(80, 60)).to_bqm()) != "graph"


@pytest.mark.parametrize("cls", SAMPLERS)
def test_both_forms_of_a_problem_have_the_same_moments(cls, monkeypatch):
    """A lattice in two layers and as a graph; a lattice with another field is told apart."""
    bqm, options = square_lattice(4), {"num_reads": 4000, "num_sweeps": 40, "seed": 1}
    if cls is TemperingSampler:
        options["betas"] = [0.3, 1.0]
    in_layers = cls().sample(bqm, **options)
    monkeypatch.setattr("scorerbm.ocean.forms._SMALL", 0)
    monkeypatch.setattr("scorerbm.ocean.forms._DENSE", 1.0)
    as_graph = cls().sample(bqm, **options | {"seed": 2})
    other = bqm.copy()
    other.add_linear(5, 0.3)
    other = cls().sample(other, **options | {"seed": 3})
    assert (in_layers.info["kernel"] == "graph", as_graph.info["kernel"]) == (False, "graph")

    def p_value(one, two):
        n = [x.record.sample.astype(np.float64) for x in (one, two)]
        fields = [np.concatenate([s, s[:, 1:] * s[:, :-1]], axis=1) for s in n]
        difference = fields[0].mean(axis=0) - fields[1].mean(axis=0)
        error = np.sqrt(sum(f.var(axis=0) for f in fields) / 4000)
        return bonferroni(z_test(d, 0.0, e) for d, e in zip(difference, error, strict=True))

    assert p_value(in_layers, as_graph) > ACCEPT
    assert p_value(in_layers, other) < REJECT


# -- refusals -----------------------------------------------------------------------------------


@EACH
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"num_reads": 0}, ValueError, "num_reads: got 0, expected at least 1"),
        ({"num_reads": 1.5}, TypeError, "num_reads: got float"),
        ({"seed": -1}, ValueError, "seed: got -1"),
        ({"seed": "a"}, TypeError, "seed: got str"),
        ({"num_sweeps": 2.5}, TypeError, "num_sweeps: got float"),
    ],
)
def test_bad_arguments_are_named(cls, arguments, error, message):
    with pytest.raises(error, match=message):
        cls().sample(layers("SPIN"), **arguments)


@EACH
@pytest.mark.parametrize("problem", ["ab", {("a", "b"): 1.0}, dimod.QuadraticModel()])
def test_only_binary_quadratic_models_are_sampled(cls, problem):
    with pytest.raises(TypeError, match=r"bqm: got .*, expected a dimod.BinaryQuadraticModel"):
        cls().sample(problem)


@EACH
def test_unknown_arguments_are_ignored_with_a_warning(cls):
    with pytest.warns(dimod.exceptions.SamplerUnknownArgWarning, match="annealing_time"):
        cls().sample(layers("SPIN"), num_sweeps=1, annealing_time=20)


@EACH
def test_bad_options_are_named(cls):
    for options, message in (
        ({"n_threads": 0}, "n_threads: got 0"),
        ({"backend": "gpu"}, "backend: got 'gpu'"),
        ({"precision": "int8"}, "precision: got 'int8'"),
    ):
        with pytest.raises(ValueError, match=message):
            cls(**options)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"betas": [1.0]}, "betas: got"),
        ({"betas": [1.0, 0.5]}, "betas: got"),
        ({"betas": [-1.0, 0.5]}, "betas: got"),
        ({"betas": "steep"}, "betas: got 'steep'"),
        ({"betas": [0.0, 1.0], "beta": 1.0}, "beta: got 1.0 beside the numbers betas"),
        ({"betas": [0.0, 1.0], "num_replicas": 2}, "num_replicas: got 2 beside"),
        ({"num_replicas": 1}, "num_replicas: got 1"),
        ({"num_replicas": 65537}, "num_replicas: got 65537"),
        ({"swap_every": 0}, "swap_every: got 0"),
        ({"num_sweeps": 0}, "num_sweeps: got 0, expected at least 1"),
    ],
)
def test_ladders_that_make_no_sense(arguments, message):
    with pytest.raises(ValueError, match=message):
        TemperingSampler().sample(layers("SPIN"), **arguments)


def test_ladders_are_told():
    options = {"num_reads": 3, "num_sweeps": 10, "seed": 1}
    samples = TemperingSampler().sample(layers("SPIN"), betas=[0.0, 1.0, 2.0], **options)
    assert samples.info["betas"] == [0.0, 1.0, 2.0]
    assert len(samples.info["acceptance"]) == 2
    samples = TemperingSampler().sample(
        layers("SPIN"), betas="geometric", num_replicas=3, beta=2.0, **options
    )
    np.testing.assert_allclose(samples.info["betas"], [0.2, 2.0 / 10**0.5, 2.0])


@BOTH_FORMS
def test_traces_of_replicas_do_not_pile_up(problem, monkeypatch):
    """However many reads and sweeps, they are counted in pieces, and the counts are the same."""
    options = {"num_reads": 1500, "num_sweeps": 100, "betas": [0.2, 0.6, 1.0], "seed": 1}
    sizes, add = [], ReplicaFlow.add

    def noted(self, trace):
        sizes.append(trace.size)
        add(self, trace)

    monkeypatch.setattr(ReplicaFlow, "add", noted)
    one = TemperingSampler().sample(problem("SPIN"), **options)
    assert sum(sizes) == 1500 * 100 * 3
    assert max(sizes) <= 1 << 18
    monkeypatch.setattr("scorerbm.sample.replicas._TRACED_AT_ONCE", 1 << 14)
    other = TemperingSampler().sample(problem("SPIN"), **options)
    np.testing.assert_array_equal(states(one), states(other))
    for name in ("acceptance", "round_trips", "round_trip_sweeps", "flow_up"):
        assert one.info[name] == other.info[name]


def test_sweeps_do_not_depend_on_how_many_are_made_at_once(monkeypatch):
    """Inverse temperatures are listed for a few sweeps at a time."""
    bqm, options = graph("SPIN"), {"num_reads": 20, "seed": 1}
    schedule = {"beta_schedule": [0.2, 0.5, 1.0], "num_sweeps_per_beta": 7}
    ladder = {"num_sweeps": 25, "swap_every": 10, "betas": [0.2, 1.0]}

    def drawn():
        swept = GibbsSampler().sample(bqm, **options, **schedule)
        return np.concatenate(
            [states(swept), states(TemperingSampler().sample(bqm, **options, **ladder))]
        )

    whole = drawn()
    monkeypatch.setattr("scorerbm.ocean.sparse_chains._SWEEPS_AT_ONCE", 4)
    monkeypatch.setattr("scorerbm.ocean.graph_replicas._BETAS_AT_ONCE", 3 * 40)
    np.testing.assert_array_equal(drawn(), whole)


def test_energies_of_many_reads_take_little_memory():
    """Next to the reads themselves, which are bytes."""
    bqm = sr.to_ising(random_bernoulli(60, 40, seed=1)).to_bqm()
    form = form_of(read_bqm(bqm))
    values = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (300_000, 100))
    tracemalloc.start()
    energies = form.energies(values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * values.nbytes
    some = slice(0, None, 300)
    np.testing.assert_allclose(energies[some], bqm.energies(values[some]), rtol=1e-12, atol=1e-12)
