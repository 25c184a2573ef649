"""Calls of kernels: of how many sweeps, and of which rows on which thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

__all__ = ["in_rows", "parts_of_sweeps"]

_WORTH_A_THREAD = 1 << 20
"""Additions or so; a thread takes a tenth of a millisecond to start."""
_LONGEST_CALL = 1 << 31
"""As many in a call of a kernel, in which no signal is looked for: half a second."""


def parts_of_sweeps(first: int, count: int, work: int) -> Iterator[tuple[int, int]]:
    """First sweep and number of sweeps of each call, where a sweep is so much work."""
    most = max(1, _LONGEST_CALL // max(1, work))
    for start in range(0, count, most):
        yield first + start, min(most, count - start)


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
