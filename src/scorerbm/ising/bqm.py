"""Quadratic models of Ocean as arrays, and their two layers where they have two."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Reals

__all__ = ["QuadraticModel", "is_bqm", "layers_of", "read_bqm", "two_colours"]

Index = NDArray[np.integer[Any]]
Colours = NDArray[np.uint8]


class QuadraticModel(NamedTuple):
    """What a `dimod.BinaryQuadraticModel` holds, in float64.

    E(x) = Σ_k linear_k x_k + Σ_e quadratic_e x_row x_col + offset, with x in {-1, 1} or {0, 1}.
    """

    labels: list[Any]
    """Name of each variable."""
    linear: Reals
    """(K,)"""
    row: Index
    col: Index
    """(E,): the two variables of each coupling."""
    quadratic: Reals
    """(E,)"""
    offset: float
    spin: bool
    """Whether variables are -1 and 1, not 0 and 1."""

    def in_bits(self) -> QuadraticModel:
        """Return the model with the same energies over bits x = (1 + s)/2."""
        if not self.spin:
            return self
        q = 4.0 * self.quadratic
        linear, n = 2.0 * self.linear, len(self.linear)
        linear -= 0.5 * np.bincount(self.row, q, n)
        linear -= 0.5 * np.bincount(self.col, q, n)
        offset = self.offset - float(self.linear.sum()) + float(self.quadratic.sum())
        return self._replace(linear=linear, quadratic=q, offset=offset, spin=False)


def is_bqm(problem: object) -> bool:
    """Whether it has what is asked of a `dimod.BinaryQuadraticModel`."""
    return hasattr(problem, "to_numpy_vectors") and hasattr(problem, "vartype")


def read_bqm(bqm: Any) -> QuadraticModel:
    """Read a `dimod.BinaryQuadraticModel` of any vartype and type of numbers.

    Variables keep its order, unless their labels are 0 … K-1: then the label is the index.

    Raises
    ------
    ValueError
        If a bias is not finite.
    """
    labels = list(bqm.variables)
    if _is_range(labels):
        labels.sort()
    in_order = labels == list(bqm.variables)  # which dimod hands out much faster
    linear, (row, col, quadratic), offset = bqm.to_numpy_vectors(
        variable_order=None if in_order else labels, sort_labels=False
    )
    linear, quadratic = (np.asarray(x, np.float64) for x in (linear, quadratic))
    for name, values in (("linear", linear), ("quadratic", quadratic), ("offset", offset)):
        if not np.isfinite(np.asarray(values, np.float64)).all():
            raise ValueError(f"bqm: got a {name} bias that is not finite, expected finite numbers")
    return QuadraticModel(
        labels, linear, row, col, quadratic, float(offset), bqm.vartype.name == "SPIN"
    )


def _is_range(labels: list[Any]) -> bool:
    if not all(type(x) is int for x in labels):
        return False
    return not labels or (min(labels) == 0 and max(labels) == len(labels) - 1)


def layers_of(model: QuadraticModel, visible: Iterable[Any] | None = None) -> tuple[Index, Index]:
    """Return the variables of the visible and of the hidden layer, as they are numbered.

    Raises
    ------
    ValueError
        If the couplings have no two layers, or not those asked for.
    """
    n = len(model.labels)
    if visible is None:
        hidden = two_colours(n, model.row, model.col)
        if hidden is None:
            raise ValueError(
                f"problem: the couplings of its {n} variables close an odd cycle, expected a "
                "bipartite graph, whose variables are a visible and a hidden layer"
            )
    else:
        hidden = np.ones(n, np.uint8)
        hidden[_indices(model.labels, visible)] = 0
        inside = np.flatnonzero(hidden[model.row] == hidden[model.col])
        if len(inside):
            ends = (model.labels[x[inside[0]]] for x in (model.row, model.col))
            raise ValueError(
                f"visible: got layers that couple {' and '.join(map(repr, ends))} in one of them, "
                "expected couplings between the layers only"
            )
    return np.flatnonzero(hidden == 0), np.flatnonzero(hidden)


def _indices(labels: list[Any], chosen: Iterable[Any]) -> list[int]:
    """Numbers of the labels chosen."""
    number = {label: k for k, label in enumerate(labels)}
    chosen = list(chosen)
    for label in chosen:
        if label not in number:
            raise ValueError(f"visible: got {label!r}, expected variables of the problem")
    if len(set(chosen)) < len(chosen):
        raise ValueError("visible: got a variable twice, expected each once")
    return [number[label] for label in chosen]


def two_colours(n: int, row: Index, col: Index) -> Colours | None:
    """Colour a graph of n nodes with 0 and 1 so that edges join different colours.

    The first node of each connected component is 0, and so are nodes without edges.

    Returns
    -------
    array of uint8, (n,), or None
        None if a cycle is odd.
    """
    if len(row) == 0:
        return np.zeros(n, np.uint8)
    star = _colours_of_star(n, row, col)
    return star if star is not None else _colours_of_cover(n, row, col)


def _colours_of_star(n: int, row: Index, col: Index) -> Colours | None:
    """Colours if one of the two is the neighbours of the first node: so it is in full layers."""
    first = min(row.min(), col.min())
    colour = np.zeros(n, np.uint8)
    colour[row[col == first]] = 1
    colour[col[row == first]] = 1
    return None if (colour[row] == colour[col]).any() else colour


def _colours_of_cover(n: int, row: Index, col: Index) -> Colours | None:
    """Colours from the connected components of the double cover.

    Node k of the graph is two nodes k and k + n of the cover, and an edge (i, j) the two edges
    (i, j + n) and (j, i + n). Its halves are apart unless there is a way of odd length from a node
    to itself.
    """
    head = np.concatenate([row, col])
    tail = np.concatenate([col, row]) + n
    smallest = np.arange(2 * n)  # node of the own component, found so far
    while True:
        below = np.minimum(smallest[head], smallest[tail])
        joined = smallest.copy()
        # The representatives are joined too, so that whole trees move.
        for ends in (head, tail):
            np.minimum.at(joined, smallest[ends], below)
            np.minimum.at(joined, ends, below)
        while (shorter := joined[joined]).tobytes() != joined.tobytes():
            joined = shorter
        if (joined == smallest).all():
            break
        smallest = joined
    if (smallest[:n] == smallest[n:]).any():
        return None
    return (smallest[:n] > smallest[n:]).astype(np.uint8)
