"""How long a chain remembers: autocorrelation, its integrated time, the effective sample size."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ._arguments import series

__all__ = [
    "AutocorrelationTime",
    "ShortSeriesWarning",
    "autocorrelation",
    "autocorrelation_time",
    "effective_sample_size",
]

_FEWEST_TIMES = 50.0  # Below it the error of τ is half of τ itself.
_FEWEST_OF_A_CHAIN = 10.0  # Nearer to the window's limit of n/2, only low estimates are found.
_NUMBERS_AT_ONCE = 1 << 22  # of a block of transforms: 64 MB


class ShortSeriesWarning(UserWarning):
    """A series is too short for its autocorrelation time to be known; it may be far longer."""


@dataclass(frozen=True)
class AutocorrelationTime:
    """An integrated autocorrelation time, in steps of the series.

    Attributes
    ----------
    value : float
        τ; 1 for independent numbers.
    error : float
        Its standard error; infinite where the correlations outlast the series, and the value is
        then no more than a lower bound.
    window : int
        M, the last lag of the sum.
    n_steps, n_chains : int
        Shape of the series.
    """

    value: float
    error: float
    window: int
    n_steps: int
    n_chains: int

    @property
    def n_samples(self) -> int:
        """Numbers in the series, all chains together."""
        return self.n_steps * self.n_chains

    @property
    def effective_sample_size(self) -> float:
        """Independent numbers whose mean has the variance of the series' mean."""
        return self.n_samples / self.value

    @property
    def is_short(self) -> bool:
        """Whether the series has less than 50 τ in all, or less than 10 τ in each chain."""
        in_all, of_a_chain = self.effective_sample_size, self.n_steps / self.value
        resolved = in_all >= _FEWEST_TIMES and of_a_chain >= _FEWEST_OF_A_CHAIN
        return not (resolved and math.isfinite(self.error))


def autocorrelation(x: ArrayLike, *, max_lag: int | None = None) -> Reals:
    r"""Autocorrelation of a series, the mean over its chains, by fast Fourier transform.

    .. math::

        \rho(t) = \frac{\gamma(t)}{\gamma(0)}, \qquad
        \gamma(t) = \frac{1}{(n-t)\,C} \sum_{c=1}^{C} \sum_{s=1}^{n-t}
        (x_{s,c} - \bar x)(x_{s+t,c} - \bar x)

    with :math:`\bar x` the mean over all chains. Chains that stay apart thus correlate at every
    lag, which their own means would hide; and short chains are not biased by theirs.

    Parameters
    ----------
    x : array_like, (n,) or (n, C)
        One number a step, n ≥ 4, of each of C chains.
    max_lag : int, optional
        Largest t, at most n - 1; ⌊n/2⌋ by default, beyond which few pairs are left.

    Returns
    -------
    float64 array, (max_lag + 1,)
        Around zero, :math:`\rho` scatters by about :math:`\sqrt{\sum_t \rho(t)^2/(nC)}`, the sum
        over both signs of t.

    Raises
    ------
    TypeError, ValueError
        If x is no series of finite numbers, is constant, or is too short for ``max_lag``.
    """
    chains = series(x)
    n = len(chains)
    last = n // 2 if max_lag is None else _check.integer("max_lag", max_lag, 0, n - 1)
    return _autocorrelation(chains, last)


