"""The native backend returns the reference's bits, and both draw what they say they draw."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from helpers.backend_cases import KEY, SIZES, Problem, Results, assert_same_bits, digests
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square, kolmogorov_smirnov, z_test
from scorerbm import _core
from scorerbm.backends import BACKENDS, Backend, Domain, IntegerRBM, get_backend, native
from scorerbm.backends.bits import pack_bits
from scorerbm.backends.reference.philox import philox

Array = NDArray[Any]

NATIVE: Backend = get_backend("native")
REFERENCE: Backend = get_backend("reference")
THREADS = [1, 2, 7]


@cache
def reference_results(size: tuple[int, int, int]) -> Results:
    return Problem(*size).run(REFERENCE)


# -- the same bits ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("n_threads", THREADS)
def test_native_equals_reference(size: tuple[int, int, int], n_threads: int) -> None:
    problem = Problem(*size)
    assert_same_bits(problem.run(NATIVE, n_threads), reference_results(size))


@pytest.mark.parametrize("lookup", ["rows", "4", "5", "6", "registers"])
@pytest.mark.parametrize("size", [(33, 65, 63), (9, 300, 20), (130, 9, 17)])
def test_every_lookup_returns_the_same_bits(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int, int], lookup: str
) -> None:
    monkeypatch.setenv("SCORERBM_LOOKUP", lookup)
    problem = Problem(*size)
    plan = NATIVE.plan(problem.narrow, size[0], 1)
    shown = {"rows": "rows", "registers": "lookup in registers"}
    assert plan["kernel"] == shown.get(lookup, f"lookup of {lookup} bits")
    assert_same_bits(problem.run(NATIVE), reference_results(size))


@pytest.mark.parametrize("lookup", ["rows", "registers"])
def test_statistics_need_no_sweep_before_them(monkeypatch: pytest.MonkeyPatch, lookup: str) -> None:
    """Tables for registers, which sweeps build, may not be there."""
    monkeypatch.setenv("SCORERBM_LOOKUP", lookup)
    p = Problem(100, 200, 130)
    words = pack_bits(p.v)
    for rbm in (p.narrow, p.shared):
        found, expected = (
            backend.contrast(rbm, words, words[::3].copy(), free_energy=True, n_threads=1)
            for backend in (NATIVE, REFERENCE)
        )
        assert np.array_equal(found.weights, expected.weights)
        assert np.array_equal(found.hidden, expected.hidden)


def test_an_unknown_lookup_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCORERBM_LOOKUP", "7")
    problem = Problem(3, 4, 5)
    with pytest.raises(
        ValueError, match=r"SCORERBM_LOOKUP: got '7', expected rows, 4, 5, 6 or registers"
    ):
        problem.run(NATIVE)


@settings(max_examples=25, deadline=None)
@given(
    chains=st.integers(0, 70),
    visible=st.integers(1, 140),
    hidden=st.integers(1, 140),
    seed=st.integers(0, 2**32),
)
def test_native_equals_reference_at_any_size(
    chains: int, visible: int, hidden: int, seed: int
) -> None:
    problem = Problem(chains, visible, hidden, seed)
    assert_same_bits(problem.run(NATIVE), problem.run(REFERENCE))


@pytest.mark.parametrize("n_threads", [2, 7])
def test_threads_that_really_start_change_nothing(n_threads: int) -> None:
    problem = Problem(700, 65, 63)  # enough work for several threads
    assert_same_bits(problem.run(NATIVE, n_threads), problem.run(NATIVE, 1))


def test_the_comparison_sees_one_bit() -> None:
    results = Problem(3, 7, 8).run(NATIVE)
    changed = {**results, "normal": np.nextafter(results["normal"], np.float32(np.inf))}
    with pytest.raises(AssertionError, match="normal"):
        assert_same_bits(changed, results)


@pytest.mark.parametrize("level", _core.compiled_levels())
def test_every_cpu_level_returns_the_same_bits(level: str) -> None:
    if level not in _core.supported_levels():
        pytest.skip(f"this CPU has no {level}")
    program = """
        import json
        from helpers.backend_cases import SIZES, Problem, digests
        from scorerbm.backends import get_backend
        native = get_backend("native")
        found = [digests(Problem(*size).run(native)) for size in SIZES]
        print(json.dumps([native.cpu_level, found]))
    """
    used, found = json.loads(run_python(program, level=level))
    assert used == level
    assert found == [digests(reference_results(size)) for size in SIZES]


@pytest.mark.parametrize("backend", [NATIVE, REFERENCE], ids=["native", "reference"])
@pytest.mark.parametrize("cuts", [[1], [8, 9], [31, 32, 33, 34], [64, 129]])
def test_any_split_of_a_batch_returns_the_same_bits(backend: Backend, cuts: list[int]) -> None:
    p = Problem(130, 17, 9)

    def gibbs(rows: slice) -> Array:
        rbm = p.per_chain._replace(visible_bias=p.per_chain.visible_bias[rows])
        result = backend.gibbs(
            rbm,
            p.v[rows],
            p.chains[rows],
            KEY,
            first_sweep=2,
            n_sweeps=2,
            beta=p.beta[rows],
            mean=True,
            n_threads=2,
        )
        assert result.mean is not None
        noise = backend.normal(p.chains[rows], 17, KEY, step=1, domain=Domain.NORMAL)
        return np.hstack([result.visible, result.hidden, result.mean, noise])

    edges = [0, *cuts, 130]
    parts = [gibbs(slice(a, b)) for a, b in pairwise(edges)]
    np.testing.assert_array_equal(np.vstack(parts), gibbs(slice(None)))


@pytest.mark.parametrize("backend", [NATIVE, REFERENCE], ids=["native", "reference"])
def test_sweeps_continue_where_they_stopped(backend: Backend) -> None:
    p = Problem(33, 17, 9)

    def gibbs(v: Array, first: int, count: int) -> Array:
        return backend.gibbs(
            p.shared,
            v,
            p.chains,
            KEY,
            first_sweep=first,
            n_sweeps=count,
            beta=p.beta,
            mean=False,
            n_threads=1,
        ).visible

    np.testing.assert_array_equal(gibbs(gibbs(p.v, 5, 2), 7, 3), gibbs(p.v, 5, 5))


@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3, 4)])
@pytest.mark.parametrize("name", ["sigmoid", "softplus"])
def test_elementwise_functions_accept_any_shape(name: str, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(0.0, 300.0, shape)
    got, expected = (np.asarray(getattr(b, name)(x)) for b in (NATIVE, REFERENCE))
    assert got.shape == shape
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(getattr(NATIVE, name)(x.T), expected.T)


def test_elementary_functions_at_the_ends() -> None:
    x = np.array([0.0, -0.0, np.inf, -np.inf, 708.5, -708.5, 1e300, -1e300, 5e-324])
    for name in ("sigmoid", "softplus"):
        np.testing.assert_array_equal(getattr(NATIVE, name)(x), getattr(REFERENCE, name)(x))
    assert np.isnan(NATIVE.sigmoid(np.array([np.nan])))[0]
    assert np.isnan(NATIVE.softplus(np.array([np.nan])))[0]


@pytest.mark.parametrize("p", [0.0, 2.0**-18, 1e-7, 0.5, 0.5 + 2.0**-20, 1.0 - 1e-7, 1.0])
def test_bernoulli_ties_are_the_same_bits(p: float) -> None:
    probability = np.full((300, 1000), p)
    chains = np.arange(300, dtype=np.uint32)
    got, expected = (
        b.bernoulli(probability, chains, KEY, step=0, domain=1) for b in (NATIVE, REFERENCE)
    )
    np.testing.assert_array_equal(got, expected)


# -- known answers ------------------------------------------------------------------------------

ONES = 0xFFFFFFFF


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES,) * 4, (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_known_answers(
    counter: tuple[int, int, int, int], key: tuple[int, int], words: tuple[int, ...]
) -> None:
    block, chain, step, domain = counter
    got = philox(np.array([block]), np.array([chain]), step, domain, key)
    assert tuple(int(w[0]) for w in got) == words


def test_native_uniform_is_the_known_block() -> None:
    got = NATIVE.uniform(np.zeros(1, np.uint32), 2, (0, 0), step=0, domain=0)[0]
    expected = [0x6627E8D5E169C58D >> 11, 0xBC57AC4C9B00DBD8 >> 11]
    np.testing.assert_array_equal(got, np.array(expected) * 2.0**-53)


def test_linear_and_enumeration_mean_what_they_say() -> None:
    rng = np.random.default_rng(1)
    x, W, a, b = (rng.standard_normal(s) for s in [(5, 6), (6, 4), (6,), (4,)])
    np.testing.assert_allclose(NATIVE.linear(x, W, b, 1), b + x @ W, rtol=1e-13, atol=1e-13)
    states = (np.arange(64)[:, None] >> np.arange(6)) & 1
    others = (np.arange(16)[:, None] >> np.arange(4)) & 1
    energy = (states @ W) @ others.T + (states @ a)[:, None] + others @ b
    expected = np.log(np.exp(energy).sum(axis=1))
    np.testing.assert_allclose(NATIVE.enumerate_states(W, a, b, 1), expected, rtol=1e-13)


# -- distributions ------------------------------------------------------------------------------


def noise(kind: str) -> Array:
    chains = np.arange(200, dtype=np.uint32)
    values: Array = getattr(NATIVE, kind)(chains, 999, KEY, step=4, domain=Domain.NORMAL)
    return values


CUMULATIVE = {
    "uniform": stats.uniform.cdf,
    "normal": stats.norm.cdf,
    "logistic": stats.logistic.cdf,
}


@pytest.mark.parametrize("kind", CUMULATIVE)
def test_noise_has_its_distribution(kind: str) -> None:
    x = noise(kind)
    assert kolmogorov_smirnov(x, CUMULATIVE[kind]) > ACCEPT
    assert kolmogorov_smirnov(1.03 * x + 0.03, CUMULATIVE[kind]) < REJECT


@pytest.mark.parametrize("kind", CUMULATIVE)
def test_noise_is_independent(kind: str) -> None:
    ranks = CUMULATIVE[kind](noise(kind)) - 0.5

    def correlation(a: Array, b: Array) -> float:
        return z_test((a * b).mean(), 0.0, 1.0 / (12.0 * np.sqrt(a.size)))

    # Neighbours in a row (both of a pair, of a block, of two blocks) and in a column.
    in_row = [correlation(ranks[:, lag:], ranks[:, :-lag]) for lag in (1, 2, 4, 5)]
    assert bonferroni([*in_row, correlation(ranks[1:], ranks[:-1])]) > ACCEPT
    assert correlation(ranks, ranks) < REJECT


def count_ones(p: float, millions: int, draw: Callable[..., Array]) -> int:
    probability = np.full((1000, 1000), p)
    chains = np.arange(1000, dtype=np.uint32)
    return sum(
        int(np.count_nonzero(draw(probability, chains, KEY, step=step, domain=Domain.VISIBLE)))
        for step in range(millions)
    )


def first_digits_only(
    probability: Array, chains: Array, key: tuple[int, int], *, step: int, domain: int
) -> Array:
    """Bernoulli draws that ignore ties: p is cut to a multiple of 2⁻¹⁶."""
    cut = np.floor(probability * 65536.0) / 65536.0
    return NATIVE.bernoulli(cut, chains, key, step=step, domain=domain)


@pytest.mark.parametrize("p", [0.5, 1 / 3, 0.9, 1e-3, 1.0 - 1e-3])
def test_bernoulli_frequency(p: float) -> None:
    ones = count_ones(p, 2, NATIVE.bernoulli)
    counts = np.array([ones, 2_000_000 - ones])
    assert chi_square(counts, np.array([p, 1.0 - p])) > ACCEPT
    wrong = p + 10.0 * np.sqrt(p * (1.0 - p) / 2e6)
    assert chi_square(counts, np.array([wrong, 1.0 - wrong])) < REJECT


@pytest.mark.parametrize("p", [2.0**-18, 1.0 - 2.0**-18, 1.5 * 2.0**-17])
def test_bernoulli_beyond_sixteen_digits(p: float) -> None:
    n = 16_000_000
    assert stats.binomtest(count_ones(p, 16, NATIVE.bernoulli), n, p).pvalue > ACCEPT
    assert stats.binomtest(count_ones(p, 16, first_digits_only), n, p).pvalue < REJECT


@pytest.mark.parametrize("p", [1e-7, 1.0 - 1e-7])
def test_bernoulli_at_extreme_probabilities(p: float) -> None:
    n = 100_000_000
    ones = count_ones(p, n // 1_000_000, NATIVE.bernoulli)
    low, high = stats.poisson.interval(1.0 - ACCEPT, 10.0)
    assert low <= min(ones, n - ones) <= high
    assert low > 0  # draws without refinement find none and would be refused


def test_bernoulli_ends_are_certain() -> None:
    assert count_ones(0.0, 1, NATIVE.bernoulli) == 0
    assert count_ones(1.0, 1, NATIVE.bernoulli) == 1_000_000


def exact_distribution(rbm: IntegerRBM, beta: float) -> Array:
    """p(v, h), bits of v first, by enumeration."""
    N, M = rbm.weights.shape
    v = ((np.arange(1 << N)[:, None] >> np.arange(N)) & 1).astype(float)
    h = ((np.arange(1 << M)[:, None] >> np.arange(M)) & 1).astype(float)
    energy = (v @ rbm.weights) @ h.T + (v @ rbm.visible_bias)[:, None] + h @ rbm.hidden_bias
    p = np.exp(beta * energy / rbm.scale)
    return p / p.sum()


def test_gibbs_samples_the_enumerated_distribution() -> None:
    rng = np.random.default_rng(5)
    W = rng.integers(-1200, 1200, (4, 3), dtype=np.int32)
    b, c = (rng.integers(-800, 800, n, dtype=np.int32) for n in (4, 3))
    rbm = IntegerRBM(W, np.ascontiguousarray(W.T), b, c, 1024.0)
    n = 100_000
    result = NATIVE.gibbs(
        rbm,
        rng.integers(0, 2, (n, 4), dtype=np.uint8),
        np.arange(n, dtype=np.uint32),
        KEY,
        first_sweep=0,
        n_sweeps=60,
        beta=np.full(n, 0.8),
        mean=False,
        n_threads=2,
    )
    # The last v is drawn given the last h: the pair is a sample.
    states = result.visible @ (1 << np.arange(4)), result.hidden @ (1 << np.arange(3))
    counts = np.zeros((16, 8))
    np.add.at(counts, states, 1)
    assert chi_square(counts, exact_distribution(rbm, 0.8)) > ACCEPT
    assert chi_square(counts, exact_distribution(rbm, 0.85)) < REJECT


# -- arguments, threads, processes --------------------------------------------------------------


def test_unknown_backend_is_named() -> None:
    with pytest.raises(ValueError, match=r"'numba9'.*'native', 'numba', 'reference'"):
        get_backend("numba9")


def test_auto_is_the_first_backend() -> None:
    assert next(iter(BACKENDS)) == "native"
    assert get_backend() is get_backend("native")


@pytest.mark.parametrize("name", BACKENDS)
def test_backends_offer_the_protocol(name: str) -> None:
    if name == "numba":
        pytest.importorskip("numba")
    backend = get_backend(name)
    assert isinstance(backend, Backend)
    assert backend.name == name


X = np.zeros((4, 3))
W = np.zeros((3, 2))
CHAINS = np.zeros(4, np.uint32)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: NATIVE.linear(X, W.T, np.zeros(2), 1), ValueError, r"weights: got shape \(2, 3\)"),
        (lambda: NATIVE.linear(X, W[:2], np.zeros(2), 1), ValueError, "weights"),
        (lambda: NATIVE.linear(X[:, ::-1], W, np.zeros(2), 1), ValueError, "x: .*contiguous"),
        (lambda: NATIVE.linear(X, W, np.zeros((5, 2)), 1), ValueError, "bias"),
        (lambda: NATIVE.linear(X.astype("f4"), W, np.zeros(2), 1), TypeError, "x: .*float32"),
        (lambda: NATIVE.linear([[1.0]], W, np.zeros(2), 1), TypeError, "x: expected a NumPy"),
        (lambda: NATIVE.linear(X, W, np.zeros(2), -1), TypeError, None),
        (lambda: NATIVE.bernoulli(X, CHAINS[:3], KEY, step=0, domain=0), ValueError, "chains"),
        (lambda: NATIVE.normal(CHAINS, -1, KEY, step=0, domain=0), ValueError, "width"),
        (lambda: NATIVE.normal(CHAINS, 1, KEY, step=2**32, domain=0), TypeError, None),
        (lambda: NATIVE.normal(CHAINS, 1, (2**32, 0), step=0, domain=0), TypeError, None),
        (lambda: NATIVE.enumerate_states(W, np.zeros(2), np.zeros(2), 1), ValueError, "enumerated"),
        (
            lambda: NATIVE.enumerate_states(np.zeros((41, 1)), np.zeros(41), np.zeros(1), 1),
            ValueError,
            "40 units",
        ),
        (
            lambda: NATIVE.conditional(
                np.zeros((4, 3), np.uint8), np.zeros((3, 2), np.int32), np.zeros(2, "i4"), 0.0, 1
            ),
            ValueError,
            "scale",
        ),
    ],
)
def test_wrong_arguments_are_named(
    call: Callable[[], Any], error: type[Exception], message: str | None
) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"n_sweeps": 0}, ValueError, "n_sweeps"),
        ({"first_sweep": 2**32 - 1, "n_sweeps": 2}, ValueError, "32 bits"),
        ({"beta": np.ones(4)}, ValueError, "beta"),
        ({"n_threads": -1}, TypeError, None),
    ],
)
def test_wrong_gibbs_arguments_are_named(
    changes: dict[str, Any], error: type[Exception], message: str | None
) -> None:
    p = Problem(3, 7, 8)
    arguments = {"first_sweep": 0, "n_sweeps": 1, "beta": p.beta, "mean": False, "n_threads": 1}
    with pytest.raises(error, match=message):
        NATIVE.gibbs(p.shared, p.v, p.chains, KEY, **{**arguments, **changes})


def test_arguments_are_left_as_they_were() -> None:
    p = Problem(33, 17, 9)
    before = [p.v.copy(), p.x.copy(), p.probability.copy()]
    p.run(NATIVE)
    for old, new in zip(before, [p.v, p.x, p.probability], strict=True):
        np.testing.assert_array_equal(old, new)


def run_python(program: str, level: str | None = None) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "SCORERBM_CPU_LEVEL"}
    if level is not None:
        environment["SCORERBM_CPU_LEVEL"] = level
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=environment,
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


def test_unknown_cpu_level_is_an_error_that_lists_the_supported() -> None:
    # Not an ImportError: "auto" must not fall back in silence to the reference.
    program = "from scorerbm.backends import get_backend; get_backend()"
    with pytest.raises(RuntimeError) as failure:
        run_python(program, level="x86-64-v9")
    message = str(failure.value).splitlines()[-1]
    assert message.startswith("ValueError: SCORERBM_CPU_LEVEL: got 'x86-64-v9'")
    assert all(level in message for level in native.cpu_levels().supported)


def test_levels_are_reported() -> None:
    levels = native.cpu_levels()
    assert levels.used in levels.supported
    assert set(levels.supported) <= set(levels.compiled)
    assert NATIVE.cpu_level == levels.used


def test_the_highest_supported_level_is_used_by_default() -> None:
    program = "from scorerbm.backends.native import cpu_levels; print(cpu_levels().used)"
    assert run_python(program).strip() == native.cpu_levels().supported[-1]


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs CPU affinity")
def test_hardware_threads_respect_affinity() -> None:
    program = """
        import os
        from scorerbm import _core
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(_core.hardware_threads())
    """
    assert run_python(program).strip() == "1"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_can_use_threads() -> None:
    program = """
        import os, warnings
        from helpers.backend_cases import Problem, assert_same_bits
        from scorerbm.backends import get_backend
        warnings.simplefilter("ignore")
        native, problem = get_backend("native"), Problem(700, 65, 63)
        before = problem.run(native, 2)
        child = os.fork()
        assert_same_bits(problem.run(native, 2), before)
        if child == 0:
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    """
    run_python(program)
