"""Uniform numbers from random words."""

from __future__ import annotations

import numpy as np

from ..protocol import Reals, Words

__all__ = ["uniform53"]


def uniform53(high: Words, low: Words) -> Reals:
    """53 random bits: the upper 53 of a 64-bit number."""
    word = (high.astype(np.uint64) << np.uint64(32)) | low.astype(np.uint64)
    return (word >> np.uint64(11)).astype(np.float64) * 2.0**-53
