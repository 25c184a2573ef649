"""Couplings of real and binary units in single precision and on a grid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..backends.protocol import Reals, RealWeights

__all__ = ["RealGrid", "real_grid"]

_LARGEST = 2.0**31 - 1
_FINEST, _COARSEST = 2.0**100, 2.0**-100


class RealGrid(NamedTuple):
    """U in single precision, and Uᵀ rounded to multiples of 1/scale."""

    weights: RealWeights
    scale: Reals
    """A power of two for each visible unit, (N,)."""


def real_grid(coupling: Reals, transposed: Reals) -> RealGrid:
    """Round each visible unit's couplings, (N, M), to the finest grid on which sums fit 32 bits.

    The sum over any set of hidden units is then one of integers, and exact. Where couplings are not
    finite in single precision, as of models that have diverged, they count as 0 there; single
    precision keeps what they are.
    """
    with np.errstate(over="ignore"):
        single = coupling.astype(np.float32)
    # Rows are added in order, whatever the CPU: a last digit might decide for another power.
    reach = np.add.reduce(np.abs(transposed), axis=0)
    room = _LARGEST - 0.5 * len(transposed)  # half a unit for each rounded number
    fitting = room / np.maximum(reach, room / _FINEST)
    # fitting = m 2^e with m in [1/2, 1); not-a-number has the exponent 0.
    exponent = np.frexp(np.maximum(fitting, _COARSEST))[1] - 1
    scale = np.ldexp(1.0, exponent)
    scaled = np.where(reach <= np.finfo(np.float32).max, transposed, 0.0) * scale
    integers = np.rint(scaled, out=scaled).astype(np.int32)
    return RealGrid(RealWeights(single, integers, {}), scale)
