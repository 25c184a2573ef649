"""Rows shared out to threads of one call, which kernels leave to run beside each other."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

__all__ = ["in_rows"]

_WORTH_A_THREAD = 1 << 20
"""Additions or so; a thread takes a tenth of a millisecond to start."""


def in_rows(n_rows: int, work: float, n_threads: int, function: Callable[[int, int], None]) -> None:
    """Call function(begin, end) for parts of ``n_rows`` rows, each of so much work.

    0 threads are as many as this process may use.
    """
    most = n_threads or _cpus()
    n = max(1, min(most, n_rows, int(n_rows * work / _WORTH_A_THREAD)))
    if n == 1:
        function(0, n_rows)
        return
    cuts = [n_rows * k // n for k in range(n + 1)]
    # Threads end with the call: none is left for a forked child to miss.
    with ThreadPoolExecutor(n) as pool:
        for done in [pool.submit(function, a, b) for a, b in pairwise(cuts)]:
            done.result()


def _cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
