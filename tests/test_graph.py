"""Units on any graph: colours, rounding, and sweeps that draw from the stated distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from helpers.graph_cases import random_graph
from helpers.models import joint_probabilities, random_bernoulli, states
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square_states
from scorerbm import BlockGibbs
from scorerbm.backends import Backend, IntegerGraph, get_backend
from scorerbm.rbm.colouring import greedy_colours
from scorerbm.rbm.graph import build_graph, graph_from_ising

Array = NDArray[Any]

NATIVE: Backend = get_backend("native")
REFERENCE: Backend = get_backend("reference")
KEY = (3, 4)


def complete(n: int) -> tuple[Array, Array]:
    i, j = np.triu_indices(n, 1)
    return i, j


def cycle(n: int) -> tuple[Array, Array]:
    i = np.arange(n)
    return i, (i + 1) % n


def exact(graph: IntegerGraph, beta: float) -> Array:
    """Probabilities of all states of the rounded model."""
    n = len(graph.bias)
    w = np.zeros((n, n))
    w[np.repeat(np.arange(n), np.diff(graph.starts)), graph.neighbours] = graph.weights
    x = states(n)
    log_weight = x @ graph.bias + 0.5 * ((x @ w) * x).sum(axis=1)
    p = np.exp(beta * (log_weight - log_weight.max()) / graph.scale)
    return p / p.sum()


def sweep(
    graph: IntegerGraph,
    n_chains: int,
    beta: Array,
    *,
    first: int = 0,
    backend: Backend = NATIVE,
    start: Array | None = None,
    n_threads: int = 1,
) -> Array:
    if start is None:
        start = np.zeros((n_chains, len(graph.bias)), np.uint8)
    chains = np.arange(n_chains, dtype=np.uint32)
    return backend.sweep_graph(
        graph, start, chains, KEY, first_sweep=first, beta=beta, n_threads=n_threads
    )


# -- colours ------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(n=st.integers(0, 60), pairs=st.integers(0, 300), seed=st.integers(0, 2**32))
def test_colours_are_proper_and_no_more_than_the_degree_allows(
    n: int, pairs: int, seed: int
) -> None:
    graph = build_graph(*random_graph(n, pairs, np.random.default_rng(seed)))
    colours = greedy_colours(graph.starts, graph.neighbours)
    degree = np.diff(graph.starts)
    assert (np.repeat(colours, degree) != colours[graph.neighbours]).all()
    assert len(graph.colours) - 1 <= degree.max(initial=0) + 1
    assert sorted(graph.order) == list(range(n))
    for k, (a, b) in enumerate(zip(graph.colours, graph.colours[1:], strict=False)):
        assert (colours[graph.order[a:b]] == k).all()


@pytest.mark.parametrize(
    ("n", "pairs", "expected"),
    [(7, cycle(7), 3), (8, cycle(8), 2), (30, complete(30), 30), (4, ([], []), 1)],
)
def test_known_graphs_have_their_colours(n: int, pairs: tuple[Array, Array], expected: int) -> None:
    graph = build_graph(n, *pairs, np.ones(len(pairs[0])), np.zeros(n))
    assert len(graph.colours) - 1 == expected


# -- rounding -----------------------------------------------------------------------------------


def test_the_grid_is_the_finest_that_fits() -> None:
    rng = np.random.default_rng(0)
    n, i, j, w, bias = random_graph(40, 200, rng)
    graph = build_graph(n, i, j, w, bias)
    unit = np.repeat(np.arange(n), np.diff(graph.starts))
    reach = [
        np.abs(graph.bias.astype(float))
        + np.bincount(unit, np.maximum(sign * graph.weights.astype(float), 0.0), n)
        for sign in (1, -1)
    ]
    assert 2.0**30 - n <= np.max(reach) <= 2.0**31 - 1
    assert np.log2(graph.scale).is_integer()
    np.testing.assert_allclose(graph.bias / graph.scale, bias, atol=0.5 / graph.scale)


def test_a_problem_in_other_units_has_the_same_integers() -> None:
    n, i, j, w, bias = random_graph(20, 50, np.random.default_rng(1))
    one, other = (build_graph(n, i, j, w * f, bias * f, saturation=np.inf) for f in (1.0, 2.0**-30))
    assert other.scale == 2.0**30 * one.scale
    np.testing.assert_array_equal(one.weights, other.weights)
    np.testing.assert_array_equal(one.bias, other.bias)


def test_the_error_of_log_odds_is_the_largest() -> None:
    n, i, j, w, bias = random_graph(9, 20, np.random.default_rng(2))
    graph = build_graph(n, i, j, 1e6 * w, bias)
    dense = np.zeros((n, n))
    np.add.at(dense, (i, j), 1e6 * w)
    dense += dense.T
    rounded = np.zeros((n, n))
    rounded[np.repeat(np.arange(n), np.diff(graph.starts)), graph.neighbours] = graph.weights
    x = states(n)
    error = (x @ rounded + graph.bias) / graph.scale - (x @ dense + bias)
    assert graph.log_odds_error == pytest.approx(np.abs(error).max(), rel=1e-6)
    assert graph.log_odds_error > 1e-4


def test_large_biases_are_cut_only_where_they_are_constant() -> None:
    cut = build_graph(3, [0], [1], [2.0], [1e9, -1e9, 1.0])
    np.testing.assert_array_equal(cut.bias / cut.scale, [42.0, -42.0, 1.0])
    assert cut.log_odds_error == 0.0
    whole = build_graph(3, [0], [1], [2.0], [1e9, -1e9, 1.0], saturation=np.inf)
    np.testing.assert_array_equal(whole.bias / whole.scale, [1e9, -1e9, 1.0])


def test_weights_of_a_pair_given_twice_add_up() -> None:
    twice = build_graph(3, [0, 1, 1], [1, 0, 2], [1.0, 0.5, -1.0], np.zeros(3))
    once = build_graph(3, [2, 0], [1, 1], [-1.0, 1.5], np.zeros(3))
    for a, b in zip(twice, once, strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_ising_model_has_its_energies() -> None:
    rng = np.random.default_rng(3)
    h, J = rng.normal(size=5), rng.normal(size=10)
    i, j = complete(5)
    graph = graph_from_ising(h, np.column_stack([i, j]), J)
    spins = 2.0 * states(5) - 1.0
    energy = spins @ h + (spins[:, i] * spins[:, j]) @ J
    found = NATIVE.graph_energy(graph, states(5).astype(np.uint8), 1) / graph.scale
    np.testing.assert_allclose(found - found[0], energy - energy[0], atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((3, [0], [0], [1.0], np.zeros(3)), ValueError, "j: got unit 0 beside itself"),
        ((3, [0], [3], [1.0], np.zeros(3)), ValueError, "j: got unit 3, expected 0 to 2"),
        ((3, [0], [-1], [1.0], np.zeros(3)), ValueError, "j: got unit -1"),
        ((3, [0.0], [1], [1.0], np.zeros(3)), TypeError, "i: got dtype float64"),
        ((3, [[0]], [1], [1.0], np.zeros(3)), ValueError, "i: got shape"),
        ((3, [0, 1], [1], [1.0], np.zeros(3)), ValueError, "j: got 1 units"),
        ((3, [0], [1], [np.nan], np.zeros(3)), ValueError, "w: got nan"),
        ((3, [0], [1], [1.0], np.zeros(2)), ValueError, "bias: got shape"),
        ((3, [0, 0], [1, 2], [1e308, 1e308], np.zeros(3)), ValueError, "w: the weights of one"),
        ((-1, [], [], [], []), ValueError, "n: got -1"),
    ],
)
def test_wrong_graphs_are_named(
    arguments: tuple[Any, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        build_graph(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(2), [[0, 1, 1]], [1.0]), "pairs: got shape"),
        ((np.zeros(2), [[0, 2]], [1.0]), "pairs: got unit 2"),
        ((np.zeros(2), [[0, 1]], [1.0, 2.0]), "J: got shape"),
    ],
)
def test_wrong_ising_models_are_named(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        graph_from_ising(*arguments)


def test_a_saturation_is_a_number() -> None:
    with pytest.raises(ValueError, match="saturation: got -1"):
        build_graph(1, [], [], [], [0.0], saturation=-1.0)


# -- the same bits (sizes, levels and threads: test_backends) -----------------------------------

GRAPH = build_graph(*random_graph(37, 150, np.random.default_rng(4)))
BETAS = np.random.default_rng(5).uniform(0.0, 2.0, (5, 150))


@pytest.mark.parametrize("backend", [NATIVE, REFERENCE], ids=["native", "reference"])
@pytest.mark.parametrize("cut", [1, 63, 64, 65])
def test_any_split_of_chains_and_sweeps_returns_the_same_bits(backend: Backend, cut: int) -> None:
    chains = np.arange(150, dtype=np.uint32)
    whole = sweep(GRAPH, 150, BETAS, first=2, backend=backend)
    first = sweep(GRAPH, 150, np.ascontiguousarray(BETAS[:3]), first=2, backend=backend)
    parts = [
        backend.sweep_graph(
            GRAPH, first[rows], chains[rows], KEY, first_sweep=5,
            beta=np.ascontiguousarray(BETAS[3:, rows]), n_threads=2,
        )
        for rows in (slice(cut), slice(cut, None))
    ]  # fmt: skip
    np.testing.assert_array_equal(np.vstack(parts), whole)


def test_threads_change_nothing_and_arguments_stay() -> None:
    start = np.random.default_rng(6).integers(0, 2, (1000, 37), dtype=np.uint8)
    before, beta = start.copy(), np.ones((40, 1))
    one, many = (sweep(GRAPH, 1000, beta, start=start, n_threads=n) for n in (1, 5))
    np.testing.assert_array_equal(one, many)
    np.testing.assert_array_equal(start, before)
    # The comparison sees a difference where there is one.
    assert (one != sweep(GRAPH, 1000, beta, first=1, start=start)).any()


@pytest.mark.parametrize("strength", [1.0, 1000.0])
def test_energies_of_large_sums_are_exact(strength: float) -> None:
    n = 300
    rng = np.random.default_rng(7)
    graph = build_graph(n, *complete(n), strength * rng.normal(size=n * (n - 1) // 2), np.ones(n))
    x = rng.integers(0, 2, (70, n), dtype=np.uint8)
    found, expected = (b.graph_energy(graph, x, 2) for b in (NATIVE, REFERENCE))
    assert np.abs(expected).max() > 2**31
    np.testing.assert_array_equal(found, expected)


VALID: dict[str, Any] = {
    "graph": GRAPH,
    "states": np.zeros((2, 37), np.uint8),
    "chains": np.zeros(2, np.uint32),
    "key": KEY,
    "first_sweep": 0,
    "beta": np.ones((1, 1)),
    "n_threads": 1,
}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"beta": np.ones((0, 1))}, ValueError, "beta"),
        ({"beta": np.ones((1, 3))}, ValueError, "beta"),
        ({"beta": np.ones(1)}, ValueError, "beta"),
        ({"first_sweep": 2**32 - 1, "beta": np.ones((2, 1))}, ValueError, "32 bits"),
        ({"states": np.zeros((2, 36), np.uint8)}, ValueError, "states"),
        ({"states": np.zeros((2, 37))}, TypeError, "states"),
        ({"chains": np.zeros(3, np.uint32)}, ValueError, "chains"),
        ({"graph": GRAPH._replace(scale=0.0)}, ValueError, "scale"),
        ({"graph": GRAPH._replace(order=GRAPH.order + 1)}, ValueError, "order: got 37"),
        ({"graph": GRAPH._replace(neighbours=GRAPH.neighbours - 1)}, ValueError, "neighbours"),
        ({"graph": GRAPH._replace(starts=GRAPH.starts[::-1].copy())}, ValueError, "starts"),
        ({"graph": GRAPH._replace(starts=GRAPH.starts + 1)}, ValueError, "starts"),
        ({"graph": GRAPH._replace(weights=GRAPH.weights[1:])}, ValueError, "weights"),
    ],
)
def test_wrong_arguments_are_named(
    changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        NATIVE.sweep_graph(**{**VALID, **changes})


# -- distributions ------------------------------------------------------------------------------

N_CHAINS = 100_000
PROBLEMS = {
    "triangle": (3, *cycle(3)),
    "odd cycle": (5, *cycle(5)),
    "complete": (6, *complete(6)),
    "two cycles": (6, np.array([0, 1, 2, 2, 3, 4, 5]), np.array([1, 2, 0, 3, 4, 5, 3])),
}


def frustrated(name: str) -> IntegerGraph:
    """Antiferromagnetic spins, whose odd cycles have no state that suits all pairs."""
    n, i, j = PROBLEMS[name]
    rng = np.random.default_rng(len(name))
    coupling = rng.uniform(0.4, 1.0, len(i))
    return graph_from_ising(0.3 * rng.normal(size=n), np.column_stack([i, j]), coupling)


@pytest.mark.parametrize("name", PROBLEMS)
def test_sweeps_sample_the_enumerated_distribution(name: str) -> None:
    graph = frustrated(name)
    betas = [0.2, 0.7, 1.1]
    # Neighbouring chains have different inverse temperatures.
    beta = np.tile(np.array(betas), N_CHAINS)[None, :].repeat(60, axis=0)
    x = sweep(graph, len(betas) * N_CHAINS, beta)
    p = [chi_square_states(x[k::3], exact(graph, b)) for k, b in enumerate(betas)]
    assert bonferroni(p) > ACCEPT
    wrong = [chi_square_states(x[k::3], exact(graph, b + 0.1)) for k, b in enumerate(betas)]
    assert max(wrong) < REJECT


@pytest.mark.parametrize("name", PROBLEMS)
def test_neighbours_must_not_be_drawn_together(name: str) -> None:
    """The negative control of the order: all units from the same states."""
    graph = frustrated(name)
    together = graph._replace(colours=np.array([0, len(graph.bias)], np.int32))
    beta = np.full((20, 1), 0.7)
    proper, wrong = (
        chi_square_states(sweep(g, 10_000, beta, backend=REFERENCE), exact(graph, 0.7))
        for g in (graph, together)
    )
    assert proper > ACCEPT
    assert wrong < REJECT


def test_annealing_ends_in_the_law_of_its_last_temperature() -> None:
    graph = frustrated("complete")
    slow = np.geomspace(0.05, 1.5, 300)[:, None]
    x = sweep(graph, N_CHAINS, np.concatenate([slow, np.full((100, 1), 1.5)]))
    assert chi_square_states(x, exact(graph, 1.5)) > ACCEPT
    quench = sweep(graph, N_CHAINS, np.full((1, 1), 1.5))
    assert chi_square_states(quench, exact(graph, 1.5)) < REJECT


def test_a_bipartite_graph_has_the_law_of_block_gibbs() -> None:
    model = random_bernoulli(4, 3, seed=8)
    w, b, c = (np.asarray(x, np.float64) for x in model.parameters.values())
    i, j = np.divmod(np.arange(12), 3)
    graph = build_graph(7, i, 4 + j, w[i, j], np.concatenate([b, c]))
    assert len(graph.colours) == 3
    x = sweep(graph, N_CHAINS, np.ones((60, 1)))
    blocks = BlockGibbs(60).sample(model, N_CHAINS, seed=1)
    expected = joint_probabilities(model)
    both = [x, np.hstack([blocks.visible, blocks.hidden])]
    assert bonferroni(chi_square_states(y, expected) for y in both) > ACCEPT
    without_biases = graph._replace(bias=np.zeros_like(graph.bias))
    assert chi_square_states(sweep(without_biases, N_CHAINS, np.ones((60, 1))), expected) < REJECT
