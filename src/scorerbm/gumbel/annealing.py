"""Annealing of the relaxation temperature τ over the rounds of training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from .. import _check
from ..backends.reference.elementary import HALF_PI, cos, exp, log

__all__ = ["Annealing", "CosineAnnealing", "GeometricAnnealing", "LinearAnnealing"]


@dataclass(frozen=True)
class Annealing(ABC):
    """Temperature from ``start`` at the first round to ``stop`` at the last.

    Parameters
    ----------
    start, stop : float
        ``start >= stop > 0``.
    """

    start: float = 1.0
    stop: float = 0.1

    def __post_init__(self) -> None:
        stop = _check.number("stop", self.stop, above=0.0)
        _check.number("start", self.start, minimum=stop)

    def __call__(self, progress: float) -> float:
        """τ at the given fraction of the rounds, 0 to 1."""
        return self._interpolate(_check.number("progress", progress, minimum=0.0, maximum=1.0))

    @abstractmethod
    def _interpolate(self, x: float) -> float: ...


@dataclass(frozen=True)
class GeometricAnnealing(Annealing):
    """τ(x) = start^(1-x) stop^x.

    Parameters
    ----------
    start, stop : float
        τ at the first and the last round, ``start >= stop > 0``; x goes from 0 to 1 between them.
    """

    def _interpolate(self, x: float) -> float:
        first, last = log(np.array([self.start, self.stop], dtype=np.float64))
        return float(exp((1.0 - x) * first + x * last))


@dataclass(frozen=True)
class LinearAnnealing(Annealing):
    """τ(x) = (1-x) start + x stop.

    Parameters
    ----------
    start, stop : float
        τ at the first and the last round, ``start >= stop > 0``; x goes from 0 to 1 between them.
    """

    def _interpolate(self, x: float) -> float:
        return (1.0 - x) * self.start + x * self.stop


@dataclass(frozen=True)
class CosineAnnealing(Annealing):
    """τ(x) = stop + (start - stop)(1 + cos πx)/2.

    Parameters
    ----------
    start, stop : float
        τ at the first and the last round, ``start >= stop > 0``; x goes from 0 to 1 between them.
    """

    def _interpolate(self, x: float) -> float:
        half = float(cos(np.asarray(HALF_PI * x)))
        return self.stop + (self.start - self.stop) * half * half
