"""The simulated device has the graph, the limits and the manners of a real one."""

import dimod
import dimod.testing
import numpy as np
import pytest
from dwave.cloud.exceptions import SolverFailureError
from dwave.preprocessing.composites import SpinReversalTransformComposite
from dwave.system import FixedEmbeddingComposite
from dwave.system.coupling_groups import coupling_groups
from dwave.system.testing import MockDWaveSampler

from helpers.models import joint_probabilities, random_bernoulli
from helpers.statistics import ACCEPT, REJECT, chi_square_states
from scorerbm.annealing.simulated import SimulatedQPU
from scorerbm.ising import to_ising


class Recorder:
    """Keeps what was programmed, and answers with random spins."""

    def __init__(self):
        self.programmed = []

    def __call__(self, h, pairs, J, n_reads, seed):
        self.programmed.append((h, pairs, J))
        return np.random.default_rng(seed).choice(np.array([-1, 1], np.int8), (n_reads, len(h)))


@pytest.fixture(scope="module")
def zephyr():
    return SimulatedQPU(size=2)


@pytest.fixture(scope="module")
def pegasus():
    return SimulatedQPU(topology="pegasus", size=2)


@pytest.fixture(params=["zephyr", "pegasus"])
def qpu(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def recorder(zephyr, monkeypatch):
    recorder = Recorder()
    monkeypatch.setattr(zephyr, "annealer", recorder)
    return recorder


def test_it_is_a_structured_sampler(qpu):
    dimod.testing.assert_sampler_api(qpu)
    dimod.testing.assert_structured_api(qpu)


@pytest.mark.parametrize(("topology", "shape"), [("zephyr", [2, 4]), ("pegasus", [2])])
def test_the_graph_is_that_of_the_topology(topology, shape, request):
    qpu = request.getfixturevalue(topology)
    whole = MockDWaveSampler(topology_type=topology, topology_shape=shape)
    assert qpu.nodelist == whole.nodelist
    assert qpu.edgelist == whole.edgelist
    assert qpu.properties["topology"] == {"type": topology, "shape": shape}
    graph = qpu.to_networkx_graph()
    assert graph.graph["family"] == topology
    assert sorted(map(tuple, map(sorted, graph.edges))) == qpu.edgelist


def test_names_say_that_it_is_simulated(qpu):
    assert qpu.properties["chip_id"].startswith("simulated-")
    assert qpu.solver.name == qpu.properties["chip_id"]
    assert "Simulated" in qpu.solver_data["description"]


def test_defects_are_random_and_named(zephyr):
    options = {"size": 2, "n_missing_qubits": 7, "n_missing_couplers": 20}
    one, same, other = (SimulatedQPU(**options, seed=seed) for seed in (1, 1, 2))
    assert len(one.nodelist) == len(zephyr.nodelist) - 7
    there = [edge for edge in zephyr.edgelist if {*edge} <= {*one.nodelist}]
    assert len(one.edgelist) == len(there) - 20
    assert {*one.edgelist} <= {*there}
    assert (same.edgelist, same.solver.graph_id) == (one.edgelist, one.solver.graph_id)
    assert other.edgelist != one.edgelist
    names = {q.properties["chip_id"] for q in (zephyr, one, other)}
    assert len(names) == 3


@pytest.mark.parametrize(
    ("device", "n_qubits", "n_couplers"),
    [("Advantage2_system1", 4577, 41515), ("Advantage_system4", 5627, 40279)],
)
@pytest.mark.slow
def test_devices_have_the_yield_of_the_real_ones(device, n_qubits, n_couplers):
    qpu = SimulatedQPU.like(device)
    assert (len(qpu.nodelist), len(qpu.edgelist)) == (n_qubits, n_couplers)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("topology", "chimera", "topology: got 'chimera'"),
        ("size", 0, "size: got 0"),
        ("n_missing_qubits", -1, "n_missing_qubits: got -1"),
        ("n_missing_qubits", 161, "n_missing_qubits: got 161, expected at most the 160"),
        ("n_missing_couplers", 9999, "n_missing_couplers: got 9999"),
    ],
)
def test_arguments_are_checked(option, value, message):
    with pytest.raises(ValueError, match=message):
        SimulatedQPU(**{"size": 2, option: value})


