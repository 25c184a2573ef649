"""The pseudo-likelihood: each bit given all the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..backends import get_backend
from ..backends.protocol import Reals
from ..rbm import RBM, BernoulliRBM
from ._arguments import check_model, states

__all__ = ["pseudo_log_likelihood"]

_NUMBERS_AT_ONCE = 1 << 18  # hidden log-odds of a chunk: they stay in the cache over N flips


def pseudo_log_likelihood(model: RBM, v: ArrayLike) -> Reals:
    r"""Sum over all N bits of the log-probability of each given the others, in nats.

    .. math::

        \sum_i \ln p(v_i \mid v_{-i}) = -\sum_i \ln\left(1 + e^{F(v) - F(v^{(i)})}\right)

    with :math:`v^{(i)}` the state with bit i flipped. ln Z is not needed. Every bit is flipped:
    it is no stochastic proxy.

    Parameters
    ----------
    model : BernoulliRBM
    v : array_like, (N,) or (B, N)

    Returns
    -------
    float64 array, (B,); one row for a single state

    Raises
    ------
    TypeError
        If the model's visible units are not binary.

    References
    ----------
    Besag, The Statistician 24 (1975), doi 10.2307/2987782.
    """
    if not isinstance(model, BernoulliRBM):
        raise TypeError(f"model: got {type(model).__name__}, expected a BernoulliRBM")
    check_model(model)
    v = states("v", v, model)
    size = max(1, _NUMBERS_AT_ONCE // model.n_hidden)
    parts = [_rows(model, v[k : k + size].astype(np.float64)) for k in range(0, len(v), size)]
    return np.concatenate(parts)


def _rows(model: BernoulliRBM, v: Reals) -> Reals:
    backend = get_backend()
    weights = np.asarray(model.weights, np.float64)
    bias = np.asarray(model.visible_bias, np.float64)
    odds = model.hidden_log_odds(v)
    soft = backend.softplus(odds).sum(axis=1)
    change = 1.0 - 2.0 * v
    total = np.zeros(len(v))
    for i in range(model.n_visible):
        flipped = backend.softplus(odds + change[:, i : i + 1] * weights[i]).sum(axis=1)
        rise = change[:, i] * bias[i] + flipped - soft  # F(v) - F(v with bit i flipped)
        total -= backend.softplus(rise)
    return total
