"""Distributions over all visible states of a small model, and how far apart two of them are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..rbm import RBM
from ._arguments import check_model, place
from .enumeration import log_sum_exp

__all__ = ["empirical_probabilities", "kl_divergence", "state_probabilities", "total_variation"]

_MOST_UNITS = 20
_SUM_TOLERANCE = 1e-6


def state_probabilities(
    model: RBM, *, backend: str = "auto", n_threads: int | None = None
) -> Reals:
    """p(v) of all 2ᴺ visible states, bit i of the index being v_i.

    Raises
    ------
    TypeError
        If the visible units are not binary.
    ValueError
        If there are more than 20 of them.
    """
    check_model(model)
    where, threads = place(backend, n_threads)
    if model.binary_visible:
        _check_units("model", model.n_visible)
    log_weights = model.enumerate_visible(backend=where, n_threads=threads)
    p = np.exp(log_weights - log_sum_exp(log_weights))
    return np.asarray(p / p.sum())


def empirical_probabilities(v: ArrayLike) -> Reals:
    """Frequencies of all 2ᴺ states among binary samples (B, N), bit i of the index being v_i.

    Raises
    ------
    ValueError
        If there is no sample, or N is more than 20.
    """
    states = _check.bits("v", v, (None, None))
    if states.size == 0:
        raise ValueError(f"v: got shape {states.shape}, expected at least one state")
    n = states.shape[1]
    _check_units("v", n)
    index = states.astype(np.int64) @ (1 << np.arange(n, dtype=np.int64))
    return np.bincount(index, minlength=1 << n) / len(states)


def kl_divergence(p: ArrayLike, q: ArrayLike) -> float:
    """Σ p ln(p/q), in nats; infinite where q vanishes and p does not.

    Parameters
    ----------
    p, q : array_like, (K,)
        Probabilities of the same states.

    Raises
    ------
    ValueError
        If they are not probabilities of as many states: negative, or their sum is not 1.
    """
    a, b = _pair(p, q)
    seen = a > 0.0
    if (b[seen] == 0.0).any():
        return float("inf")
    return float((a[seen] * np.log(a[seen] / b[seen])).sum())


def total_variation(p: ArrayLike, q: ArrayLike) -> float:
    """½ Σ |p - q|, between 0 and 1.

    Parameters
    ----------
    p, q : array_like, (K,)
        Probabilities of the same states.

    Raises
    ------
    ValueError
        If they are not probabilities of as many states: negative, or their sum is not 1.
    """
    a, b = _pair(p, q)
    return float(0.5 * np.abs(a - b).sum())


def _check_units(name: str, n: int) -> None:
    if n > _MOST_UNITS:
        raise ValueError(f"{name}: got {n} visible units, expected at most {_MOST_UNITS}")


def _pair(p: Any, q: Any) -> tuple[Reals, Reals]:
    a = _probabilities("p", p, (None,))
    return a, _probabilities("q", q, a.shape)


def _probabilities(name: str, value: Any, shape: tuple[int | None, ...]) -> Reals:
    p = _check.real_array(name, value, shape)
    if p.size == 0 or p.min() < 0.0:
        low = "nothing" if p.size == 0 else p.min()
        raise ValueError(f"{name}: got {low}, expected probabilities of at least 0")
    if abs(p.sum() - 1.0) > _SUM_TOLERANCE:
        raise ValueError(f"{name}: got a sum of {p.sum():.9g}, expected 1")
    return p
