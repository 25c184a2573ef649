"""Rounding binary units on any graph to an integer grid: see `grid`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Counts, IntegerGraph, Reals
from .colouring import greedy_colours
from .grid import SATURATION

__all__ = ["build_graph", "graph_from_ising"]

_LARGEST = 2.0**31 - 1
_FINEST_EXPONENT = 60


def build_graph(
    n: int,
    i: ArrayLike,
    j: ArrayLike,
    w: ArrayLike,
    bias: ArrayLike,
    *,
    saturation: float = SATURATION,
) -> IntegerGraph:
    r"""Round weights between binary units to the finest grid on which all sums have 31 bits.

    .. math::

        P(x) \propto \exp\Big(\beta \big(\sum_i b_i x_i + \sum_k w_k x_{i_k} x_{j_k}\big)\Big),
        \quad x \in \{0, 1\}^n

    Parameters
    ----------
    n : int
        Number of units.
    i, j : array_like of int, (E,)
        Pairs of different units. Weights of a pair that comes twice add up.
    w : array_like, (E,)
        Their weights.
    bias : array_like, (n,)
        Log-odds of each unit at β = 1 while its neighbours are 0.
    saturation : float
        A bias is cut where it exceeds the largest sum of weights of any unit by this much, so that
        no bias alone makes the grid coarse. The unit is then constant to exp(-β saturation): divide
        40 by the smallest β, or give infinity to cut none.

    Returns
    -------
    IntegerGraph
        Its scale is a power of two, at most 2⁶⁰; ``log_odds_error`` is the largest error of any
        unit's log-odds at β = 1 over all states.

    Raises
    ------
    ValueError, TypeError
        If numbers or sums of them are not finite, or a pair is not one of two different units.
    """
    n = _check.integer("n", n)
    bias = _check.real_array("bias", bias, (n,))
    first, second = _units("i", i, n), _units("j", j, n)
    if len(second) != len(first):
        raise ValueError(f"j: got {len(second)} units, expected one for each of {len(first)} in i")
    if (first == second).any():
        raise ValueError(f"j: got unit {first[first == second][0]} beside itself in i")
    w = _check.real_array("w", w, (len(first),))
    saturation = _saturation(saturation)
    starts, neighbours, weights = _adjacency(n, first, second, w)
    most, least = (
        _sums(starts, np.maximum(weights, 0.0)),
        _sums(starts, np.minimum(weights, 0.0)),
    )
    limit = float(max(most.max(initial=0.0), -least.min(initial=0.0))) + saturation
    kept = np.clip(bias, -limit, limit)
    reach = float((np.maximum(most, -least) + np.abs(kept)).max(initial=0.0))
    if not math.isfinite(reach):
        raise ValueError("w: the weights of one unit add up to more than a double holds")
    scale = _finest_scale(reach, int(np.diff(starts).max(initial=0)))
    rounded, rounded_bias = np.rint(weights * scale), np.rint(kept * scale)
    dw, db = rounded / scale - weights, rounded_bias / scale - kept
    high, low = (db + _sums(starts, f(dw, 0.0)) for f in (np.maximum, np.minimum))
    error = float(max(high.max(initial=0.0), -low.min(initial=0.0)))
    order, colours = _by_colour(greedy_colours(starts, neighbours))
    return IntegerGraph(
        starts,
        neighbours,
        rounded.astype(np.int32),
        rounded_bias.astype(np.int32),
        scale,
        order,
        colours,
        error,
    )


def graph_from_ising(
    h: ArrayLike, pairs: ArrayLike, J: ArrayLike, *, saturation: float = SATURATION
) -> IntegerGraph:
    r"""Round an Ising model on any graph, as `build_graph`, with spins s = 2x - 1.

    .. math::

        P(s) \propto \exp\Big(-\beta \big(\sum_i h_i s_i + \sum_k J_k s_{i_k} s_{j_k}\big)\Big)

    has weights -4 Jₖ and biases -2 hᵢ + 2 ∑ₖ Jₖ, the sum over the pairs of unit i.

    Parameters
    ----------
    h : array_like, (n,)
        Fields.
    pairs : array_like of int, (E, 2)
        Numbers of two different spins each.
    J : array_like, (E,)
        Couplings.
    saturation : float
        As for `build_graph`.

    Returns
    -------
    IntegerGraph

    Raises
    ------
    ValueError, TypeError
        As `build_graph`.
    """
    h = _check.real_array("h", h, (None,))
    ends = _check.as_array("pairs", pairs)
    if ends.ndim != 2 or ends.shape[1] != 2:
        raise ValueError(f"pairs: got shape {ends.shape}, expected (any, 2)")
    first, second = (_units("pairs", column, len(h)) for column in ends.T)
    J = _check.real_array("J", J, (len(ends),))
    around = sum(np.bincount(end, J, len(h)) for end in (first, second))
    return build_graph(
        len(h), first, second, -4.0 * J, 2.0 * around - 2.0 * h, saturation=saturation
    )


def _saturation(value: float) -> float:
    return math.inf if value == math.inf else _check.number("saturation", value, minimum=0.0)


def _units(name: str, value: ArrayLike, n: int) -> NDArray[np.intp]:
    """Numbers of units, checked."""
    units = _check.as_array(name, value)
    if units.ndim != 1:
        raise ValueError(f"{name}: got shape {units.shape}, expected (any,)")
    if units.dtype.kind not in "iu" and units.size > 0:
        raise TypeError(f"{name}: got dtype {units.dtype}, expected integers")
    wrong = (units < 0) | (units >= n)
    if wrong.any():
        raise ValueError(f"{name}: got unit {units[wrong][0]}, expected 0 to {n - 1}")
    return units.astype(np.intp)


def _adjacency(
    n: int, first: NDArray[np.intp], second: NDArray[np.intp], w: Reals
) -> tuple[Counts, Counts, Reals]:
    """Neighbours of each unit in ascending order, and their weights; pairs given twice are one."""
    # Rows and columns of a sparse symmetric matrix.
    place = np.concatenate([first * n + second, second * n + first])
    place, back = np.unique(place, return_inverse=True)
    weights: Reals = np.bincount(back, np.concatenate([w, w]), len(place)).astype(np.float64)
    row, column = np.divmod(place, max(n, 1))
    starts = np.searchsorted(row, np.arange(n + 1)).astype(np.int32)
    return starts, column.astype(np.int32), weights


def _sums(starts: Counts, terms: Reals) -> Reals:
    """Sums over the neighbours of each unit."""
    n = len(starts) - 1
    unit = np.repeat(np.arange(n), np.diff(starts))
    return np.bincount(unit, terms, n).astype(np.float64)


def _finest_scale(reach: float, degree: int) -> float:
    """Return the largest power of two on which a sum of this size and degree fits 31 bits."""
    if reach == 0.0:
        return 1.0
    # Half a unit of rounding for each term.
    exponent = math.frexp((_LARGEST - 0.5 * (degree + 1)) / reach)[1] - 1
    return math.ldexp(1.0, min(exponent, _FINEST_EXPONENT))


def _by_colour(colours: Counts) -> tuple[Counts, Counts]:
    """Units sorted by colour, and where each colour starts."""
    n_colours = int(colours.max(initial=-1)) + 1
    order: NDArray[Any] = np.argsort(colours, kind="stable")
    bounds = np.searchsorted(colours[order], np.arange(n_colours + 1))
    return order.astype(np.int32), bounds.astype(np.int32)
