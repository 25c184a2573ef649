"""Quadratic functions of bits, at all of their states."""

from __future__ import annotations

import numpy as np

from ..backends.protocol import Reals

__all__ = ["quadratic_values"]


def quadratic_values(linear: Reals, pairs: Reals) -> Reals:
    r"""Return :math:`a^\top x + \tfrac12 x^\top K x` for all 2ⁿ binary x, bit k of the index x_k.

    Two additions a state, where a sum over units would take n² of them: with a new unit, the
    values of all states of the former ones come again, and what the unit adds to each.

    Parameters
    ----------
    linear : array, (n,)
        a.
    pairs : array, (n, n)
        K, symmetric.
    """
    n_units = len(linear)
    values = np.zeros(1 << n_units)
    added = np.empty(1 << max(0, n_units - 1))
    for k in range(n_units):
        added[0] = linear[k] + 0.5 * pairs[k, k]
        for j in range(k):
            size = 1 << j
            added[size : 2 * size] = added[:size] + pairs[k, j]
        size = 1 << k
        values[size : 2 * size] = values[:size] + added[:size]
    return values
