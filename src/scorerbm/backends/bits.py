"""Binary states as bits: 64 units a word, the first in the lowest bit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .protocol import Bits, BitWords

__all__ = ["pack_bits", "unpack_bits"]


def pack_bits(states: NDArray[Any]) -> BitWords:
    """Return states (..., N) of 0 and 1 as words (..., ⌈N/64⌉)."""
    *shape, n = states.shape
    octets = np.zeros((*shape, -(-n // 64) * 8), np.uint8)
    packed = np.packbits(states, axis=-1, bitorder="little")
    octets[..., : packed.shape[-1]] = packed
    return octets.view("<u8").astype(np.uint64, copy=False)


def unpack_bits(words: BitWords, n: int) -> Bits:
    """Return words (..., ⌈N/64⌉) as states (..., N)."""
    octets = np.ascontiguousarray(words, "<u8").view(np.uint8)
    return np.unpackbits(octets, axis=-1, count=n, bitorder="little")
