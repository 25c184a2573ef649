"""The pseudo-likelihood: each visible unit given all the others."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends import get_backend
from ..backends.protocol import Reals
from ..backends.reference.elementary import exp, log
from ..rbm import RBM, BernoulliRBM, GaussianRBM
from ._arguments import check_model, states

__all__ = ["conditional_cost", "pseudo_log_likelihood"]

_NUMBERS_AT_ONCE = 1 << 18  # hidden log-odds of a chunk: they stay in the cache over N units
_DENSITIES_AT_ONCE = 1 << 22  # of the points of one unit: 32 MB
_TAIL = 8.0  # widths beyond the outermost Gaussians: less than 1e-15 of one lies there

Conditional = Callable[[Reals, Reals, int], Reals]
"""ln p(v_i | the others) of rows v, (B, N), with hidden log-odds (B, M), for a unit i."""


def pseudo_log_likelihood(model: RBM, v: ArrayLike, n_units: int | None = None) -> Reals:
    r"""Sum over all N visible units of the log-probability of each given the others, in nats.

    .. math::

        \sum_i \ln p(v_i \mid v_{-i}), \qquad
        \ln p(v_i \mid v_{-i}) = -\ln\left(1 + e^{F(v) - F(v^{(i)})}\right)
        \quad\text{or}\quad
        -F(v) - \ln\int e^{-F(v_1, \ldots, x, \ldots, v_N)}\,dx

    for bits, with :math:`v^{(i)}` the state with bit i flipped, and for real units, whose
    densities are those of the model's units. ln Z is not needed.

    Parameters
    ----------
    model : BernoulliRBM or GaussianRBM
    v : array_like, (N,) or (B, N)
        States of the model: for real data, standardised ones.
    n_units : int, optional
        Take so many units of each row, evenly spaced and others from row to row, for all of them.
        By default all N: then it is no stochastic proxy.

    Returns
    -------
    float64 array, (B,); one row for a single state

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it should be.

    Notes
    -----
    Given the others, a real unit is a mixture of Gaussians of width σ. The trapezoidal rule with
    steps of σ integrates it to a relative error of 6e-9.

    References
    ----------
    Besag, The Statistician 24 (1975), doi 10.2307/2987782.
    """
    check_model(model)
    if isinstance(model, GaussianRBM):
        conditional = _of_real_units(model)
    elif isinstance(model, BernoulliRBM):
        conditional = _of_bits(model)
    else:
        raise TypeError(
            f"model: got {type(model).__name__}, expected a BernoulliRBM or a GaussianRBM"
        )
    v, n = states("v", v, model), model.n_visible
    wanted = n if n_units is None else _check.integer("n_units", n_units, 1, n)
    size = _rows_at_once(model)
    parts = [
        _rows(model, conditional, v[k : k + size].astype(np.float64), k, wanted)
        for k in range(0, len(v), size)
    ]
    return np.concatenate(parts) * (n / wanted)


def conditional_cost(model: RBM) -> float:
    """Hidden log-odds that the probability of one unit of a row takes, on average."""
    if not isinstance(model, GaussianRBM):
        return float(model.n_hidden)
    return float(np.mean([len(_points(model, i)) for i in range(model.n_visible)])) * model.n_hidden


def _rows_at_once(model: RBM) -> int:
    size = _NUMBERS_AT_ONCE // model.n_hidden
    if isinstance(model, GaussianRBM):
        most = max(len(_points(model, i)) for i in range(model.n_visible))
        size = min(size, _DENSITIES_AT_ONCE // most)
    return max(1, size)


def _rows(model: RBM, conditional: Conditional, v: Reals, first: int, wanted: int) -> Reals:
    """Of rows that are numbered from ``first`` on."""
    n, odds, total = model.n_visible, model.hidden_log_odds(v), np.zeros(len(v))
    row = first + np.arange(len(v))
    spaced = np.arange(wanted) * n // wanted
    for i in range(n):
        rows = np.flatnonzero(np.isin((i - row) % n, spaced))
        if len(rows):
            total[rows] += conditional(v[rows], odds[rows], i)
    return total


def _of_bits(model: RBM) -> Conditional:
    backend = get_backend()
    weights = np.asarray(model.weights, np.float64)
    bias = np.asarray(model.visible_bias, np.float64)

    def conditional(v: Reals, odds: Reals, i: int) -> Reals:
        change = 1.0 - 2.0 * v[:, i]
        flipped = backend.softplus(odds + change[:, None] * weights[i]).sum(axis=1)
        rise = change * bias[i] + flipped - backend.softplus(odds).sum(axis=1)
        return np.asarray(-backend.softplus(rise))  # rise: F(v) - F(v with bit i flipped)

    return conditional


def _of_real_units(model: GaussianRBM) -> Conditional:
    backend = get_backend()
    known, bias = model.conditionals, np.asarray(model.visible_bias, np.float64)

    def free(x: Reals, odds: Reals, i: int) -> Reals:
        """-F but for what other visible units add to it."""
        soft = backend.softplus(odds).sum(axis=-1)
        return np.asarray(soft - 0.5 * known.precision[i] * np.square(x - bias[i]))

    def conditional(v: Reals, odds: Reals, i: int) -> Reals:
        of_others = odds - v[:, i, None] * known.coupling[i]
        x = _points(model, i)
        log_density = np.empty((len(v), len(x)))
        for k, point in enumerate(x):  # point by point: hidden log-odds of all rows at a time
            log_density[:, k] = free(point, of_others + point * known.coupling[i], i)
        top = log_density.max(axis=1)
        total = exp(log_density - top[:, None]).sum(axis=1) * (x[1] - x[0])
        return np.asarray(free(v[:, i], odds, i) - top - log(total))

    return conditional


def _points(model: GaussianRBM, i: int) -> Reals:
    """Points σ apart wherever unit i has weight, whatever the others."""
    w = np.asarray(model.weights[i], np.float64)
    b, width = float(model.visible_bias[i]), float(model.sigma[i])
    low = b + np.minimum(w, 0.0).sum() - _TAIL * width
    high = b + np.maximum(w, 0.0).sum() + _TAIL * width
    return np.asarray(low + width * np.arange(math.ceil((high - low) / width) + 1))
