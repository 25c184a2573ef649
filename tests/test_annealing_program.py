"""Programs of qubits: their energies are those of the model, and they stay within ranges."""

import numpy as np
import pytest

from helpers.devices import embedded, ideal_qpu
from helpers.models import random_bernoulli, states
from scorerbm.annealing.device import Device
from scorerbm.annealing.embed import embed
from scorerbm.annealing.embedding import Embedding
from scorerbm.annealing.gauges import draw_gauge, split_reads, ungauge
from scorerbm.annealing.layout import lay_out
from scorerbm.annealing.program import check_ranges, program, strongest_chains
from scorerbm.annealing.simulated import SimulatedQPU
from scorerbm.ising import to_ising


def still(h, pairs, J, n_reads, seed):
    """Physics of a device of which only the limits matter."""
    return np.ones((n_reads, len(h)), np.int8)


QPU = SimulatedQPU(still, size=2)
PEGASUS = SimulatedQPU(still, topology="pegasus", size=3)


def plain(layout):
    return np.ones((layout.n_copies, layout.n_units), np.int8)


# -- energies -------------------------------------------------------------------------------


@pytest.mark.parametrize("gauged", [False, True], ids=["plain", "gauge"])
@pytest.mark.parametrize("length", [1, 2, 4])
def test_energies_are_those_of_the_model_where_chains_are_intact(length, gauged):
    model = random_bernoulli(4, 3, seed=1)
    ising, beta, strength = to_ising(model), 3.0, 0.7
    layout = lay_out(*embedded(QPU, 4, 3, length=length))
    gauge = draw_gauge(layout, 5, 0, not gauged)
    assert (gauge == 1).all() != gauged
    p = program(layout, ising, beta, strength, gauge)
    spins = 2 * states(7).astype(np.int8) - 1
    physical = (gauge * spins)[:, layout.unit]
    energies = p.bqm().energies((physical, layout.labels))
    chains = -strength * len(layout.chain_pairs)
    expected = (ising.energy(spins) - ising.offset) / beta + chains
    np.testing.assert_allclose(energies, expected, rtol=1e-12, atol=1e-12)
    ungauge(layout, physical, gauge)
    np.testing.assert_array_equal(physical, spins[:, layout.unit])


def test_energies_of_copies_add_up():
    ising = to_ising(random_bernoulli(4, 3, seed=1))
    layout = embed(Device(QPU), 4, 3, n_copies=3)
    gauge = draw_gauge(layout, 5, 0, False)
    assert len(np.unique(gauge, axis=0)) == 3
    p = program(layout, ising, 2.0, 0.5, gauge)
    rng = np.random.default_rng(0)
    spins = 2 * rng.integers(0, 2, (50, 3, 7), dtype=np.int8) - 1
    physical = (gauge * spins).reshape(50, 21)[:, layout.unit]
    energies = p.bqm().energies((physical, layout.labels))
    expected = (ising.energy(spins.reshape(-1, 7)) - ising.offset).reshape(50, 3).sum(axis=1) / 2.0
    np.testing.assert_allclose(energies, expected - 0.5 * len(layout.chain_pairs), rtol=1e-12)


def test_fields_and_couplings_are_shared_by_chains_and_couplers():
    ising = to_ising(random_bernoulli(4, 3, seed=1))
    layout = lay_out(*embedded(QPU, 4, 3, length=4))
    p = program(layout, ising, 1.0, 1.0, plain(layout))
    for k in range(7):
        np.testing.assert_allclose(p.fields[layout.unit == k], ising.h[k] / 4)
    of_pair = (layout.unit[layout.pairs] == [1, 4 + 2]).all(axis=1)
    assert of_pair.sum() > 1
    np.testing.assert_allclose(p.couplings[of_pair], ising.J[1, 2] / of_pair.sum())


