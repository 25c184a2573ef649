"""Ocean's own client talks to the simulated device, and gets what the device gives."""

import threading

import dimod
import dimod.testing
import numpy as np
import pytest
from dwave.cloud.exceptions import CanceledFutureError, SolverFailureError

from scorerbm.annealing.loopback import FAILURES, LoopbackServer
from scorerbm.annealing.simulated import SimulatedQPU


@pytest.fixture(scope="module")
def server():
    with LoopbackServer(SimulatedQPU(size=2, n_missing_qubits=3, n_missing_couplers=9)) as server:
        yield server


@pytest.fixture(scope="module")
def sampler(server):
    with server.sampler() as sampler:
        yield sampler


@pytest.fixture
def direct(server):
    """The same device, not yet used."""
    assert server.qpu.seed == 0
    return SimulatedQPU(size=2, n_missing_qubits=3, n_missing_couplers=9)


def problem(qpu, scale=0.2, seed=0):
    rng = np.random.default_rng(seed)
    edges = qpu.edgelist[:6]
    h = {q: scale * rng.normal() for edge in edges for q in edge}
    return h, {edge: scale * rng.normal() for edge in edges}


def test_the_sampler_is_a_real_one(sampler):
    assert type(sampler).__module__.startswith("dwave.system")
    dimod.testing.assert_sampler_api(sampler)
    dimod.testing.assert_structured_api(sampler)


def test_it_says_of_itself_what_the_device_does(sampler, server):
    qpu = server.qpu
    assert sampler.properties == qpu.properties
    assert sampler.parameters.keys() == qpu.parameters.keys()
    assert sampler.nodelist == qpu.nodelist
    assert sampler.edgelist == qpu.edgelist
    assert sampler.to_networkx_graph().edges == qpu.to_networkx_graph().edges
    assert sampler.solver.name.startswith("simulated-")


@pytest.mark.parametrize("mode", ["raw", "histogram"])
@pytest.mark.parametrize("auto_scale", [True, False])
def test_reads_are_those_of_the_device(sampler, direct, mode, auto_scale):
    options = {"num_reads": 300, "answer_mode": mode, "auto_scale": auto_scale, "label": mode}
    given = problem(direct, seed=1 + auto_scale)
    near, far = (qpu.sample_ising(*given, **options) for qpu in (direct, sampler))
    np.testing.assert_array_equal(far.record.sample, near.record.sample)
    np.testing.assert_array_equal(far.record.num_occurrences, near.record.num_occurrences)
    np.testing.assert_allclose(far.record.energy, near.record.energy, rtol=1e-12)
    assert far.variables == near.variables
    assert far.info["timing"] == near.info["timing"]
    assert far.info["problem_label"] == mode


def test_a_device_whose_labels_have_gaps_is_served_too():
    """On Pegasus some qubits that have numbers are never there."""
    near, far = (SimulatedQPU(topology="pegasus", size=2, n_missing_qubits=1) for _ in range(2))
    assert len(near.nodelist) < near.nodelist[-1]
    options = {"num_reads": 50, "answer_mode": "raw"}
    with LoopbackServer(far) as server, server.sampler() as sampler:
        found = sampler.sample_ising(*problem(near), **options)
        expected = near.sample_ising(*problem(near), **options)
        np.testing.assert_array_equal(found.record.sample, expected.record.sample)
        assert found.variables == expected.variables


def test_bits_have_the_energies_of_their_problem(sampler, direct):
    bqm = dimod.BQM.from_ising(*problem(direct), offset=1.5)
    bqm = bqm.change_vartype("BINARY", inplace=False)
    found = sampler.sample(bqm, num_reads=50)
    assert found.vartype is dimod.BINARY
    dimod.testing.assert_sampleset_energies(found, bqm)


def test_problems_may_be_submitted_at_once(sampler, direct):
    """Several of a client's threads carry them, in any order."""
    options = {"num_reads": 20, "answer_mode": "raw"}
    problems = [problem(direct, seed=100 + k) for k in range(12)]
    found = [sampler.sample_ising(*p, **options) for p in problems]
    for p, far in zip(problems, found, strict=True):
        near = direct.sample_ising(*p, **options)
        np.testing.assert_array_equal(far.record.sample, near.record.sample)


def test_jobs_that_take_their_time_are_polled_for(direct):
    with LoopbackServer(direct, delay=0.3) as server, server.sampler() as sampler:
        found = sampler.sample_ising(*problem(direct), num_reads=5)
        assert found.wait_id() == "simulated-job-1"
        assert not found.done()
        assert len(found) > 0
        assert any("/problems/?id=simulated-job-1&timeout=" in path for _, path in server.requests)


def test_a_waiting_job_is_cancelled(direct):
    with LoopbackServer(direct, failure="stuck") as server, server.sampler() as sampler:
        h, J = problem(direct)
        job = sampler.solver.sample_ising(h, J, num_reads=5)
        job.wait_id()
        job.cancel()
        with pytest.raises(CanceledFutureError):
            job.result()


def test_a_bias_that_is_no_number_never_gets_an_answer(sampler):
    """Ocean's client sends NaN, which is its sign of a qubit that is not used."""
    a, b = sampler.edgelist[0]
    coupled = sampler.sample_ising({a: float("nan")}, {(a, b): 0.1})
    with pytest.raises(SolverFailureError, match="quad: got 1 numbers, expected 0"):
        coupled.resolve()
    lone = sampler.sample_ising({a: float("nan"), sampler.nodelist[-1]: 0.1}, {})
    assert list(lone.variables) == [sampler.nodelist[-1]]


def test_what_the_annealer_refuses_is_told(sampler):
    graph = sampler.to_networkx_graph()
    a, b = next(edge for edge in graph.edges if {*graph[edge[0]]} & {*graph[edge[1]]})
    c = next(iter({*graph[a]} & {*graph[b]}))
    loop = sampler.sample_ising({}, {(a, b): 1.0, (b, c): 1.0, (a, c): 1.0})
    with pytest.raises(SolverFailureError, match="frustrated loop"):
        loop.resolve()


def test_nothing_is_left_running(direct):
    before = {*threading.enumerate()}
    with LoopbackServer(direct, failure="stuck") as server:
        with server.sampler(polling_timeout=0.1, poll_wait_time=0, poll_pause=0.02) as sampler:
            sampler.sample_ising(*problem(direct))
        server.failure = 500
        with pytest.raises(OSError, match="as it was told to"):
            server.sampler()
    assert {*threading.enumerate()} <= before


def test_clients_need_the_token(server):
    with pytest.raises(OSError, match="Invalid token"):
        server.sampler(token="another")


def test_a_solver_is_found_by_its_name_only(server):
    with server.sampler(solver=server.qpu.solver.name) as sampler:
        assert sampler.solver.name == server.qpu.solver.name
    with pytest.raises(OSError, match="No solver with name='Advantage_system9'"):
        server.sampler(solver="Advantage_system9")


@pytest.mark.parametrize("failure", [200, 600, "flood"])
def test_failures_are_checked(server, failure):
    with pytest.raises(ValueError, match=f"failure: got '?{failure}"):
        server.failure = failure
    assert server.failure is None


def test_failures_may_be_told_at_the_start(direct):
    for failure in (*FAILURES, 503):
        with LoopbackServer(direct, failure=failure) as server:
            assert server.failure == failure
