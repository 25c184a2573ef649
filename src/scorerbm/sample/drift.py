"""Steps under a drift that a user passes in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..backends.protocol import Floats, Reals
from ..denoise.path import StagePath
from .base import Job

__all__ = ["Drift", "integrate_drift"]

Drift = Callable[[Floats, float, Floats], Any]
"""drift(v, t, out) fills ``out`` (B, N) for states v (B, N), both of float32, at the time t.

What it leaves out stays 0, and v is not to be written to.

It may be given all states of a batch or any part of them, so each row of ``out`` may depend on its
own row of v only.
"""


def integrate_drift(drift: Drift, v: Floats, path: StagePath, times: Reals, job: Job) -> Floats:
    """Carry states through the steps of a path, the k-th from ``times[k]``.

    A function compiled by Numba runs in one jitted loop with all steps, on the same random numbers.
    """
    key = job.key("noise")
    if _is_jitted(drift):
        from ..backends.numba.drift import integrate_drift as jitted

        steps = times, path.pull, path.spread
        return jitted(drift, v, *steps, job.ids, path.first, key, job.n_threads)
    for k in range(len(path)):
        rate = np.zeros_like(v)
        drift(v, float(times[k]), rate)
        v = job.backend.stage(
            v, rate, None, path.numbers(k), job.ids, key, step=path.first + k,
            n_threads=job.n_threads,
        )  # fmt: skip
    return v


def _is_jitted(function: Any) -> bool:
    """Whether Numba compiles it; whoever has such a function has imported Numba."""
    return "numba" in sys.modules and sys.modules["numba"].extending.is_jitted(function)
