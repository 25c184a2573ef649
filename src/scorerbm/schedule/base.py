"""The variance-preserving diffusion and what a schedule says of it."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..backends.reference import elementary

__all__ = ["Schedule"]

_CHECKPOINTS = np.linspace(0.0, 1.0, 1001)


class Schedule(ABC):
    r"""How fast the forward process adds noise.

    .. math::

        dv = -\tfrac12\beta(t)\,v\,dt + \sqrt{\beta(t)}\,dw, \qquad
        v_t = \alpha_t v_0 + \sigma_t\zeta, \qquad
        \alpha_t = e^{-\frac12\int_0^t\beta}, \quad \sigma_t^2 = 1 - \alpha_t^2

    for t in [0, 1] (Song et al., arXiv 2011.13456). A subclass gives the logarithm of the
    signal-to-noise ratio γ = α²/σ², its inverse and the noise rate; all else follows, so that
    α² + σ² = 1 holds by construction.
    """

    @abstractmethod
    def log_snr(self, t: ArrayLike) -> Reals:
        """Return ln γ(t), decreasing; +inf where there is no noise."""

    @abstractmethod
    def noise_rate(self, t: ArrayLike) -> Reals:
        """β(t) ≥ 0."""

    @abstractmethod
    def time_from_snr(self, snr: ArrayLike) -> Reals:
        """Time t at which γ(t) takes the given value."""

    def snr(self, t: ArrayLike) -> Reals:
        """γ(t) = α²/σ²."""
        return np.exp(self.log_snr(t))

    def alpha(self, t: ArrayLike) -> Reals:
        """Amplitude of the signal, α = (1 + 1/γ)^-½."""
        return _amplitude(-self.log_snr(t))

    def sigma(self, t: ArrayLike) -> Reals:
        """Amplitude of the noise, σ = (1 + γ)^-½."""
        return _amplitude(self.log_snr(t))

    def _validate(self) -> None:
        """Check on a grid that the schedule is a diffusion.

        Raises
        ------
        ValueError
            If the noise rate is negative or not finite, or the signal-to-noise ratio is not
            strictly decreasing.
        """
        name = type(self).__name__
        rate, log_snr = self.noise_rate(_CHECKPOINTS), self.log_snr(_CHECKPOINTS)
        if not (np.isfinite(rate) & (rate >= 0.0)).all():
            t = _CHECKPOINTS[np.argmin(np.isfinite(rate) & (rate >= 0.0))]
            raise ValueError(f"{name}: the noise rate at t={t:.3g} is negative or not finite")
        if np.isnan(log_snr).any() or not np.isfinite(log_snr[1:]).all():
            raise ValueError(f"{name}: the signal-to-noise ratio is not finite and positive")
        if not (np.diff(log_snr[1:]) < 0.0).all() or not log_snr[0] > log_snr[1]:
            raise ValueError(f"{name}: the signal-to-noise ratio must decrease strictly with t")


def times(t: ArrayLike) -> Reals:
    """Times as float64, checked to lie in [0, 1]."""
    array = np.asarray(_check.as_array("t", t), dtype=np.float64)
    if not ((array >= 0.0) & (array <= 1.0)).all():
        raise ValueError(f"t: got values from {array.min()} to {array.max()}, expected [0, 1]")
    return array


def ratios(snr: ArrayLike) -> Reals:
    """Signal-to-noise ratios as float64, checked to be positive."""
    array = np.asarray(_check.as_array("snr", snr), dtype=np.float64)
    if not (array > 0.0).all():
        raise ValueError(f"snr: got {array.min()}, expected positive numbers")
    return array


def log_snr_from_log_alpha2(log_alpha2: Reals) -> Reals:
    """ln(α²/(1-α²)) from ln α² ≤ 0, accurate at both ends; +inf at α = 1."""
    no_noise = log_alpha2 == 0.0
    variance = np.where(no_noise, 1.0, elementary.one_minus_exp(log_alpha2))
    return np.where(no_noise, np.inf, log_alpha2 - elementary.log(variance))


def _amplitude(x: Reals) -> Reals:
    """(1 + eˣ)^-½, the same digits on every machine, which np.exp does not promise."""
    logarithm = -0.5 * elementary.softplus(x)
    return np.where(
        logarithm < elementary.SMALLEST_EXPONENT, 0.0, elementary.exp_nonpositive(logarithm)
    )
