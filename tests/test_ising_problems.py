"""Problems of Ocean: made of a model, written, read, and made a model again."""

from __future__ import annotations

import json

import dimod
import numpy as np
import pytest
from dimod.serialization import coo
from hypothesis import given, settings
from hypothesis import strategies as st

import scorerbm as sr
from helpers.models import random_bernoulli, states
from scorerbm.ising.bqm import layers_of, read_bqm, two_colours
from scorerbm.ising.exchange import SUFFIXES

N, M = 5, 3


def model_with_a_dead_unit():
    """Its first hidden unit has no weights, and some digits need exponents."""
    model = random_bernoulli(N, M, seed=4, scale=2.0)
    w = np.array(model.weights)
    w[:, 0] = 0.0
    w[0, 1] = 3.1e-12
    return sr.BernoulliRBM(w, model.visible_bias, model.hidden_bias)


def problem_with_names(vartype):
    """A path a-x-b-y and a variable without couplings, in an order of its own."""
    bqm = dimod.BinaryQuadraticModel(vartype)
    for name, bias in {"x": 0.5, "a": -1.0, "lonely": 0.25, "b": 2.0, "y": -0.75}.items():
        bqm.add_linear(name, bias)
    for (u, v), bias in {"ax": 1.5, "xb": -2.0, "by": 0.125}.items():
        bqm.add_quadratic(u, v, bias)
    bqm.offset = 3.0
    return bqm


# -- from a model -----------------------------------------------------------------------------


def test_a_quadratic_model_has_the_energies_of_the_model_on_every_state():
    model = model_with_a_dead_unit()
    bqm = sr.to_ising(model).to_bqm()
    assert bqm.vartype is dimod.SPIN
    assert list(bqm.variables) == list(range(N + M))
    assert bqm.num_interactions == N * M
    bits = states(N + M)
    np.testing.assert_allclose(
        bqm.energies(2.0 * bits - 1.0), model.energy(bits[:, :N], bits[:, N:]), rtol=1e-12
    )


def test_another_sign_of_a_coupling_is_seen():
    model = random_bernoulli(N, M, seed=4)
    bqm = sr.to_ising(model).to_bqm()
    bqm.set_quadratic(1, N, -bqm.get_quadratic(1, N))
    bits = states(N + M)
    difference = bqm.energies(2.0 * bits - 1.0) - model.energy(bits[:, :N], bits[:, N:])
    assert np.abs(difference).max() > 0.01


# -- back to a model --------------------------------------------------------------------------


def assert_same_parameters(one, other):
    for name, value in one.parameters.items():
        np.testing.assert_allclose(
            other.parameters[name], value, rtol=1e-6, atol=1e-6, err_msg=name
        )
    np.testing.assert_array_equal(one.weights, other.weights)


@pytest.mark.parametrize("vartype", ["arrays", "SPIN", "BINARY"])
def test_there_and_back_is_the_same_model(vartype):
    model = model_with_a_dead_unit()
    problem = sr.to_ising(model)
    if vartype != "arrays":
        problem = problem.to_bqm().change_vartype(vartype, inplace=False)
        assert sr.ising_layers(problem) == (list(range(N)), list(range(N, N + M)))
    assert_same_parameters(model, sr.from_ising(problem))


@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
@pytest.mark.parametrize("kind", [dimod.Float32BQM, dimod.Float64BQM, dimod.DictBQM])
def test_energies_of_named_variables_differ_by_a_constant(vartype, kind):
    bqm = kind(problem_with_names(vartype))
    model, layers = sr.from_ising(bqm), sr.ising_layers(bqm)
    assert layers == (["x", "lonely", "y"], ["a", "b"])
    bits = states(5)
    values = bits if vartype == "BINARY" else 2.0 * bits - 1.0
    energies = bqm.energies((values, [*layers.visible, *layers.hidden]))
    constant = energies - model.energy(bits[:, :3], bits[:, 3:])
    np.testing.assert_allclose(constant, constant[0], rtol=0, atol=1e-5)
    if vartype == "SPIN":
        lost = float(bqm.offset) - sr.to_ising(model).offset
        assert constant[0] == pytest.approx(lost, abs=1e-5)


def test_the_visible_variables_may_be_chosen():
    bqm = problem_with_names("SPIN")
    layers = sr.ising_layers(bqm, ["b", "a"])
    assert layers == (["a", "b"], ["x", "lonely", "y"])
    np.testing.assert_array_equal(
        sr.from_ising(bqm, ["a", "b"]).weights,
        sr.from_ising(bqm, ["x", "lonely", "y"]).weights.T,
    )


