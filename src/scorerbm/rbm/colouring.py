"""Colours of a graph's vertices, so that neighbours differ."""

from __future__ import annotations

import numpy as np

from ..backends.protocol import Counts

__all__ = ["greedy_colours"]


def greedy_colours(starts: Counts, neighbours: Counts) -> Counts:
    """Give each vertex the least colour that none of its neighbours has, largest degrees first.

    Welsh and Powell (1967), doi 10.1093/comjnl/10.1.85: at most one colour more than the largest
    degree. Neighbours of vertex i are ``neighbours[starts[i]:starts[i + 1]]``.
    """
    degree = np.diff(starts)
    colours = np.full(len(degree), -1, np.int32)
    taken = np.zeros(int(degree.max(initial=0)) + 2, np.bool_)  # the last one is of no colour
    for vertex in np.argsort(-degree, kind="stable"):
        around = colours[neighbours[starts[vertex] : starts[vertex + 1]]]
        taken[around] = True
        colours[vertex] = taken[:-1].argmin()
        taken[around] = False
    return colours
