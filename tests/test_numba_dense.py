"""Products and relaxed units that Numba compiles: odd sizes, edges, and CPUs without fused adds."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from scorerbm.backends import Backend, get_backend
from scorerbm.backends.protocol import Floats
from scorerbm.backends.protocol.dense import Dense
from scorerbm.gumbel import expectation_table

pytest.importorskip("numba")
pytestmark = pytest.mark.numba

NUMBA: Backend = get_backend("numba")
REFERENCE: Backend = get_backend("reference")


def factors(rows: int, depth: int, width: int) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng([rows, depth, width])

    def draw(*shape: int) -> Floats:
        return rng.standard_normal(shape).astype(np.float32)

    return draw(rows, depth), draw(depth, width), draw(width)


# Beyond a block of depth, a block of panels, and with every number of rows left over.
@pytest.mark.parametrize("shape", [(11, 265, 273), (6, 600, 16), (5, 1, 300), (1, 9, 1), (4, 3, 0)])
def test_products_of_any_size_have_the_references_bits(shape: tuple[int, int, int]) -> None:
    a, b, start = factors(*shape)
    for given in (b, np.asfortranarray(b)):
        found = NUMBA.fused_product(a, given, start, 1)
        expected = REFERENCE.fused_product(a, given, start, 1)
        assert found.tobytes() == expected.tobytes()
        assert found.shape == expected.shape


def test_a_product_rounded_twice_is_another_number() -> None:
    a, b, start = factors(11, 265, 273)
    twice = np.tile(start, (11, 1))
    for k in range(265):
        twice += a[:, k : k + 1] * b[k]
    assert (twice != NUMBA.fused_product(a, b, start, 1)).any()


def test_what_is_not_a_number_stays_so() -> None:
    x = np.array([np.nan, 1.0, -np.inf, np.inf, -0.0], np.float32)
    table = expectation_table(0.3)
    found, expected = (b.expectation(x, table) for b in (NUMBA, REFERENCE))
    np.testing.assert_array_equal(found, expected)
    assert np.isnan(found[0])


def test_no_operation_is_inherited_from_numpy() -> None:
    names = [name for name in vars(Dense) if not name.startswith("_")]
    assert "pathwise_gradient" in names
    for name in names:
        assert getattr(type(NUMBA), name) is not getattr(type(REFERENCE), name)


def test_a_cpu_without_fused_instructions_rounds_once_too() -> None:
    program = """
        from test_numba_dense import NUMBA, REFERENCE, factors
        from numba.core.registry import cpu_target
        a, b, start = factors(9, 30, 40)
        found, expected = (x.fused_product(a, b, start, 1) for x in (NUMBA, REFERENCE))
        assert found.tobytes() == expected.tobytes()
        print(cpu_target.target_context.codegen()._tm_features or "none")
    """
    environment = os.environ | {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=environment,
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "fma" not in done.stdout
