"""Small models in squares of a solver's graph: one quickly, or many side by side.

A search for all complete bipartite graphs in the whole graph of a device with defects takes a
minute or more, in a square of a few rows a fraction of a second, and what fits there has no longer
chains.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._ocean import ocean
from .biclique import Bicliques
from .embedding import Chain

__all__ = ["find_copies", "find_in_square"]

_FIRST_TRIES = 4  # squares of one size in which a first copy is looked for
_MORE_SIZES = 1  # sizes beyond the smallest that holds a copy, for squares with missing qubits
_MOST_ROWS = 4  # of squares in which a single copy is looked for

_MASKS = 10  # ways around missing couplers to try in each: a tenth of the time, a unit fewer


class _Family(NamedTuple):
    """Where a square of s rows lies in the coordinates (orientation u, line w, …, segment z)."""

    attribute: str
    """Attribute of a node that holds its coordinates."""
    lines_a_row: int
    more_lines: int
    """Lines beyond those of the rows."""
    fewer_segments: int
    """Segments of a line short of the rows."""


_FAMILIES = {
    "zephyr": _Family("zephyr_index", 2, 1, 0),
    "pegasus": _Family("pegasus_index", 1, 0, 1),
}


def find_copies(graph: Any, n: int, m: int) -> list[list[Chain]] | None:
    """Place disjoint copies of K_{n,m} wherever a small square has room for one.

    Parameters
    ----------
    graph : networkx.Graph
        Of a solver, with the coordinates of its nodes.
    n, m : int

    Returns
    -------
    list or None
        Of each copy the n + m chains, those with the shortest chains first; None if squares are
        not defined for this graph.
    """
    squares = _Squares.of(graph)
    if squares is None:
        return None
    copies: list[list[Chain]] = []
    sizes_left = squares.rows
    size = 0
    while sizes_left > 0:
        size, sizes_left = size + 1, sizes_left - 1
        found = squares.fill(size, n, m)
        if found and not copies:
            sizes_left = min(sizes_left, _MORE_SIZES)
        copies += found
    return sorted(copies, key=_cost)


def find_in_square(graph: Any, n: int, m: int) -> list[Chain] | None:
    """Place one copy of K_{n,m} in a square of a few rows, among those that lack least.

    Parameters
    ----------
    graph : networkx.Graph
        Of a solver, with the coordinates of its nodes.
    n, m : int

    Returns
    -------
    list or None
        The n + m chains; None if no such square has room, or squares are not defined.
    """
    squares = _Squares.of(graph)
    best: list[Chain] | None = None
    if squares is None:
        return None
    for size in range(1, min(_MOST_ROWS, squares.rows) + 1):
        smaller = best
        found = squares.first(size, n, m)
        best = min((c for c in (smaller, found) if c is not None), key=_cost, default=None)
        if smaller is not None:
            break
    return best


def _cost(chains: list[Chain]) -> tuple[int, int]:
    """Long chains first, then many qubits."""
    return max(map(len, chains)), sum(map(len, chains))


class _Squares:
    """The nodes of a graph that are not used yet, by square."""

    def __init__(self, graph: Any, family: _Family) -> None:
        self._family, self._attributes = family, graph.graph
        self.rows = int(graph.graph["rows"])
        self._labels = list(graph.nodes)
        coordinates = [graph.nodes[q][family.attribute] for q in self._labels]
        self._coordinates = np.array(coordinates, np.intp)
        self._place = place = {label: k for k, label in enumerate(self._labels)}
        self._edges = np.array([(place[a], place[b]) for a, b in graph.edges], np.intp)
        self._free = np.ones(len(self._labels), bool)

    @classmethod
    def of(cls, graph: Any) -> _Squares | None:
        """None for a graph of another family, or without coordinates."""
        family = _FAMILIES.get(graph.graph.get("family", ""))
        if family is None or any(family.attribute not in x for _, x in graph.nodes(data=True)):
            return None
        return cls(graph, family)

    def first(self, size: int, n: int, m: int) -> list[Chain] | None:
        """Return the best copy in those squares of so many rows that have the most couplers."""
        corners = sorted(self._corners(size), key=lambda c: -self._n_couplers(c, size))
        tried = (self._find(corner, size, n, m) for corner in corners[:_FIRST_TRIES])
        return min((c for c in tried if c is not None), key=_cost, default=None)

    def fill(self, size: int, n: int, m: int) -> list[list[Chain]]:
        """Take a copy from every square of so many rows that has room for one."""
        if self.first(size, n, m) is None:
            return []
        copies = []
        for corner in self._corners(size):
            chains = self._find(corner, size, n, m)
            if chains is not None:
                self._free[[self._place[q] for chain in chains for q in chain]] = False
                copies.append(chains)
        return copies

    def _corners(self, size: int) -> list[tuple[int, int]]:
        starts = range(self.rows - size + 1)
        return [(row, column) for row in starts for column in starts]

    def _n_couplers(self, corner: tuple[int, int], size: int) -> int:
        members = self._inside(corner, size) & self._free
        return int(members[self._edges].all(axis=1).sum())

    def _origin(self, corner: tuple[int, int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """First line and first segment of a square, of every node by its orientation."""
        row, column = corner
        vertical = self._coordinates[:, 0] == 0
        return (
            self._family.lines_a_row * np.where(vertical, column, row),
            np.where(vertical, row, column),
        )

    def _inside(self, corner: tuple[int, int], size: int) -> NDArray[np.bool_]:
        family, (line, segment) = self._family, self._origin(corner)
        w, z = self._coordinates[:, 1] - line, self._coordinates[:, -1] - segment
        n_lines = family.lines_a_row * size + family.more_lines
        return np.asarray((w >= 0) & (w < n_lines) & (z >= 0) & (z < size - family.fewer_segments))

    def _find(self, corner: tuple[int, int], size: int, n: int, m: int) -> list[Chain] | None:
        """Chains of a copy among the free nodes of a square."""
        members = self._inside(corner, size) & self._free
        edges = self._edges[members[self._edges].all(axis=1)].tolist()
        if members.sum() < n + m or len(edges) < n * m:
            return None
        line, segment = self._origin(corner)
        moved = self._coordinates.copy()
        moved[:, 1] -= line
        moved[:, -1] -= segment
        label = {q: tuple(moved[q].tolist()) for q in np.flatnonzero(members).tolist()}
        square = ocean("networkx").Graph(
            **(self._attributes | {"rows": size, "columns": size, "labels": "coordinate"})
        )
        square.add_nodes_from(label.values())
        square.add_edges_from((label[a], label[b]) for a, b in edges)
        chains = Bicliques(square, keep=False, n_masks=_MASKS).find(n, m)
        original = {coordinates: self._labels[q] for q, coordinates in label.items()}
        return None if chains is None else [tuple(original[q] for q in c) for c in chains]
