"""Philox4x32-10, a counter-based generator (Salmon et al., doi 10.1145/2063384.2063405)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..protocol import Key, Words

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_ROUNDS = 10


def philox(
    block: NDArray[np.integer],
    chain: NDArray[np.integer],
    step: int,
    domain: int,
    key: Key,
) -> tuple[Words, Words, Words, Words]:
    """Four random words for the counters ``(block, chain, step, domain)``; arrays broadcast."""
    c0, c1 = np.broadcast_arrays(block.astype(np.uint64), chain.astype(np.uint64))
    c2, c3 = np.full_like(c0, step), np.full_like(c0, domain)
    k0, k1 = key
    for _ in range(_ROUNDS):
        p0, p1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = (
            (p1 >> _SHIFT) ^ c1 ^ np.uint64(k0),
            p1 & _LOW,
            (p0 >> _SHIFT) ^ c3 ^ np.uint64(k1),
            p0 & _LOW,
        )
        k0, k1 = (k0 + _WEYL[0]) & 0xFFFFFFFF, (k1 + _WEYL[1]) & 0xFFFFFFFF
    w0, w1, w2, w3 = (c.astype(np.uint32) for c in (c0, c1, c2, c3))
    return w0, w1, w2, w3
