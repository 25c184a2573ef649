"""The sinusoidal schedule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..backends.reference.elementary import HALF_PI, cos, log, sin
from .base import Schedule, ratios, times

__all__ = ["CosineSchedule"]

_BISECTIONS = 64


@dataclass(frozen=True)
class CosineSchedule(Schedule):
    r"""Amplitude of the signal a cosine of time,
    :math:`\alpha(t) = \cos\phi(t)/\cos\phi(0)` with an angle :math:`\phi` linear in t.

    Parameters
    ----------
    offset : float
        s > 0 in φ(0) = (π/2) s/(1+s): keeps the noise rate above zero at the start.
    final_snr : float
        γ(1) > 0. The angle stops short of π/2, where the noise rate would be infinite.

    References
    ----------
    Nichol and Dhariwal, "Improved denoising diffusion probabilistic models", arXiv 2102.09672.
    """

    offset: float = 0.008
    final_snr: float = 1e-4

    def __post_init__(self) -> None:
        _check.number("offset", self.offset, above=0.0)
        _check.number("final_snr", self.final_snr, above=0.0, maximum=1.0)
        self._validate()

    @cached_property
    def angles(self) -> tuple[float, float]:
        """φ(0) and φ(1)."""
        first = HALF_PI * self.offset / (1.0 + self.offset)
        return first, float(_angle(first, np.asarray(self.final_snr, np.float64)))

    def _angle(self, t: ArrayLike) -> Reals:
        first, last = self.angles
        return np.asarray(first + (last - first) * times(t))

    def noise_rate(self, t: ArrayLike) -> Reals:
        """β(t) = -2 d ln α/dt = 2 φ' tan φ."""
        first, last = self.angles
        angle = self._angle(t)
        return np.asarray(2.0 * (last - first) * sin(angle) / cos(angle))

    def log_snr(self, t: ArrayLike) -> Reals:
        """Return ln γ(t) with γ = cos²φ/(sin(φ-φ₀) sin(φ+φ₀)), φ₀ = φ(0)."""
        angle, first = self._angle(t), self.angles[0]
        signal, total = cos(angle), angle + first
        noise = sin(angle - first) * sin(np.minimum(total, 2.0 * HALF_PI - total))
        ratio = signal * signal / np.where(noise > 0.0, noise, 1.0)
        return np.where(noise > 0.0, log(ratio), np.inf)

    def time_from_snr(self, snr: ArrayLike) -> Reals:
        """The t at which cos²φ = cos²φ(0) γ/(1+γ)."""
        first, last = self.angles
        return np.clip((_angle(first, ratios(snr)) - first) / (last - first), 0.0, 1.0)


def _angle(first: float, snr: Reals) -> Reals:
    """The φ in [0, π/2] with tan²φ = (1 + γ sin²φ₀)/(γ cos²φ₀), by bisection."""
    least = 1.0 / snr  # γ may be infinite
    start = np.asarray(first)
    opposite, adjacent = np.sqrt(least + sin(start) ** 2), cos(start)
    low, high = np.zeros_like(least), np.full_like(least, HALF_PI)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        before = sin(middle) * adjacent < cos(middle) * opposite
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return 0.5 * (low + high)
