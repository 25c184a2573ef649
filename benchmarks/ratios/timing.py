"""Time several things in turns: A B C A B C …

What disturbs the machine for a while then disturbs all of them, and a ratio within one round is
worth more than a ratio of two figures taken minutes apart. On one thread it is CPU time that
counts, since others may share the core: a wait in its queue does not count, only what they take
of the caches. With several threads only the wall clock shows what was gained.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Clock", "Work", "clock_of", "fastest_ratio", "interleave", "median_ratio"]

Clock = Callable[[], float]
Seconds = NDArray[np.float64]

SETTLE = 0.3
"""Seconds after which threads of the one before have stopped to wait actively for more work."""

ONCE = 10.0
"""A single call that takes so many budgets is timed in the first round only."""


class Work(NamedTuple):
    """A function of a number of sweeps, and the fewest that one call should make."""

    run: Callable[[int], None]
    fewest: int = 1


def clock_of(n_threads: int) -> Clock:
    return time.process_time if n_threads == 1 else time.perf_counter


def interleave(
    work: Mapping[str, Work], rounds: int, budget: float, clock: Clock
) -> dict[str, Seconds]:
    """Seconds a sweep of each, (rounds,), with NaN in rounds that a slow one sat out."""
    n_sweeps, slow = {}, set()
    for name, one in work.items():
        n_sweeps[name], seconds = _calibrate(one, budget, clock)
        if seconds > ONCE * budget:
            slow.add(name)
    times = {name: np.full(rounds, np.nan) for name in work}
    for number in range(rounds):
        for name, one in work.items():
            if number == 0 or name not in slow:
                _settle(one, clock)
                times[name][number] = _timed(one, n_sweeps[name], clock) / n_sweeps[name]
    return times


def median_ratio(peer: Seconds, ours: Seconds) -> float:
    """Median over the rounds of peer/ours."""
    return float(np.nanmedian(peer / ours))


def fastest_ratio(peer: Seconds, ours: Seconds) -> float:
    """Ratio of the fastest rounds, which a busy machine disturbs least."""
    return float(np.nanmin(peer) / np.nanmin(ours))


def _calibrate(one: Work, budget: float, clock: Clock) -> tuple[int, float]:
    """Sweeps that fill the budget, and seconds of such a call. Warms up, and compiles, on the way.

    Short calls tell little, so the number grows in steps until a call fills half of the budget.
    """
    n = one.fewest
    one.run(n)
    while (seconds := _timed(one, n, clock)) < budget / 2.0:
        n = math.ceil(n * min(10.0, budget / max(seconds, 1e-9)))
    return n, seconds


def _settle(one: Work, clock: Clock) -> None:
    """Let each begin alike on several threads: after a rest, with its own threads awake."""
    if clock is time.perf_counter:
        time.sleep(SETTLE)
        one.run(one.fewest)


def _timed(one: Work, n_sweeps: int, clock: Clock) -> float:
    start = clock()
    one.run(n_sweeps)
    return clock() - start
