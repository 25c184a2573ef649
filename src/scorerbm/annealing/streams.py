"""Random numbers of one purpose under a seed, in a fixed order."""

from __future__ import annotations

import numpy as np

from .._seed import derive_key

__all__ = ["generator", "subseed"]


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """Return a generator of its own for each purpose."""
    return np.random.Generator(np.random.Philox(key=derive_key(seed, *purpose)))


def subseed(seed: int, *purpose: str | int, bits: int = 64) -> int:
    """Return a seed of its own for each purpose; samplers of dimod take 31 bits."""
    low, high = derive_key(seed, *purpose)
    return (high << 32 | low) & ((1 << bits) - 1)
