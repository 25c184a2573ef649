"""Likelihoods of data, and free energies of samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..rbm import RBM
from ._arguments import check_model, states
from .log_z import LogPartition
from .partition import log_partition

__all__ = ["log_likelihood", "mean_free_energy_gap"]


def log_likelihood(
    model: RBM, v: ArrayLike, log_z: float | LogPartition | None = None, **options: Any
) -> Reals:
    """Log-likelihood ln p(v) = -F(v) - ln Z of each row, in nats.

    Parameters
    ----------
    model : RBM
    v : array_like, (N,) or (B, N)
    log_z : float or LogPartition, optional
        ln Z if known; computed if not.
    **options
        For `log_partition`, where ``log_z`` is not given.

    Returns
    -------
    float64 array, (B,); one row for a single state
    """
    check_model(model)
    v = states("v", v, model)
    if log_z is None:
        log_z = log_partition(model, **options)
    elif options:
        raise TypeError(f"log_z: got a value, and options to compute it: {sorted(options)}")
    return np.asarray(-model.free_energy(v) - _check.number("log_z", log_z))


def mean_free_energy_gap(model: RBM, v: ArrayLike, reference: ArrayLike) -> float:
    """Mean ln p of the states less that of reference states: mean F(reference) - mean F(v).

    Zero on average if both are samples of the same distribution; negative if the states are less
    likely under the model than the reference. ln Z is not needed.

    Parameters
    ----------
    model : RBM
    v, reference : array_like, (B, N) and (C, N)
        Samples, and exact samples or data.

    Returns
    -------
    float
        In nats.
    """
    check_model(model)
    v, reference = states("v", v, model), states("reference", reference, model)
    return float(model.free_energy(reference).mean() - model.free_energy(v).mean())
