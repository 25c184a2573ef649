"""Trajectories under a user's own jitted drift, in one loop with it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..protocol import Floats, Key, Reals, Words
from .jit import helper
from .real_numbers import add_noise
from .threads import in_rows

__all__ = ["integrate_drift"]


# Compiled anew in each process: what is kept on disk would not notice that the drift has changed.
@helper
def _steps(
    drift: Any, x: Any, times: Any, length: Any, spread: Any, chains: Any, first: Any, key: Any
) -> None:
    rate = np.empty_like(x)
    for k in range(len(times)):
        rate[:] = np.float32(0.0)
        drift(x, times[k], rate)
        for c in range(len(x)):
            for j in range(x.shape[1]):
                x[c, j] += length[k] * rate[c, j]
            if spread[k] != np.float32(0.0):
                add_noise(x[c], spread[k], chains[c], first + k, key)


def integrate_drift(
    drift: Any,
    state: Floats,
    times: Reals,
    length: Reals,
    spread: Reals,
    chains: Words,
    first: int,
    key: Key,
    n_threads: int,
) -> Floats:
    """Return v after steps v + length·drift(v, time) + spread·ζ, ζ as in `RealNumbers.stage`."""
    x, ids, times = np.array(state, order="C"), np.array(chains), np.array(times)
    numbers = length.astype(np.float32), spread.astype(np.float32)

    def work(a: int, b: int) -> None:
        _steps(drift, x[a:b], times, *numbers, ids[a:b], first, key)

    in_rows(len(x), 50 * x.shape[1] * len(times), n_threads, work)
    return x