def test_labels_that_are_numbers_are_sorted():
    bqm = dimod.BinaryQuadraticModel({3: 1.0, 0: 2.0}, {(3, 1): 1.0, (2, 0): 4.0}, "SPIN")
    assert sr.ising_layers(bqm) == ([0, 1], [2, 3])
    np.testing.assert_array_equal(sr.from_ising(bqm).weights, [[-16.0, 0.0], [0.0, -4.0]])


def test_without_couplings_any_layers_do():
    bqm = dimod.BinaryQuadraticModel({"a": 1.0, "b": -1.0, "c": 2.0}, {}, "BINARY")
    assert sr.ising_layers(bqm) == (["a", "b"], ["c"])
    np.testing.assert_array_equal(sr.from_ising(bqm).hidden_bias, [-2.0])


def test_problems_that_no_model_has_are_refused():
    triangle = dimod.BinaryQuadraticModel({}, {"ab": 1.0, "bc": 1.0, "ca": 1.0}, "SPIN")
    with pytest.raises(ValueError, match="couplings of its 3 variables close an odd cycle"):
        sr.from_ising(triangle)
    with pytest.raises(ValueError, match="got 1 variables, expected at least two"):
        sr.from_ising(dimod.BinaryQuadraticModel({"a": 1.0}, {}, "SPIN"))
    with pytest.raises(TypeError, match="problem: got list, expected an IsingModel or"):
        sr.from_ising([1.0])
    named = problem_with_names("SPIN")
    with pytest.raises(ValueError, match=r"got layers that couple ('a' and 'x'|'x' and 'a')"):
        sr.from_ising(named, ["a", "x"])
    with pytest.raises(ValueError, match="visible: got 'z', expected variables of the problem"):
        sr.ising_layers(named, ["a", "z"])
    with pytest.raises(ValueError, match="visible: got a variable twice"):
        sr.ising_layers(named, ["a", "a", "b"])
    with pytest.raises(ValueError, match="visible: got labels, but the layers"):
        sr.from_ising(sr.to_ising(random_bernoulli(2, 2)), [0, 1])
    alone = dimod.BinaryQuadraticModel({"a": 1.0, "b": 1.0}, {}, "SPIN")
    with pytest.raises(ValueError, match="got 2 of 2 variables, expected at least one in each"):
        sr.from_ising(alone, ["a", "b"])
    for bias in (np.nan, np.inf):
        with pytest.raises(ValueError, match="got a quadratic bias that is not finite"):
            sr.from_ising(dimod.BinaryQuadraticModel({}, {"ab": bias}, "SPIN"))


# -- two colours ------------------------------------------------------------------------------


def colours_by_search(n, edges):
    """Depth-first, from the first node of each component; None if a cycle is odd."""
    neighbours = [[] for _ in range(n)]
    for i, j in edges:
        neighbours[i].append(j)
        neighbours[j].append(i)
    colour = [None] * n
    for root in range(n):
        if colour[root] is None:
            colour[root], open_nodes = 0, [root]
            while open_nodes:
                i = open_nodes.pop()
                for j in neighbours[i]:
                    if colour[j] is None:
                        colour[j] = 1 - colour[i]
                        open_nodes.append(j)
                    elif colour[j] == colour[i]:
                        return None
    return colour


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(
                st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(
                    lambda e: e[0] != e[1]
                ),
                max_size=14,
            ),
        )
    )
)
@settings(max_examples=100, deadline=None)
def test_colours_are_those_of_a_search(graph):
    n, edges = graph
    row, col = np.array(edges, np.intp).reshape(-1, 2).T
    found = two_colours(n, row, col)
    expected = colours_by_search(n, edges)
    assert (None if found is None else found.tolist()) == expected


@pytest.mark.parametrize("n", [1000, 1001])
def test_a_long_cycle_has_two_colours_if_it_is_even(n):
    order = np.random.default_rng(n).permutation(n)
    colours = two_colours(n, order, np.roll(order, 1))
    if n % 2:
        assert colours is None
    else:
        assert colours[0] == 0
        assert set(np.abs(np.diff(colours[order].astype(int)))) == {1}


def test_layers_keep_the_order_of_variables():
    visible, hidden = layers_of(read_bqm(problem_with_names("SPIN")))
    assert visible.tolist() == [0, 2, 4]
    assert hidden.tolist() == [1, 3]


# -- files ------------------------------------------------------------------------------------


def read_by_dimod(path):
    if path.suffix == ".json":
        return dimod.BinaryQuadraticModel.from_serializable(json.loads(path.read_text()))
    if path.suffix == ".bqm":
        return dimod.BinaryQuadraticModel.from_file(path.read_bytes())
    with path.open() as file:
        return coo.load(file)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("vartype", ["SPIN", "BINARY"])