def test_a_model_without_a_graph_is_programmed_as_it_is():
    from dwave.samplers import SimulatedAnnealingSampler

    ising = to_ising(random_bernoulli(4, 3, seed=1))
    layout = embed(Device(SimulatedAnnealingSampler()), 4, 3)
    bqm = program(layout, ising, 1.0, 0.0, plain(layout)).bqm()
    spins = 2 * states(7) - 1
    np.testing.assert_allclose(
        bqm.energies((spins, range(7))), ising.energy(spins) - ising.offset, rtol=1e-12, atol=1e-12
    )


# -- gauges ---------------------------------------------------------------------------------


def test_gauges_differ_by_number_and_seed_and_leave_chains_ferromagnetic():
    layout = lay_out(*embedded(QPU, 4, 3, length=4))
    seen = {draw_gauge(layout, seed, k, False).tobytes() for seed in range(3) for k in range(3)}
    assert len(seen) == 9
    ising = to_ising(random_bernoulli(4, 3, seed=1))
    for k in range(5):
        p = program(layout, ising, 1.0, 0.8, draw_gauge(layout, 0, k, False))
        assert (p.all_couplings[len(layout.pairs) :] == -0.8).all()


@pytest.mark.parametrize(
    ("reads", "gauges", "most", "expected"),
    [
        (10, 3, 100, [4, 3, 3]),
        (2, 10, 100, [1, 1]),
        (25, 2, 10, [9, 8, 8]),
        (1, 1, 1, [1]),
    ],
)
def test_reads_are_shared_between_gauges(reads, gauges, most, expected):
    assert split_reads(reads, gauges, most) == expected


# -- ranges ---------------------------------------------------------------------------------


def takes(qpu, program):
    """Whether the device accepts a program without scaling it."""
    from dwave.cloud.exceptions import SolverFailureError

    try:
        qpu.sample(program.bqm(), num_reads=1, auto_scale=False, answer_mode="raw").resolve()
    except SolverFailureError:
        return False
    return True


@pytest.mark.parametrize("qpu", [QPU, PEGASUS], ids=["zephyr", "pegasus"])
@pytest.mark.parametrize("which", ["weights", "visible_bias"])
def test_what_is_let_through_is_what_the_device_takes(qpu, which):
    """Scaled up until fields, couplings or sums of couplings are out of range."""
    model = random_bernoulli(8, 6, seed=3)
    device, embedding = embedded(qpu, 8, 6, length=3)
    layout = lay_out(device, embedding)
    taken = []
    for scale in (0.1, 1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 64.0):
        parameters = dict(model.parameters)
        parameters[which] = scale * parameters[which]
        ising = to_ising(type(model)(**parameters))
        p = program(layout, ising, 1.0, 1.0, draw_gauge(layout, 0, 1, False))
        taken.append(takes(qpu, p))
        if taken[-1]:
            check_ranges(device, p, 1.0)
        else:
            with pytest.raises(ValueError, match=r"the range \["):
                check_ranges(device, p, 1.0)
    assert set(taken) == {True, False}


def wrong_program(qpu, strength=0.5, **scaled):
    model = random_bernoulli(4, 3, seed=1)
    parameters = dict(model.parameters)
    for name, factor in scaled.items():
        parameters[name] = factor * parameters[name]
    layout = lay_out(*embedded(qpu, 4, 3, length=2))
    p = program(layout, to_ising(type(model)(**parameters)), 2.0, strength, plain(layout))
    with pytest.raises(ValueError, match="range") as caught:
        check_ranges(Device(qpu), p, 2.0)
    return str(caught.value)


def test_errors_name_the_unit_the_number_the_range_and_what_to_do():
    field = wrong_program(QPU, visible_bias=1000.0)
    assert field.startswith("model: the field of visible unit ")
    assert "the range [-4, 4]" in field
    assert "weight decay" in field
    assert "larger beta than 2" in field
    coupling = wrong_program(QPU, weights=30.0, visible_bias=0.0)
    assert "the coupling of visible unit " in coupling or "the field of " in coupling
    chains = wrong_program(QPU, strength=2.5)
    assert chains.startswith("chain_strength: got 2.5")
    assert "[-2, 1]" in chains


