"""Many small models side by side: complete bipartite graphs in squares of a solver's graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._ocean import ocean
from .biclique import Bicliques
from .embedding import Chain

__all__ = ["find_copies"]

_FIRST_TRIES = 4  # squares of one size in which a first copy is looked for
_MORE_SIZES = 1  # sizes beyond the smallest that holds a copy, for squares with missing qubits

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
    family = _FAMILIES.get(graph.graph.get("family", ""))
    if family is None or not all(family.attribute in data for _, data in graph.nodes(data=True)):
        return None
    squares = _Squares(graph, family)
    copies: list[list[Chain]] = []
    last = squares.rows
    size = 1
    while size <= last:
        found = squares.fill(size, n, m)
        if found and not copies:
            last = min(last, size + _MORE_SIZES)
        copies += found
        size += 1
    return sorted(copies, key=lambda c: (max(map(len, c)), sum(map(len, c))))


class _Squares:
    """The nodes of a graph that are not used yet, by square."""

    def __init__(self, graph: Any, family: _Family) -> None:
        self._family, self._attributes = family, graph.graph
        self.rows = int(graph.graph["rows"])
        self._labels = list(graph.nodes)
        coordinates = [graph.nodes[q][family.attribute] for q in self._labels]
        self._coordinates = np.array(coordinates, np.intp)
        place = {label: k for k, label in enumerate(self._labels)}
        self._edges = np.array([(place[a], place[b]) for a, b in graph.edges], np.intp)
        self._free = np.ones(len(self._labels), bool)

    def fill(self, size: int, n: int, m: int) -> list[list[Chain]]:
        """Take a copy from every square of so many rows that has room for one."""
        inside = {corner: self._inside(corner, size) for corner in self._corners(size)}
        fullest = sorted(inside, key=lambda corner: -int((inside[corner] & self._free).sum()))
        if not any(self._find(inside[c], c, size, n, m) for c in fullest[:_FIRST_TRIES]):
            return []
        copies = []
        for corner, members in inside.items():
            chains = self._find(members, corner, size, n, m)
            if chains is not None:
                places = [q for chain in chains for q in chain]
                self._free[places] = False
                copies.append([tuple(self._labels[q] for q in chain) for chain in chains])
        return copies

    def _corners(self, size: int) -> Iterator[tuple[int, int]]:
        for row in range(self.rows - size + 1):
            for column in range(self.rows - size + 1):
                yield row, column

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

    def _find(
        self, members: NDArray[np.bool_], corner: tuple[int, int], size: int, n: int, m: int
    ) -> list[list[int]] | None:
        """Places of the chains of a copy among the free nodes of a square."""
        members = members & self._free
        if members.sum() < n + m:
            return None
        line, segment = self._origin(corner)
        moved = self._coordinates.copy()
        moved[:, 1] -= line
        moved[:, -1] -= segment
        label = {q: tuple(moved[q].tolist()) for q in np.flatnonzero(members).tolist()}
        edges = self._edges[members[self._edges].all(axis=1)].tolist()
        square = ocean("networkx").Graph(
            **(self._attributes | {"rows": size, "columns": size, "labels": "coordinate"})
        )
        square.add_nodes_from(label.values())
        square.add_edges_from((label[a], label[b]) for a, b in edges)
        chains = Bicliques(square, keep=False, n_masks=_MASKS).find(n, m)
        place = {coordinates: q for q, coordinates in label.items()}
        return None if chains is None else [[place[q] for q in chain] for chain in chains]
