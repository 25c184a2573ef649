"""Fused multiply-adds in single precision, and the matrix product that is made of them."""

from __future__ import annotations

import numpy as np

from ..protocol import Floats, Reals

__all__ = ["fused", "fused_product"]

_SMALLEST_NORMAL = 2.0**-126


def fused(x: Floats, y: Floats, z: Floats) -> Floats:
    """Return x y + z rounded once.

    The product of two float32 numbers is exact in float64; its sum with a third is rounded twice,
    which matters only where the first rounding lands halfway between two float32 numbers, or
    where these are subnormal.
    """
    p = x.astype(np.float64) * y.astype(np.float64)
    total = p + z
    halfway = (total.view(np.int64) & 0x1FFFFFFF) == 0x10000000
    if (halfway | (np.abs(total) < _SMALLEST_NORMAL)).any():
        total = _rounded_to_odd(total, p, z.astype(np.float64))
    return total.astype(np.float32)


def _rounded_to_odd(total: Reals, p: Reals, c: Reals) -> Reals:
    """The sum of p and c with its last bit odd where it is not exact.

    Rounding to float32 then rounds the exact value (Boldo and Melquiond, IEEE Trans. Computers 57,
    2008). The error of a sum is found by Knuth's algorithm.
    """
    part = total - p
    error = (p - (total - part)) + (c - part)
    bits = total.view(np.int64)
    away = ((error > 0.0) & (total >= 0.0)) | ((error < 0.0) & (total < 0.0))
    inexact = (error > 0.0) | (error < 0.0)
    even = (bits & 1) == 0
    odd = bits + np.where(inexact & even, np.where(away, 1, -1), 0)
    return odd.view(np.float64)


def fused_product(a: Floats, b: Floats, initial: Floats) -> Floats:
    """Return initial + a @ b, each element by fused multiply-adds in the order of k."""
    out = np.empty((a.shape[0], b.shape[1]), np.float32)
    out[:] = initial
    for k in range(b.shape[0]):
        out = fused(a[:, k : k + 1], b[k], out)
    return out
