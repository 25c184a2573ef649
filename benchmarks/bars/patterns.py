"""Images of whole columns or whole rows, each with its label as two more units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["N_LABELS", "SIDE", "bars_and_stripes"]

SIDE = 8
N_LABELS = 2
Bits = NDArray[np.uint8]


def bars_and_stripes(n_test: int = 108, seed: int = 0, side: int = SIDE) -> tuple[Bits, Bits]:
    """Training and test rows: side² pixels, then 1 0 for bars (columns) or 0 1 for stripes.

    Of the 2ˢ patterns of either kind the empty and the full one are left out, since they are both.
    """
    lines = (np.arange(1, (1 << side) - 1)[:, None] >> np.arange(side)) & 1
    bars = np.broadcast_to(lines[:, None, :], (len(lines), side, side))
    stripes = np.broadcast_to(lines[:, :, None], bars.shape)
    pixels = np.concatenate([bars, stripes]).reshape(2 * len(lines), -1)
    labels = np.repeat(np.eye(N_LABELS), len(lines), axis=0)
    rows = np.concatenate([pixels, labels], axis=1).astype(np.uint8)
    rows = np.random.default_rng(seed).permutation(rows)
    return rows[n_test:], rows[:n_test]
