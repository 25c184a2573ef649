"""The pseudo-likelihood: each visible unit given all the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends import get_backend
from ..backends.protocol import Reals
from ..backends.reference.elementary import exp, log
from ..rbm import RBM, BernoulliRBM, GaussianRBM
from ._arguments import check_model, states

__all__ = ["affordable_units", "conditional_cost", "pseudo_log_likelihood"]

_NUMBERS_AT_ONCE = 1 << 18  # hidden log-odds of a chunk: they stay in the cache over N units
_POINTS_AT_ONCE = 128
_TAIL = 8.0  # widths beyond the outermost Gaussians: less than 1e-15 of one lies there

Conditional = Callable[[Reals, Reals, Reals, int], Reals]
"""ln p(v_i | the others) of rows v, (B, N), with hidden log-odds (B, M) and the sums of their
softplus, (B,), for a unit i."""


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
    size = max(1, _NUMBERS_AT_ONCE // model.n_hidden)
    parts = [
        _rows(model, conditional, v[k : k + size].astype(np.float64), wanted, k)
        for k in range(0, len(v), size)
    ]
    return np.concatenate(parts) * (n / wanted)


def affordable_units(model: RBM, n_rows: int, n_log_odds: float) -> int:
    """Units of each of so many rows that take no more hidden log-odds than these; at least one."""
    return min(model.n_visible, max(1, int(n_log_odds / (n_rows * conditional_cost(model)))))


def conditional_cost(model: RBM) -> float:
    """Hidden log-odds that the probability of one unit of a row takes, on average."""
    if not isinstance(model, GaussianRBM):
        return float(model.n_hidden)
    return float(np.mean([_line(model, i).n_points for i in range(model.n_visible)])) * (
        model.n_hidden
    )


def _rows(model: RBM, conditional: Conditional, v: Reals, wanted: int, first: int) -> Reals:
    n, odds, total = model.n_visible, model.hidden_log_odds(v), np.zeros(len(v))
    soft = get_backend().softplus(odds).sum(axis=1)
    row = first + np.arange(len(v))
    spaced = np.arange(wanted) * n // wanted
    for i in range(n):
        rows = np.flatnonzero(np.isin((i - row) % n, spaced))
        if len(rows):
            total[rows] += conditional(v[rows], odds[rows], soft[rows], i)
    return total


def _of_bits(model: RBM) -> Conditional:
    backend = get_backend()
    weights = np.asarray(model.weights, np.float64)
    bias = np.asarray(model.visible_bias, np.float64)

    def conditional(v: Reals, odds: Reals, soft: Reals, i: int) -> Reals:
        change = 1.0 - 2.0 * v[:, i]
        flipped = backend.softplus(odds + change[:, None] * weights[i]).sum(axis=1)
        rise = change * bias[i] + flipped - soft  # F(v) - F(v with bit i flipped)
        return np.asarray(-backend.softplus(rise))

    return conditional


def _of_real_units(model: GaussianRBM) -> Conditional:
    known, bias = model.conditionals, np.asarray(model.visible_bias, np.float64)

    def conditional(v: Reals, odds: Reals, soft: Reals, i: int) -> Reals:
        x, coupling = v[:, i], known.coupling[i]
        free = soft - 0.5 * known.precision[i] * np.square(x - bias[i])  # -F but for a constant
        line, of_others = _line(model, i), odds - x[:, None] * coupling
        size = max(1, _NUMBERS_AT_ONCE // (len(coupling) * min(_POINTS_AT_ONCE, line.n_points)))
        log_integral = [
            _log_integral(of_others[k : k + size], coupling, line) for k in range(0, len(x), size)
        ]
        return np.asarray(free - np.concatenate(log_integral))

    return conditional


class _Line(NamedTuple):
    """Points σ apart wherever a unit has weight, whatever the others."""

    low: float
    width: float
    n_points: int
    bias: float

    def points(self) -> Iterator[Reals]:
        """Some of them at a time: of a model that has diverged there are many."""
        for k in range(0, self.n_points, _POINTS_AT_ONCE):
            number = np.arange(k, min(k + _POINTS_AT_ONCE, self.n_points))
            yield np.asarray(self.low + self.width * number, np.float64)


def _line(model: GaussianRBM, i: int) -> _Line:
    w = np.asarray(model.weights[i], np.float64)
    b, width = float(model.visible_bias[i]), float(model.sigma[i])
    low = b + np.minimum(w, 0.0).sum() - _TAIL * width
    high = b + np.maximum(w, 0.0).sum() + _TAIL * width
    return _Line(low, width, math.ceil((high - low) / width) + 1, b)


def _log_integral(of_others: Reals, coupling: Reals, line: _Line) -> Reals:
    """Ln ∫ exp(-F) over one unit, but for the constant, with the others' log-odds (B, M)."""
    backend = get_backend()
    total: Reals | None = None
    for x in line.points():
        odds = of_others[:, None, :] + (x[:, None] * coupling)[None]
        soft = backend.softplus(odds.reshape(-1, odds.shape[-1])).sum(axis=1)
        density = soft.reshape(-1, len(x)) - 0.5 * np.square((x - line.bias) / line.width)
        top = density.max(axis=1)
        some = top + log(exp(density - top[:, None]).sum(axis=1))
        if total is not None:
            some = np.maximum(total, some) + backend.softplus(-np.abs(total - some))
        total = some
    assert total is not None
    return np.asarray(total + math.log(line.width))
