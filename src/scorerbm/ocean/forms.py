"""Which form a problem is sampled in."""

from __future__ import annotations

import numpy as np

from ..ising.bqm import QuadraticModel, two_colours
from .form import Form
from .layered import Layered
from .sparse import Sparse

__all__ = ["form_of"]

_DENSE = 0.06
"""Part of all couplings between two layers beyond which sums by tables over all of them cost less
than visits of those that are there (measured from 64 x 64 to 1024 x 1024, AVX2)."""

_SMALL = 1 << 12
"""Couplings between two layers that cost little in any case."""


def form_of(problem: QuadraticModel) -> Form:
    """Return the form in which the problem's chains cost least."""
    hidden = two_colours(len(problem.labels), problem.row, problem.col)
    if hidden is None:
        return Sparse(problem)
    n_hidden = int(np.count_nonzero(hidden))
    possible = n_hidden * (len(hidden) - n_hidden)
    if possible <= _SMALL or len(problem.row) >= _DENSE * possible:
        return Layered(problem, hidden)
    return Sparse(problem)
