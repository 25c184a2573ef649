"""Philox4x32-10 in 64-bit lanes: the twin of `reference.philox`."""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import helper, inlined

__all__ = ["long_blocks", "uniform53", "word_blocks"]

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)


@inlined
def _rounds(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """The words of one counter, each in the lower half of its 64 bits.

    So are those given. LLVM makes vectors of the products of numbers that it knows to be short.
    """
    c0, c1, c2, c3 = c0 & _LOW, c1 & _LOW, c2 & _LOW, c3 & _LOW
    k0, k1 = k0 & _LOW, k1 & _LOW
    for _ in range(10):
        p0, p1 = c0 * _M0, c2 * _M1
        c0 = (p1 >> _SHIFT) ^ c1 ^ k0
        c1 = p1 & _LOW
        c2 = (p0 >> _SHIFT) ^ c3 ^ k1
        c3 = p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@helper
def long_blocks(first: Any, chain: Any, step: Any, domain: Any, key: Any, out: Any) -> None:
    """Blocks from ``first`` on as pairs of 64-bit words, the first of two words in the lower half.

    As 16-bit numbers they are in the order of units.
    """
    c1, c2, c3 = np.uint64(chain), np.uint64(step), np.uint64(domain)
    k0, k1 = np.uint64(key[0]), np.uint64(key[1])
    for i in range(np.uint64(len(out) // 2)):
        w0, w1, w2, w3 = _rounds(np.uint64(first) + i, c1, c2, c3, k0, k1)
        out[np.uint64(2) * i] = w0 | (w1 << _SHIFT)
        out[np.uint64(2) * i + np.uint64(1)] = w2 | (w3 << _SHIFT)


@helper
def word_blocks(first: Any, chain: Any, step: Any, domain: Any, key: Any, out: Any) -> None:
    """Sixteen blocks from ``first`` on as 32-bit words, (4, 16): the first words of all, and so on.

    The words of 64 units in the order of units, where a block has the units b, 16 + b, 32 + b and
    48 + b.
    """
    c1, c2, c3 = np.uint64(chain), np.uint64(step), np.uint64(domain)
    k0, k1 = np.uint64(key[0]), np.uint64(key[1])
    for i in range(np.uint64(16)):
        w0, w1, w2, w3 = _rounds(np.uint64(first) + i, c1, c2, c3, k0, k1)
        out[0, i] = np.uint32(w0)
        out[1, i] = np.uint32(w1)
        out[2, i] = np.uint32(w2)
        out[3, i] = np.uint32(w3)


@helper
def uniform53(block: Any, chain: Any, step: Any, domain: Any, key: Any, second: Any) -> Any:
    """The first or the second uniform number of a block, of 53 bits."""
    w0, w1, w2, w3 = _rounds(
        np.uint64(block),
        np.uint64(chain),
        np.uint64(step),
        np.uint64(domain),
        np.uint64(key[0]),
        np.uint64(key[1]),
    )
    high, low = (w2, w3) if second else (w0, w1)
    return np.float64(((high << _SHIFT) | low) >> np.uint64(11)) * 2.0**-53
