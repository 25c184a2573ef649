"""The linear schedule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..backends.reference.elementary import log1p
from .base import Schedule, log_snr_from_log_alpha2, ratios, times

__all__ = ["LinearSchedule"]


@dataclass(frozen=True)
class LinearSchedule(Schedule):
    r"""Noise rate linear in time, :math:`\beta(t) = \beta_0 + (\beta_1 - \beta_0)\,t`.

    Parameters
    ----------
    start, stop : float
        β at t = 0 and t = 1; ``start >= 0``, ``stop > 0``.

    References
    ----------
    Song et al., "Score-based generative modeling through stochastic differential equations",
    arXiv 2011.13456.
    """

    start: float = 0.1
    stop: float = 20.0

    def __post_init__(self) -> None:
        _check.number("start", self.start, minimum=0.0)
        _check.number("stop", self.stop, above=0.0)
        self._validate()

    def noise_rate(self, t: ArrayLike) -> Reals:
        """β(t)."""
        return np.asarray(self.start + (self.stop - self.start) * times(t))

    def log_snr(self, t: ArrayLike) -> Reals:
        """Return ln γ(t), from ln α² = -(β₀ t + (β₁-β₀) t²/2)."""
        t = times(t)
        return log_snr_from_log_alpha2(-t * (self.start + 0.5 * (self.stop - self.start) * t))

    def time_from_snr(self, snr: ArrayLike) -> Reals:
        """The root t of β₀ t + (β₁-β₀) t²/2 = ln(1 + 1/γ)."""
        total = log1p(1.0 / ratios(snr))
        slope = self.stop - self.start
        # No root is real where a falling rate never adds that much noise: the end is nearest.
        discriminant = np.maximum(self.start**2 + 2.0 * slope * total, 0.0)
        # This form of the root keeps its digits where the quadratic term is small.
        denominator = self.start + np.sqrt(discriminant)
        root = 2.0 * total / np.where(denominator > 0.0, denominator, 1.0)
        return np.clip(root, 0.0, 1.0)