# -- ranges -----------------------------------------------------------------------------------


def group_of(qpu, size):
    """A group of couplers that large, from Ocean's own list of them."""
    if qpu.properties["topology"]["type"] == "zephyr":
        return next(g for g in coupling_groups(qpu.to_networkx_graph()) if len(g) >= size)
    qubit = next(q for q in qpu.nodelist if len(qpu.adjacency[q]) >= size)
    return [(qubit, other) for other in qpu.adjacency[qubit]]


def programmed(qpu, h=None, J=None, **parameters):
    qpu.sample_ising(h or {}, J or {}, auto_scale=False, **parameters).resolve()


def test_fields_and_couplings_reach_the_ends_of_their_ranges_and_no_further(qpu):
    edge = qpu.edgelist[0]
    for h in (-4.0, 4.0):
        programmed(qpu, {edge[0]: h})
        with pytest.raises(SolverFailureError, match=r"out of range by a factor of 1.01"):
            programmed(qpu, {edge[0]: h * 1.01})
    for J in (-2.0, 1.0):
        programmed(qpu, {}, {edge: J})
        with pytest.raises(SolverFailureError, match=r"out of range by a factor of 1.01"):
            programmed(qpu, {}, {edge: J * 1.01})


@pytest.mark.parametrize(("topology", "limit"), [("zephyr", -13.0), ("pegasus", -18.0)])
def test_sums_over_a_group_reach_their_limit_and_no_further(topology, limit, request):
    """The upper limits are out of reach: no group has so many couplers, of at most 1 each."""
    qpu = request.getfixturevalue(topology)
    n = int(-limit // 2 + 1)
    group = group_of(qpu, n)[:n]
    programmed(qpu, {}, dict.fromkeys(group, limit / n))
    with pytest.raises(SolverFailureError, match=r"out of range by a factor of 1.01"):
        programmed(qpu, {}, dict.fromkeys(group, 1.01 * limit / n))


def test_zephyr_limits_groups_and_not_qubits(zephyr):
    """A qubit's couplers may sum to -18 if none of its groups sums to -13."""
    qubit = max(zephyr.nodelist, key=lambda q: len(zephyr.adjacency[q]))
    J = {(qubit, other): -1.0 for other in zephyr.adjacency[qubit]}
    assert len(J) > 13
    programmed(zephyr, {}, J)


def slow_factor(qpu, h, J):
    """The documented formula, one limit at a time."""
    ends = qpu.properties
    factor = 0.0
    for values, (low, high) in ((h, ends["h_range"]), (J, ends["extended_j_range"])):
        factor = max([factor, *(max(x / high, x / low) for x in values.values())])
    if "per_group_coupling_range" in ends:
        groups, (low, high) = (
            coupling_groups(qpu.to_networkx_graph()),
            ends["per_group_coupling_range"],
        )
    else:
        groups = [[(q, p) for p in qpu.adjacency[q]] for q in qpu.nodelist]
        low, high = ends["per_qubit_coupling_range"]
    for group in groups:
        total = sum(J.get((u, v), 0.0) + J.get((v, u), 0.0) for u, v in group)
        factor = max(factor, total / high, total / low)
    return factor


@pytest.mark.parametrize("scale", [(0.1, 0.01), (9.0, 0.1), (0.1, 5.0), (0.1, -1.0)])
@pytest.mark.parametrize("topology", ["zephyr", "pegasus"])
def test_auto_scale_divides_by_the_documented_factor(scale, topology, request, monkeypatch):
    qpu, recorder = request.getfixturevalue(topology), Recorder()
    monkeypatch.setattr(qpu, "annealer", recorder)
    rng = np.random.default_rng(0)
    h = {q: scale[0] * x for q, x in zip(qpu.nodelist, rng.normal(size=160), strict=False)}
    if scale[1] > 0:
        J = {e: scale[1] * x for e, x in zip(qpu.edgelist, rng.normal(size=9999), strict=False)}
    else:  # where sums are what limits
        J = dict.fromkeys(qpu.edgelist, scale[1])
    found = qpu.sample_ising(h, J, num_reads=2, answer_mode="raw")
    dimod.testing.assert_sampleset_energies(found, dimod.BQM.from_ising(h, J))
    (scaled_h, _, scaled_J), factor = recorder.programmed[0], slow_factor(qpu, h, J)
    np.testing.assert_allclose(scaled_h, np.array([h[q] for q in sorted(h)]) / factor)
    np.testing.assert_allclose(scaled_J, np.array([J[e] for e in sorted(J)]) / factor)


def test_a_problem_without_biases_is_not_scaled(recorder, zephyr):
    found = zephyr.sample_ising(dict.fromkeys(zephyr.nodelist[:3], 0.0), {}, num_reads=5)
    assert found.record.num_occurrences.sum() == 5
    assert recorder.programmed[0][0].tolist() == [0.0] * 3


# -- answers ----------------------------------------------------------------------------------


def small_problem(qpu):
    (a, b), *_ = qpu.edgelist
    return {a: 0.3, b: -0.1}, {(a, b): -0.2}


def test_a_histogram_counts_the_raw_reads(recorder, zephyr):
    problem, n = small_problem(zephyr), 200
    raw = SimulatedQPU(recorder, size=2).sample_ising(*problem, num_reads=n, answer_mode="raw")
    assert len(raw) == n
    assert (raw.record.num_occurrences == 1).all()
    counted = zephyr.sample_ising(*problem, num_reads=n)
    assert len(counted) == 4
    assert counted.record.num_occurrences.sum() == n
    assert (np.diff(counted.record.energy) >= 0.0).all()
    assert len(zephyr.sample_ising(*problem)) == 1  # one read by default


def test_bits_have_the_energies_of_their_problem(recorder, zephyr):
    bqm = dimod.BQM.from_ising(*small_problem(zephyr), offset=3.0)
    bqm = bqm.change_vartype("BINARY", inplace=False)
    found = zephyr.sample(bqm, num_reads=20)
    assert found.vartype is dimod.BINARY
    dimod.testing.assert_sampleset_energies(found, bqm)


def test_what_is_told_of_a_problem(zephyr):
    told = {"num_reads": 30, "annealing_time": 50.0, "readout_thermalization": 7.0}
    info = zephyr.sample_ising(*small_problem(zephyr), **told, label="first").info
    assert info["problem_label"] == "first"
    assert info["problem_id"].startswith("simulated-")
    timing = info["timing"]
    estimate = zephyr.solver.estimate_qpu_access_time(2, **told)
    assert timing["qpu_access_time"] == pytest.approx(estimate)
    per_read = [timing[f"qpu_{what}_time_per_sample"] for what in ("anneal", "readout", "delay")]
    assert timing["qpu_anneal_time_per_sample"] == 50.0
    assert timing["qpu_sampling_time"] == pytest.approx(30 * sum(per_read))
    parts = timing["qpu_programming_time"] + timing["qpu_sampling_time"]
    assert timing["qpu_access_time"] == pytest.approx(parts)


def test_a_problem_submitted_again_gets_other_reads(zephyr):
    problem = dict.fromkeys(zephyr.nodelist[:20], 0.0), {}
    other = dict.fromkeys(zephyr.nodelist[:20], 0.1), {}
    options = {"num_reads": 10, "answer_mode": "raw"}
    run = SimulatedQPU(size=2)
    first, second, third = (run.sample_ising(*p, **options) for p in (problem, other, problem))
    assert len({found.info["problem_id"] for found in (first, second, third)}) == 3
    assert (first.record.sample != third.record.sample).any()
    again = SimulatedQPU(size=2)
    another_order = [again.sample_ising(*p, **options) for p in (other, problem, problem)]
    for found, expected in zip(another_order, (second, first, third), strict=True):
        np.testing.assert_array_equal(found.record.sample, expected.record.sample)
    numpys = SimulatedQPU(size=2).sample_ising(*problem, **options | {"num_reads": np.int64(10)})
    np.testing.assert_array_equal(numpys.record.sample, first.record.sample)
    reseeded = SimulatedQPU(size=2, seed=1).sample_ising(*problem, **options)
    assert (reseeded.record.sample != first.record.sample).any()


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        ("num_reads", 0, "num_reads: got 0, expected 1 to 10000"),
        ("num_reads", 20000, "num_reads: got 20000, expected 1 to 10000"),
        ("num_reads", True, "num_reads: got True, expected 1 to 10000"),
        ("annealing_time", "soon", "annealing_time: got 'soon', expected 0.5 to 2000.0"),
        ("annealing_time", 0.1, "annealing_time: got 0.1, expected 0.5 to 2000.0 microseconds"),
        ("answer_mode", "best", "answer_mode: got 'best'"),
    ],
)
def test_parameters_out_of_range_are_refused_when_the_answer_is_read(
    zephyr, parameter, value, message
):
    found = zephyr.sample_ising(*small_problem(zephyr), **{parameter: value})
    with pytest.raises(SolverFailureError, match=message):
        found.resolve()


