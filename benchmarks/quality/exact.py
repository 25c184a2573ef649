"""The exact likelihood, quickly enough to follow it along a training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr

from .problems import Bits

__all__ = ["exact_log_likelihood", "exact_log_z"]

Reals = NDArray[np.float64]

_AT_ONCE = 16  # factors 1 + exp(x) multiplied before a logarithm is taken


def exact_log_z(model: sr.BernoulliRBM) -> float:
    r"""ln Z by enumerating the hidden units, with exponentials of halves of them.

    .. math:: Z = \sum_h e^{c^\top h} \prod_i (1 + e^{b_i + (Wh)_i}), \qquad
              e^{b_i + (Wh)_i} = e^{b_i + (W h_1)_i} e^{(W h_2)_i}

    Where a product overflows, `scorerbm.log_partition` takes over: the same sum, more slowly.
    """
    w, b, c = (np.asarray(x, np.float64) for x in model.parameters.values())
    half = w.shape[1] // 2
    first, second = _states(half), _states(w.shape[1] - half)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        a = _padded(np.exp(w[:, :half] @ first.T + b[:, None]))
        z = _padded(np.exp(w[:, half:] @ second.T))
        x = np.empty_like(a)
        shape = (-1, _AT_ONCE, x.shape[1])
        parts = np.empty(len(second))
        for k in range(len(second)):
            np.multiply(a, z[:, k : k + 1], out=x)
            x += 1.0
            factors = np.multiply.reduce(x.reshape(shape), axis=1)
            energy = np.log(factors).sum(axis=0) + first @ c[:half]
            parts[k] = np.logaddexp.reduce(energy) + second[k] @ c[half:]
    total = float(np.logaddexp.reduce(parts))
    if np.isfinite(total):
        return total
    return float(sr.log_partition(model, method="exact", n_threads=1))


def exact_log_likelihood(model: sr.BernoulliRBM, *rows: Bits) -> list[float]:
    """Mean ln p(v) of each set of rows, in nats."""
    log_z = exact_log_z(model)
    return [float(np.mean(sr.log_likelihood(model, v, log_z))) for v in rows]


def _states(n: int) -> Reals:
    return (np.arange(1 << n)[:, None] >> np.arange(n) & 1).astype(np.float64)


def _padded(x: Reals) -> Reals:
    """Rows of zeros up to a multiple, each a factor of 1."""
    return np.pad(x, ((0, -len(x) % _AT_ONCE), (0, 0)))
