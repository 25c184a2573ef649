"""Graphs whose edges say that two ends are equal or opposite."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["SignedComponents", "signed_components"]

Integers = NDArray[np.int64]


class SignedComponents(NamedTuple):
    """Connected components, and signs that satisfy the edges of those that can be satisfied."""

    label: Integers
    """(n,): component of each node, numbered by its first node."""
    sign: Integers
    """(n,): -1 or 1; that of a component's first node is 1."""
    balanced: NDArray[np.bool_]
    """One for each component: whether the signs satisfy all its edges."""


def signed_components(n: int, pairs: Integers, relation: Integers) -> SignedComponents:
    """Find signs with s_i s_j = relation_ij along the edges, component by component.

    Chains of an embedding are such components, where a coupler wants its ends equal or opposite,
    and so are the two colours of a bipartite graph, where all edges want them opposite.

    Parameters
    ----------
    n : int
        Number of nodes.
    pairs : array, (E, 2)
        Edges.
    relation : array, (E,)
        -1 or 1.
    """
    neighbours = _neighbours(n, pairs, relation)
    label, sign = [-1] * n, [1] * n
    n_components = 0
    for first in range(n):
        if label[first] >= 0:
            continue
        label[first], queue = n_components, [first]
        for node in queue:  # grows while it is walked
            for other, relates in neighbours[node]:
                if label[other] < 0:
                    label[other], sign[other] = n_components, sign[node] * relates
                    queue.append(other)
        n_components += 1
    found = np.array(label, dtype=np.int64), np.array(sign, dtype=np.int64)
    balanced = np.ones(n_components, dtype=np.bool_)
    ends = found[1][pairs]
    balanced[found[0][pairs[ends[:, 0] * ends[:, 1] != relation, 0]]] = False
    return SignedComponents(*found, balanced)


def _neighbours(n: int, pairs: Integers, relation: Integers) -> list[list[tuple[int, int]]]:
    neighbours: list[list[tuple[int, int]]] = [[] for _ in range(n)]
    for (i, j), relates in zip(pairs.tolist(), relation.tolist(), strict=True):
        neighbours[i].append((j, relates))
        neighbours[j].append((i, relates))
    return neighbours