def test_anneals_that_take_too_long_are_refused(zephyr):
    with pytest.raises(SolverFailureError, match="num_reads: got 1000, expected at most 499"):
        programmed(zephyr, {0: 0.1}, num_reads=1000, annealing_time=2000.0)


def test_a_problem_without_qubits_is_refused(zephyr):
    with pytest.raises(SolverFailureError, match="no qubits"):
        programmed(zephyr)


def test_what_the_client_refuses_is_refused_at_once(zephyr):
    with pytest.raises(KeyError, match="flux_biases is not a parameter of this solver"):
        zephyr.sample_ising({}, {}, flux_biases=[0.0])
    far = (zephyr.nodelist[0], zephyr.nodelist[-1])
    with pytest.raises(dimod.exceptions.BinaryQuadraticModelStructureError):
        zephyr.sample_ising({}, {far: 0.1})
    with pytest.raises(ValueError, match=r"bqm.linear: got nan"):
        zephyr.sample_ising({zephyr.nodelist[0]: float("nan")}, {})


# -- the law ----------------------------------------------------------------------------------

BETA = 8.5


def chains_of_two(qpu):
    """K_{2,2} on chains of two qubits: a cycle of eight."""
    graph = qpu.to_networkx_graph()
    for a, b in graph.edges:
        for c in graph[b]:
            for d in graph[c]:
                for e in graph[d]:
                    for f in graph[e]:
                        for g in graph[f]:
                            for h in graph[g]:
                                cycle = [a, b, c, d, e, f, g, h]
                                if len({*cycle}) == 8 and a in graph[h]:
                                    return {0: [a, b], 2: [c, d], 1: [e, f], 3: [g, h]}
    raise AssertionError


