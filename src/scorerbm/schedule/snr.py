"""A schedule given by its signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..backends.reference.elementary import log
from .base import Schedule, ratios, times

__all__ = ["BISECTIONS", "STEP", "SNRSchedule"]

STEP = 1e-5  # of the central difference of ln γ
BISECTIONS = 60


@dataclass(frozen=True)
class SNRSchedule(Schedule):
    r"""Signal-to-noise ratio prescribed, by default geometric in time:
    :math:`\ln\gamma(t) = (1-t)\ln\gamma_0 + t\ln\gamma_1`.

    Parameters
    ----------
    start, stop : float
        γ(0) and γ(1), ``start > stop > 0``. Ignored if `function` is given.
    function : callable, optional
        γ(t) > 0, strictly decreasing on [0, 1], taking and returning arrays.

    Notes
    -----
    With λ = ln γ, the noise rate is β = -σ² dλ/dt (Kingma et al., "Variational diffusion models",
    arXiv 2107.00630). For a given function the derivative is a difference quotient and the
    inverse is found by bisection.
    """

    start: float = 1e4
    stop: float = 1e-4
    function: Callable[[Reals], ArrayLike] | None = None

    def __post_init__(self) -> None:
        if self.function is None:
            stop = _check.number("stop", self.stop, above=0.0)
            _check.number("start", self.start, above=stop)
        elif not callable(self.function):
            raise TypeError(f"function: got {self.function!r}, expected a callable")
        self._validate()

    @property
    def _ends(self) -> tuple[float, float]:
        first, last = log(np.array([self.start, self.stop], dtype=np.float64))
        return float(first), float(last)

    def log_snr(self, t: ArrayLike) -> Reals:
        """Return ln γ(t)."""
        t = times(t)
        if self.function is None:
            first, last = self._ends
            return np.asarray((1.0 - t) * first + t * last)
        snr = np.broadcast_to(np.asarray(self.function(t), dtype=np.float64), t.shape)
        if not (snr > 0.0).all():
            raise ValueError(f"function: got γ = {snr.min()}, expected positive numbers")
        return _log(snr)

    def noise_rate(self, t: ArrayLike) -> Reals:
        """β(t) = -σ² d ln γ/dt."""
        t = times(t)
        if self.function is None:
            first, last = self._ends
            slope: Reals | float = last - first
        else:
            before, after = np.maximum(t - STEP, 0.0), np.minimum(t + STEP, 1.0)
            slope = (self.log_snr(after) - self.log_snr(before)) / (after - before)
        return np.asarray(-(self.sigma(t) ** 2) * slope)

    def time_from_snr(self, snr: ArrayLike) -> Reals:
        """The t at which γ(t) takes the value."""
        target = _log(ratios(snr))
        low, high = np.zeros_like(target), np.ones_like(target)
        if self.function is None:
            first, last = self._ends
            return np.asarray(np.clip((target - first) / (last - first), 0.0, 1.0))
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            early = self.log_snr(middle) > target
            low, high = np.where(early, middle, low), np.where(early, high, middle)
        return np.asarray(0.5 * (low + high))


def _log(x: Reals) -> Reals:
    """Return ln x for x > 0, infinite ratios included."""
    infinite = np.isinf(x)
    return np.where(infinite, np.inf, log(np.where(infinite, 1.0, x)))