@pytest.mark.parametrize(
    ("qpu", "place"), [(QPU, "coupling group "), (PEGASUS, "qubit ")], ids=["zephyr", "pegasus"]
)
def test_sums_of_couplings_have_a_range_too(qpu, place):
    """Chains of more couplers at one place than it bears, at a strength that each of them may have.

    A chain of all neighbours of a qubit has as many couplers there as the qubit has.
    """
    graph = qpu.to_networkx_graph()
    centre = max(graph, key=lambda q: graph.degree[q])
    star = (centre, *sorted(graph[centre]))
    others = [q for q in sorted(graph) if q not in star and set(graph[q]) & set(star)]
    device = Device(qpu)
    layout = lay_out(device, Embedding.of_chains(1, 1, [[star, (others[0],)]]))
    ising = to_ising(random_bernoulli(1, 1, seed=0))
    with pytest.raises(ValueError, match="a smaller chain_strength than 2") as caught:
        check_ranges(device, program(layout, ising, 1.0, 2.0, plain(layout)), 1.0)
    assert f"model: the couplings of {place}" in str(caught.value)
    assert "visible unit 0" in str(caught.value)
    most = strongest_chains(device, layout, ising, 1.0)
    assert 0.5 < most < 2.0
    for strength, fits in ((0.999 * most, True), (min(2.0, 1.5 * most), False)):
        p = program(layout, ising, 1.0, strength, plain(layout))
        if fits:
            check_ranges(device, p, 1.0)
        else:
            with pytest.raises(ValueError, match="add up to"):
                check_ranges(device, p, 1.0)
        assert takes(qpu, p) == fits


def test_couplings_without_room_for_chains_are_named_by_the_ranges():
    device, embedding = embedded(QPU, 8, 6, length=3)
    layout = lay_out(device, embedding)
    ising = to_ising(random_bernoulli(8, 6, scale=60.0))
    strength = strongest_chains(device, layout, ising, 1.0)
    assert strength == 2.0
    with pytest.raises(ValueError, match="model: the"):
        check_ranges(device, program(layout, ising, 1.0, strength, plain(layout)), 1.0)


def test_chains_have_no_limit_where_couplings_have_none():
    from dwave.samplers import SimulatedAnnealingSampler

    device = Device(SimulatedAnnealingSampler())
    layout = embed(device, 2, 2)
    ising = to_ising(random_bernoulli(2, 2))
    assert strongest_chains(device, layout, ising, 1.0) == np.inf
    check_ranges(device, program(layout, ising, 1e-6, 1e6, plain(layout)), 1e-6)


# -- embeddings that are none ------------------------------------------------------------------


def chains_of(qpu, n, m):
    device, embedding = embedded(qpu, n, m, length=2)
    return device, [list(chain) for chain in embedding.copies[0]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c[0].append(c[1][0]), r"got qubit \d+ twice, expected disjoint chains"),
        (lambda c: c[2].append(-5), r"got qubit -5, which simulated.* has not among its \d+"),
        (lambda c: c[3].clear(), "got no qubit for unit 3"),
        (lambda c: c[0].append("far"), "a chain of visible unit 0 that falls apart at qubit"),
        (lambda c: c.__setitem__(5, ["far"]), "got no coupler between visible unit 0 and hidden"),
    ],
    ids=["shared", "unknown", "empty", "torn", "uncoupled"],
)
def test_what_is_no_embedding_is_refused(change, message):
    qpu = ideal_qpu(size=4)
    device, chains = chains_of(qpu, 4, 3)
    change(chains)
    graph = qpu.to_networkx_graph()
    near = {p for chain in chains for q in chain if q in graph for p in (q, *graph[q])}
    far = next(q for q in sorted(graph, reverse=True) if q not in near)
    chains = [[far if q == "far" else q for q in chain] for chain in chains]
    with pytest.raises(ValueError, match=message):
        lay_out(device, Embedding.of_chains(4, 3, [chains]))


def test_copies_may_not_share_qubits():
    device, chains = chains_of(QPU, 4, 3)
    with pytest.raises(ValueError, match="twice"):
        lay_out(device, Embedding.of_chains(4, 3, [chains, chains]))
