"""The score of the noised model."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..rbm import RBM
from ..schedule import Schedule
from .base import Denoiser, Particles
from .exact import ExactDenoiser

__all__ = ["score", "tweedie"]

Amplitude = TypeVar("Amplitude", float, Reals)
_LARGEST = 1e18  # estimators square it in single precision


def tweedie(alpha: Amplitude, sigma: Amplitude) -> tuple[Amplitude, Amplitude]:
    r"""Coefficients (a, d) of Tweedie's formula, :math:`\nabla\ln p_t(v_t) = a\,v_t + d\,D(v_t)`.

    .. math:: \nabla_{v_t}\ln p_t(v_t) = \frac{\alpha_t D(v_t) - v_t}{\sigma_t^2},
              \qquad D(v_t) = E[v_0 | v_t]

    The score is affine in v_t and in the posterior mean; integrators fold the coefficients into
    their own.

    References
    ----------
    Efron, "Tweedie's formula and selection bias", JASA 106 (2011).
    """
    variance = sigma * sigma
    return -1.0 / variance, alpha / variance


def score(
    model: RBM,
    v_t: ArrayLike,
    t: float,
    schedule: Schedule,
    denoiser: Denoiser | None = None,
    *,
    seed: int = 0,
    backend: str = "auto",
    n_threads: int | None = None,
) -> Reals:
    r"""Return the score :math:`s(v_t, t) = \nabla\ln p_t(v_t)` of the noised model.

    Parameters
    ----------
    model : RBM
    v_t : array_like, (B, N) or (N,)
        Noisy states, or one.
    t : float
        Time, ``0 < t <= 1``.
    schedule : Schedule
    denoiser : Denoiser, default `ExactDenoiser`
        How the posterior mean is found.
    seed : int
        Of the estimator's noise.
    backend, n_threads
        Where the work is done; neither changes the result.

    Returns
    -------
    float64 array, (B, N) or (N,)

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If shapes disagree, t is out of range, there is no noise at t, or the default
        `ExactDenoiser` has more hidden units to enumerate than it may.
    """
    for name, value, kind in (("model", model, RBM), ("schedule", schedule, Schedule)):
        if not isinstance(value, kind):
            raise TypeError(f"{name}: got {type(value).__name__}, expected {kind.__name__}")
    denoiser = ExactDenoiser() if denoiser is None else denoiser
    if not isinstance(denoiser, Denoiser):
        raise TypeError(f"denoiser: got {type(denoiser).__name__}, expected Denoiser")
    v_t = _check.real_array("v_t", v_t, (model.n_visible,), (None, model.n_visible))
    # Without an array of magnitudes, which would take longer than they do.
    if (largest := max(v_t.max(initial=0.0), -v_t.min(initial=0.0))) > _LARGEST:
        raise ValueError(f"v_t: got {largest:.3g}, expected magnitudes of at most {_LARGEST:.3g}")
    t = _check.number("t", t, above=0.0, maximum=1.0)
    alpha, sigma = float(schedule.alpha(t)), float(schedule.sigma(t))
    if sigma == 0.0:
        raise ValueError(f"t: got {t}, where the schedule has added no noise")
    threads = 0 if n_threads is None else _check.integer("n_threads", n_threads, 1)
    rows = np.atleast_2d(v_t)
    particles = Particles.numbered(len(rows), seed, backend=backend, n_threads=threads)
    estimate = denoiser.bind(model, particles)
    of_state, of_mean = tweedie(alpha, sigma)
    return estimate.combination(rows, alpha, sigma, of_state, of_mean).reshape(v_t.shape)
