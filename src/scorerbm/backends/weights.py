"""How weights of rows become integers."""

from __future__ import annotations

import math

import numpy as np

from .protocol import Reals

__all__ = ["weight_power"]


def weight_power(weights: Reals) -> float:
    """Return the largest power of two, at most 2⁶⁰, that leaves no weight above 2²⁰."""
    most = float(np.abs(weights).max(initial=0.0))
    if not 0.0 < most < math.inf:
        return 1.0
    # most = m 2^e with m in [1/2, 1).
    mantissa, exponent = math.frexp(most)
    return math.ldexp(1.0, min(60, 20 - exponent + (mantissa == 0.5)))
