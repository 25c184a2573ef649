"""The comparison of backends on operations made of matrix products, on two that are there."""

from __future__ import annotations

from dense_backends import ESTIMATORS, compare, operations
from scorerbm.backends import get_backend


def test_every_operation_has_times():
    native, reference = get_backend("native"), get_backend("reference")
    found = {
        name: compare(call, native, reference, 1) for name, call in operations((5, 4), n_rows=3)
    }
    assert len(found) == 2 * len(ESTIMATORS) - 1  # there is no gradient by a table
    assert all(x >= 0.0 for times in found.values() for x in times)
