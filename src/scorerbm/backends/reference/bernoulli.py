"""Bits of given probabilities in NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..protocol import Bits, Domain, Key, Reals, Words
from . import philox
from .uniform import uniform53

__all__ = ["draw_bits"]


def draw_bits(
    probability: Reals,
    unit: NDArray[np.integer],
    chains: Words,
    key: Key,
    step: int,
    domain: int,
) -> Bits:
    """Independent bits of the probabilities (C, K) for units of these numbers, (K,)."""
    threshold = probability * 65536.0
    whole = np.floor(threshold)
    # Eight 16-bit numbers to a block: compare the first 16 binary digits of u and p.
    words = np.stack(philox.philox(unit[None, :] >> 3, chains[:, None], step, domain, key))
    word = np.take_along_axis(words, ((unit & 7) >> 1)[None, None, :], axis=0)[0]
    u = np.where(unit & 1, word >> np.uint32(16), word & np.uint32(0xFFFF))
    out: Bits = (u < whole).astype(np.uint8)
    # On a tie (once in 65536) a second block decides the digits that follow.
    row, column = np.nonzero(u == whole)
    high, low, _, _ = philox.philox(unit[column], chains[row], step, domain | Domain.REFINE, key)
    out[row, column] = uniform53(high, low) < (threshold - whole)[row, column]
    return out
