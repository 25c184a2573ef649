"""What methods in nopython code are given: states that are looked at before they are read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from .errors import FiniteError, RowsError, ShapeError, UnitsError
from .jit import by_type, inner

__all__ = ["are_states", "check_h", "check_rows", "check_v", "check_v_t", "n_rows", "row"]


def are_states(*given: Any) -> bool:
    """Whether types are those of one state, (K,), or of several, (B, K)."""
    return all(
        isinstance(x, types.Array)
        and x.ndim in (1, 2)
        and isinstance(x.dtype, (types.Boolean, types.Integer, types.Float))
        for x in given
    )


def row(states: Any, r: Any) -> Any:
    """Row r of several states, or the only one."""
    raise NotImplementedError  # in nopython code only


@by_type(row)
def _row(states: Any, r: Any) -> Any:
    def one(states: Any, r: Any) -> Any:
        return states

    def several(states: Any, r: Any) -> Any:
        return states[r]

    return one if states.ndim == 1 else several


def n_rows(v: Any, h: Any) -> Any:
    """Rows that several visible or hidden states have."""
    raise NotImplementedError


@by_type(n_rows)
def _n_rows(v: Any, h: Any) -> Any:
    def of_visible(v: Any, h: Any) -> Any:
        return v.shape[0]

    def of_hidden(v: Any, h: Any) -> Any:
        return h.shape[0]

    return of_visible if v.ndim == 2 else of_hidden


@inner
def check_rows(v: Any, h: Any) -> None:
    """Refuse several visible and several hidden states that are not as many."""
    if v.ndim == 2 and h.ndim == 2 and v.shape[0] != h.shape[0]:
        raise RowsError(h.shape[0], v.shape[0])


def _checker(name: str) -> Any:
    """A function that refuses states of another size than a layer, or with infinite numbers.

    Nopython code looks at no bounds by itself.
    """

    @inner
    def check(states: Any, n_units: Any) -> None:
        if states.shape[-1] != n_units:
            if states.ndim == 1:
                raise UnitsError(name, states.shape[0], n_units)
            raise ShapeError(name, states.shape[0], states.shape[-1], n_units)
        for x in states.flat:
            if not np.isfinite(x):
                raise FiniteError(name, x)

    return check


check_v, check_h, check_v_t = _checker("v"), _checker("h"), _checker("v_t")
