"""Time spent on training, without that spent on looking at it."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

import scorerbm as sr

__all__ = ["Moment", "Stopwatch", "spaced"]


@dataclass(frozen=True)
class Moment:
    """A model on the way of its training."""

    update: int
    wall: float
    cpu: float
    model: sr.BernoulliRBM


class Stopwatch:
    """Runs from its making, but not inside `Stopwatch.look`."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self._away = (0.0, 0.0)
        self._start = _now()

    def elapsed(self) -> tuple[float, float]:
        """Seconds of the wall clock and of the CPU."""
        wall, cpu = (
            b - a - away for a, b, away in zip(self._start, _now(), self._away, strict=True)
        )
        return wall, cpu

    def look(self, update: int, model: sr.BernoulliRBM) -> None:
        """Keep a copy of the model; the copy is made off the clock."""
        wall, cpu = self.elapsed()
        self.moments.append(Moment(update, wall, cpu, copied(model)))
        now = self.elapsed()
        self._away = self._away[0] + now[0] - wall, self._away[1] + now[1] - cpu


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def copied(model: sr.BernoulliRBM) -> sr.BernoulliRBM:
    """A model of its own arrays, in the precision that users see."""
    return sr.BernoulliRBM(*model.parameters.values(), data_mean=model.data_mean)


def spaced(n: int, count: int) -> list[int]:
    """Numbers from 1 to n, the last among them, growing by about equal factors."""
    return sorted({int(x) for x in np.rint(np.geomspace(n, 1, count))})
