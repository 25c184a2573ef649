"""The density of the noised model in closed form."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..rbm import RBM, BernoulliRBM
from ..rbm.base import all_states
from ..schedule import Schedule

__all__ = ["noised_density"]

_MOST_UNITS = 16


def noised_density(model: RBM, v: ArrayLike, t: float, schedule: Schedule) -> Reals:
    r"""Return the density of :math:`v_t = \alpha_t v_0 + \sigma_t\zeta` with v₀ from the model.

    .. math:: p_t(v) = \sum_{v_0} p(v_0)\, N(v; \alpha_t v_0, \sigma_t^2 I)

    Parameters
    ----------
    model : BernoulliRBM
        With at most 16 visible units: their 2ᴺ states are enumerated.
    v : array_like, (N,) or (B, N)
        Where to evaluate.
    t : float
        Time, ``0 < t <= 1``.
    schedule : Schedule

    Returns
    -------
    float64 array, () or (B,)

    Raises
    ------
    TypeError
        If the model is of another family.
    ValueError
        If the model is too large, shapes disagree, t is out of range, or there is no noise at t.
    """
    probability = state_probabilities(model, _MOST_UNITS)
    n = model.n_visible
    v = _check.real_array("v", v, (n,), (None, n))
    t = _check.number("t", t, above=0.0, maximum=1.0)
    alpha, sigma = amplitudes(schedule, t)
    if sigma == 0.0:
        raise ValueError(f"t: got {t}, where the schedule has added no noise")
    norm = (math.sqrt(2.0 * math.pi) * sigma) ** n
    density = np.zeros(v.shape[:-1])
    for v0, p in zip(all_states(n), probability, strict=True):
        distance = np.square((v - alpha * v0) / sigma).sum(axis=-1)
        density += p / norm * np.exp(-0.5 * distance)
    return density


def state_probabilities(model: RBM, most_units: int) -> Reals:
    """p(v) of all 2ᴺ visible states, bit i of the index being v_i."""
    if not isinstance(model, BernoulliRBM):
        raise TypeError(f"model: got {type(model).__name__}, expected a BernoulliRBM")
    if model.visible_bias.ndim != 1:
        raise ValueError(f"model: got a batch of {len(model.visible_bias)} models, expected one")
    if model.n_visible > most_units:
        raise ValueError(
            f"model: got {model.n_visible} visible units, expected at most {most_units}"
        )
    log_weight = -model.free_energy(all_states(model.n_visible))
    weight = np.exp(log_weight - log_weight.max())
    return np.asarray(weight / weight.sum())


def amplitudes(schedule: Schedule, t: float) -> tuple[float, float]:
    """α and σ at a time."""
    if not isinstance(schedule, Schedule):
        raise TypeError(f"schedule: got {type(schedule).__name__}, expected a Schedule")
    return float(schedule.alpha(t)), float(schedule.sigma(t))
