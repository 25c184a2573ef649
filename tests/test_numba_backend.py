"""The kernels that Numba compiles return the reference's bits, on any threads, and are kept."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.backend_cases import SIZES, Problem, Results, assert_same_bits
from helpers.models import random_bernoulli
from scorerbm import BlockGibbs, GibbsDenoiser, ParallelTempering, ReverseSDE
from scorerbm.backends import Backend, get_backend
from scorerbm.sample.base import Sampler

pytest.importorskip("numba")
pytestmark = pytest.mark.numba

from scorerbm.backends.numba import (  # noqa: E402
    binary_units,
    bit_sweeps,
    dense,
    graphs,
    paths,
    threads,
)

NUMBA: Backend = get_backend("numba")
REFERENCE: Backend = get_backend("reference")


@cache
def reference_results(size: tuple[int, int, int]) -> Results:
    return Problem(*size).run(REFERENCE)


@pytest.mark.parametrize("size", SIZES)
def test_numba_equals_reference(size: tuple[int, int, int]) -> None:
    assert_same_bits(Problem(*size).run(NUMBA), reference_results(size))


@pytest.mark.parametrize("n_threads", [2, 7])
def test_threads_that_really_start_change_nothing(n_threads: int) -> None:
    problem = Problem(1100, 65, 63)  # more than one tile of chains
    assert_same_bits(problem.run(NUMBA, n_threads), problem.run(REFERENCE))


def test_calls_cut_short_to_look_for_signals_change_nothing(monkeypatch: Any) -> None:
    problem = Problem(1100, 65, 63)
    monkeypatch.setattr(threads, "_LONGEST_CALL", 1)
    calls = []
    modules = (binary_units, bit_sweeps, dense, graphs, paths)
    for module in modules:

        def counted(*arguments: Any, module: Any = module) -> None:
            calls.append(module)
            threads.in_rows(*arguments)

        monkeypatch.setattr(module, "in_rows", counted)
    assert_same_bits(problem.run(NUMBA), problem.run(REFERENCE))
    assert all(calls.count(module) > 10 for module in modules)


def test_observations_of_some_chains_at_a_time_change_nothing(monkeypatch: Any) -> None:
    problem = Problem(33, 65, 63)
    monkeypatch.setattr(bit_sweeps, "_MOST_OFFSETS", 5 * 65)
    assert_same_bits(problem.train(NUMBA, 1), problem.train(REFERENCE, 1))


def test_statistics_of_more_rows_than_fit_a_sum_of_32_bits() -> None:
    problem = Problem(2500, 65, 63)
    assert_same_bits(problem.train(NUMBA, 2), problem.train(REFERENCE, 1))


def test_the_comparison_sees_one_bit() -> None:
    results = Problem(3, 7, 8).run(NUMBA)
    changed = {**results, "normal": np.nextafter(results["normal"], np.float32(np.inf))}
    with pytest.raises(AssertionError, match="normal"):
        assert_same_bits(changed, results)


@pytest.mark.parametrize("p", [0.0, 2.0**-18, 1e-7, 0.5, 0.5 + 2.0**-20, 1.0 - 1e-7, 1.0])
def test_bernoulli_ties_are_the_same_bits(p: float) -> None:
    probability = np.full((300, 1000), p)
    chains = np.arange(300, dtype=np.uint32)
    got, expected = (
        b.bernoulli(probability, chains, (1, 2), step=0, domain=1) for b in (NUMBA, REFERENCE)
    )
    np.testing.assert_array_equal(got, expected)


def test_elementary_functions_at_the_ends() -> None:
    x = np.array([0.0, -0.0, np.inf, -np.inf, 708.5, -708.5, 1e300, -1e300, 5e-324])
    for name in ("sigmoid", "softplus"):
        np.testing.assert_array_equal(getattr(NUMBA, name)(x), getattr(REFERENCE, name)(x))
        assert np.isnan(getattr(NUMBA, name)(np.array([np.nan])))[0]


@pytest.mark.parametrize(
    "sampler",
    [
        BlockGibbs(n_sweeps=9),
        ParallelTempering(n_sweeps=6, betas=[0.2, 0.6, 1.0], swap_every=2),
        ReverseSDE(n_steps=40, denoiser=GibbsDenoiser(n_sweeps=2)),
    ],
    ids=lambda sampler: type(sampler).__name__,
)
def test_samplers_draw_the_same(sampler: Sampler) -> None:
    model = random_bernoulli(40, 23, seed=3)
    got, expected = (
        replace(sampler, backend=name).sample(model, 100, seed=5) for name in ("numba", "native")
    )
    np.testing.assert_array_equal(got.visible, expected.visible)
    np.testing.assert_array_equal(got.hidden, expected.hidden)
    assert got.info["backend"] == "numba"


def run_python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


KEPT = """
    import numpy as np
    from scorerbm.backends import get_backend
    from scorerbm.backends.numba import real_numbers
    backend = get_backend("numba")
    backend.normal(np.arange(3, dtype=np.uint32), 5, (1, 2), step=0, domain=2)
    stats = real_numbers._normal.stats
    print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""


def test_machine_code_is_kept_for_other_processes() -> None:
    run_python(KEPT)
    assert run_python(KEPT).split() == ["1", "0"]


def test_kept_code_is_stale_once_any_file_of_kernels_changes() -> None:
    changed = """
        import importlib
        from scorerbm.backends.numba import jit, real_numbers
        jit.stamp = lambda: "of other sources"
        importlib.reload(real_numbers)
    """
    run_python(KEPT)
    program = textwrap.dedent(changed) + textwrap.dedent(KEPT)
    assert run_python(program).split() == ["0", "1"]


def test_constants_compiled_into_kernels_are_among_what_makes_code_stale() -> None:
    from scorerbm.backends import protocol, reference
    from scorerbm.backends.numba import jit

    for package, name in ((reference, "elementary"), (reference, "single"), (protocol, "types")):
        assert Path(package.__file__ or "").with_name(f"{name}.py") in jit._sources()


def test_kernels_are_compiled_where_nothing_can_be_kept() -> None:
    """As in a container whose files are read-only."""
    program = """
        from numba.core.caching import FunctionCache
        FunctionCache._impl_class._locator_classes = []
        import numpy as np
        from scorerbm.backends import get_backend
        chains = np.arange(3, dtype=np.uint32)
        drawn = [
            get_backend(name).uniform(chains, 5, (1, 2), step=0, domain=5)
            for name in ("numba", "reference")
        ]
        assert (drawn[0] == drawn[1]).all()
        import scorerbm.numba
    """
    run_python(program)


def test_numba_serves_where_there_is_no_native_build() -> None:
    program = """
        import sys
        sys.modules["scorerbm._core"] = None
        from scorerbm.backends import get_backend
        print(get_backend().name)
    """
    assert run_python(program).strip() == "numba"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_can_use_threads() -> None:
    program = """
        import os, warnings
        from helpers.backend_cases import Problem, assert_same_bits
        from scorerbm.backends import get_backend
        warnings.simplefilter("ignore")
        backend, problem = get_backend("numba"), Problem(700, 65, 63)
        before = problem.run(backend, 2)
        child = os.fork()
        assert_same_bits(problem.run(backend, 2), before)
        if child == 0:
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    """
    run_python(program)