def test_dimod_reads_every_digit(tmp_path, suffix, vartype):
    model = model_with_a_dead_unit()
    bqm = sr.to_ising(model).to_bqm().change_vartype(vartype, inplace=False)
    path = tmp_path / f"problem{suffix}"
    sr.save_ising(bqm, path)
    read, ours = read_by_dimod(path), sr.load_ising(path)
    if suffix in (".coo", ".txt"):
        assert read.offset == 0.0
        read.offset = bqm.offset
    for found in (read, ours):
        assert found == bqm
        assert found.vartype is bqm.vartype
        assert found.num_interactions == N * M
    assert_same_parameters(model, sr.from_ising(ours))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_ising_model_is_written_as_its_quadratic_model(tmp_path, suffix):
    problem, path = sr.to_ising(random_bernoulli(4, 3, seed=1)), tmp_path / f"p{suffix}"
    sr.save_ising(problem, path)
    assert sr.load_ising(path) == problem.to_bqm()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_problem_is_a_file_too(tmp_path, suffix):
    path = tmp_path / f"p{suffix}"
    sr.save_ising(dimod.BinaryQuadraticModel({}, {}, 1.5, "BINARY"), path)
    assert sr.load_ising(path) == dimod.BinaryQuadraticModel({}, {}, 1.5, "BINARY")


@pytest.mark.parametrize("suffix", [".json", ".bqm"])
def test_names_are_kept(tmp_path, suffix):
    bqm, path = problem_with_names("BINARY"), tmp_path / f"p{suffix}"
    sr.save_ising(bqm, path)
    assert sr.load_ising(path, "BINARY") == bqm


def test_what_dimod_writes_is_read(tmp_path):
    bqm, path = dimod.BinaryQuadraticModel({7: 1.5}, {(7, 2): -0.25}, "BINARY"), tmp_path / "p.coo"
    with path.open("w") as file:
        coo.dump(bqm, file, vartype_header=True)
    assert sr.load_ising(path) == bqm
    path.write_text(coo.dumps(bqm))
    assert sr.load_ising(path, "BINARY") == bqm
    with pytest.raises(ValueError, match="does not say its vartype, expected the argument vartype"):
        sr.load_ising(path)


def test_only_numbers_are_taken_for_an_offset(tmp_path):
    path = tmp_path / "p.coo"
    for comment, offset in {"offset: each its own": 0.0, "offset=-2.5e1": -25.0}.items():
        path.write_text(f"# vartype=SPIN\n# {comment}\n0 1 0.5\n")
        assert sr.load_ising(path).offset == offset
        with path.open() as file:
            assert coo.load(file).quadratic == {(0, 1): 0.5}


def test_files_that_cannot_be_written(tmp_path):
    with pytest.raises(ValueError, match="names variables by integers from 0 on"):
        sr.save_ising(problem_with_names("SPIN"), tmp_path / "p.coo")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match=r"got suffix '\.npy' of .*, expected \.coo or"):
        sr.save_ising(problem_with_names("SPIN"), tmp_path / "p.npy")
    with pytest.raises(TypeError, match="problem: got int"):
        sr.save_ising(3, tmp_path / "p.coo")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.coo", "# vartype=SPIN\n0 1\n", "got lines of 2 numbers"),
        ("p.coo", "# vartype=SPIN\n0 1 x\n", "could not convert"),
        ("p.coo", "# vartype=SPIN\n0 1.5 1\n", "variables must be integers"),
        ("p.coo", "# vartype=SPIN\n-1 2 1\n", "variables must be integers"),
        ("p.coo", "# vartype=REAL\n0 1 1\n", "the file has vartype REAL"),
        ("p.json", "[1", "not a readable problem"),
        ("p.json", '{"type": "SampleSet"}', "not the JSON of a dimod"),
        ("p.json", '{"type": "BinaryQuadraticModel"}', "not a readable problem"),
        ("p.bqm", "nothing", "not a readable problem"),
    ],
)
def test_files_that_are_no_problems(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ValueError, match=message) as error:
        sr.load_ising(path)
    assert str(path) in str(error.value)


def test_bad_arguments_of_reading(tmp_path):
    sr.save_ising(sr.to_ising(random_bernoulli(2, 2)), tmp_path / "p.coo")
    with pytest.raises(ValueError, match="got vartype BINARY, but the file has SPIN"):
        sr.load_ising(tmp_path / "p.coo", "BINARY")
    with pytest.raises(ValueError, match="vartype: got 'spin', expected one of"):
        sr.load_ising(tmp_path / "p.coo", "spin")
    with pytest.raises(FileNotFoundError):
        sr.load_ising(tmp_path / "absent.json")


def test_without_dimod_there_is_a_sentence(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "dimod", None)
    with pytest.raises(ImportError, match=r'need dimod: pip install "scorerbm\[dwave\]"'):
        sr.to_ising(random_bernoulli(2, 2)).to_bqm()