@pytest.mark.parametrize("gauge", ["none", "of spins", "of qubits"])
def test_reads_through_chains_are_of_the_model(zephyr, gauge):
    rbm, n = random_bernoulli(2, 2, seed=5, scale=2.0, bias=1.0), 40000
    ising = to_ising(rbm)
    h = {k: x / BETA for k, x in enumerate(ising.h)}
    J = {(i, 2 + j): ising.J[i, j] / BETA for i, j in np.ndindex(2, 2)}
    inner, options = zephyr, {"num_reads": n // 4, "answer_mode": "raw", "auto_scale": False}
    if gauge == "of qubits":
        inner = SpinReversalTransformComposite(zephyr, seed=1)
    sampler = FixedEmbeddingComposite(inner, chains_of_two(zephyr))
    if gauge == "of spins":
        sampler = SpinReversalTransformComposite(sampler, seed=1)
    bits = []
    for _ in range(4):
        found = sampler.sample_ising(h, J, chain_strength=1.0, **options)
        columns = [list(found.variables).index(k) for k in range(4)]
        bits.append((found.record.sample[:, columns] + 1) // 2)
    bits = np.concatenate(bits)
    assert chi_square_states(bits, joint_probabilities(rbm).T.ravel()) > ACCEPT
    assert chi_square_states(bits, joint_probabilities(rbm, 0.9).T.ravel()) < REJECT
