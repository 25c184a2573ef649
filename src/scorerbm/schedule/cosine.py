"""The sinusoidal schedule."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from .base import Schedule, log_snr_from_log_alpha2, ratios, times

__all__ = ["CosineSchedule"]


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

    @property
    def _first(self) -> float:
        return 0.5 * math.pi * self.offset / (1.0 + self.offset)

    @property
    def _last(self) -> float:
        alpha = math.sqrt(self.final_snr / (1.0 + self.final_snr))
        return math.acos(alpha * math.cos(self._first))

    def _angle(self, t: ArrayLike) -> Reals:
        return np.asarray(self._first + (self._last - self._first) * times(t))

    def noise_rate(self, t: ArrayLike) -> Reals:
        """β(t) = -2 d ln α/dt = 2 φ' tan φ."""
        return np.asarray(2.0 * (self._last - self._first) * np.tan(self._angle(t)))

    def log_snr(self, t: ArrayLike) -> Reals:
        """Ln γ(t), from ln α² = 2 ln(cos φ(t)/cos φ(0))."""
        ratio = np.cos(self._angle(t)) / math.cos(self._first)
        return log_snr_from_log_alpha2(2.0 * np.log(np.minimum(ratio, 1.0)))

    def time_from_snr(self, snr: ArrayLike) -> Reals:
        """The t at which cos φ = cos φ(0) (1 + 1/γ)^-½."""
        cosine = math.cos(self._first) / np.sqrt(1.0 + 1.0 / ratios(snr))
        t = (np.arccos(cosine) - self._first) / (self._last - self._first)
        return np.clip(t, 0.0, 1.0)
