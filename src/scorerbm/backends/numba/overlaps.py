"""Products of binary states with each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from .jit import kernel

__all__ = ["multiply_states"]


@intrinsic
def _count_ones(_typing: Any, word: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@kernel
def multiply_states(together: Any, out: Any) -> None:
    """Products of all states of each row, (rows, states, words), with each other."""
    for r in range(len(together)):
        for i in range(together.shape[1]):
            for k in range(i + 1):
                ones = np.uint64(0)
                for word in range(together.shape[2]):
                    ones += _count_ones(together[r, i, word] & together[r, k, word])
                out[r, i, k] = out[r, k, i] = ones