def autocorrelation_time(x: ArrayLike, *, window: float = 6.0) -> AutocorrelationTime:
    r"""Integrated autocorrelation time: the steps between two effectively independent numbers.

    The variance of the mean of x is that of independent numbers times

    .. math:: \tau = 1 + 2 \sum_{t=1}^{\infty} \rho(t) \approx 1 + 2 \sum_{t=1}^{M} \rho(t),

    cut where noise takes over. Sokal's automatic window is the smallest M with

    .. math:: M \ge \tfrac{1}{2} c\, \max(\tau_M, \tau'_M), \qquad
              \tau'_M = 1 + 2 \sum_{t=1}^{M} (-1)^t \rho(t).

    Where ρ ≥ 0, as for block Gibbs chains, :math:`\tau'_M \le \tau_M` and this is his rule
    (his τ is half of this one); a chain that alternates would have it end too early. The standard
    error is that of Madras and Sokal for :math:`\tau \ll M \ll nC`,

    .. math:: \delta\tau = \tau\, \sqrt{2(2M + 1)/(nC)}.

    The estimate is low by a relative (2M + 1)/(nC), since the mean is that of the series, and
    by about :math:`e^{-c}`, both less than the error.

    Parameters
    ----------
    x : array_like, (n,) or (n, C)
        One number a step, n ≥ 4, of each of C chains in equilibrium. They are taken around their
        common mean: give them one by one to see each chain's own memory.
    window : float
        c. Four is enough for a single exponential, six is prudent.

    Returns
    -------
    AutocorrelationTime
        Not below :math:`1/\log_{10}(nC)`, as in Stan: smaller times are of alternating chains,
        and cannot be told from zero.

    Warns
    -----
    ShortSeriesWarning
        If nC < 50 τ or n < 10 τ, or if no lag up to n/2 fulfils the rule. ``is_short`` of the
        result says the same.

    Raises
    ------
    TypeError, ValueError
        If x is no series of finite numbers, or is constant.

    Notes
    -----
    τ is that of the observable x, and sees only what the chains have visited: one that never left
    its mode has a short τ. Compare chains from different starts with `potential_scale_reduction`.

    References
    ----------
    Sokal, "Monte Carlo methods in statistical mechanics: foundations and new algorithms" (1997),
    section 3, doi 10.1007/978-1-4899-0319-8_6. Madras and Sokal, J. Stat. Phys. 50 (1988) 109,
    appendix C, doi 10.1007/BF01022990.
    """
    time = _integrate(series(x), _check.number("window", window, above=0.0))
    _warn_if_short(time)
    return time


def effective_sample_size(x: ArrayLike, *, window: float = 6.0) -> float:
    r"""Independent numbers whose mean has the variance of the mean of x: :math:`nC/\tau`.

    Parameters
    ----------
    x, window
        As for `autocorrelation_time`.

    Returns
    -------
    float

    Warns
    -----
    ShortSeriesWarning
        If it is less than 50, or 10 of a chain, or the correlations outlast the series.

    Raises
    ------
    TypeError, ValueError
        If x is no series of finite numbers, or is constant.
    """
    time = _integrate(series(x), _check.number("window", window, above=0.0))
    _warn_if_short(time)
    return time.effective_sample_size


def _autocorrelation(chains: Reals, max_lag: int) -> Reals:
    n, n_chains = chains.shape
    size = 1 << (n + max_lag).bit_length()  # zeros behind the series, so that nothing wraps around
    mean = chains.mean()
    scale = np.abs(chains - mean).max()
    power = np.zeros(size // 2 + 1)
    at_once = max(1, _NUMBERS_AT_ONCE // size)
    for k in range(0, n_chains, at_once):
        spectrum = np.fft.rfft((chains[:, k : k + at_once] - mean) / scale, size, axis=0)
        power += (spectrum.real**2 + spectrum.imag**2).sum(axis=1)
    covariance = np.fft.irfft(power, size)[: max_lag + 1] / (n - np.arange(max_lag + 1))
    return np.asarray(covariance / covariance[0])


def _integrate(chains: Reals, c: float) -> AutocorrelationTime:
    n, n_chains = chains.shape
    lags = np.arange(n // 2 + 1)
    rho = _autocorrelation(chains, n // 2)
    # The term of lag zero is 1, not 2.
    sums = 2.0 * np.cumsum(rho) - 1.0
    alternating = 2.0 * np.cumsum(np.where(lags % 2 == 0, rho, -rho)) - 1.0
    fulfilled = lags >= 0.5 * c * np.maximum(sums, alternating)
    found = bool(fulfilled.any())
    last = int(fulfilled.argmax()) if found else n // 2
    value = max(float(sums[last]), 1.0 / max(1.0, math.log10(chains.size)))
    error = value * math.sqrt(2.0 * (2 * last + 1) / chains.size) if found else math.inf
    return AutocorrelationTime(value, error, last, n, n_chains)


def _warn_if_short(time: AutocorrelationTime) -> None:
    if not time.is_short:
        return
    least = "" if math.isfinite(time.error) else "at least "
    message = (
        f"x: got {time.n_chains} × {time.n_steps} steps with an autocorrelation time of "
        f"{least}{time.value:.3g}, expected {_FEWEST_TIMES:g} times as many steps in all and "
        f"{_FEWEST_OF_A_CHAIN:g} times in each chain"
    )
    warnings.warn(message, ShortSeriesWarning, stacklevel=3)
