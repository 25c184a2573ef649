"""Likelihoods of data, and free energies of samples."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..rbm import RBM
from ._arguments import check_model, states
from .log_z import LogPartition
from .partition import log_partition

__all__ = ["UnitsWarning", "log_likelihood", "mean_free_energy_gap"]

UNITS = ("model", "data")


class UnitsWarning(UserWarning):
    """States that should be standardised look like the data as they were."""


def log_likelihood(
    model: RBM,
    v: ArrayLike,
    log_z: float | LogPartition | None = None,
    *,
    units: str = "model",
    **options: Any,
) -> Reals:
    r"""Log-likelihood ln p(v) = -F(v) - ln Z of each row, in nats.

    Parameters
    ----------
    model : RBM
    v : array_like, (N,) or (B, N)
    log_z : float or LogPartition, optional
        ln Z if known; computed if not.
    units : {"model", "data"}
        What the rows are, and what the density is per unit of: states v of the model, or data x in
        their own units, which the model standardises,

        .. math:: \ln p(x) = \ln p(v) - \sum_i \ln s_i, \qquad v_i = (x_i - m_i)/s_i.

        The same for bits, and for a model that was not told of data.
    **options
        For `log_partition`, where ``log_z`` is not given.

    Returns
    -------
    float64 array, (B,); one row for a single state

    Warns
    -----
    UnitsWarning
        If states of the model are asked for and the rows have the means and spreads of the data
        it was trained on, as they were before they were standardised.
    """
    check_model(model)
    known = model.standardisation
    if _check.choice("units", units, UNITS) == "data":
        v = model.standardise(v)
    v = states("v", v, model)
    if known is not None and units == "model" and known.looks_raw(v):
        warnings.warn(
            "v: got rows with the means and spreads of the data, expected standardised ones: pass "
            'model.standardise(x), or units="data" for the density in the units of the data',
            UnitsWarning,
            stacklevel=2,
        )
    if log_z is None:
        log_z = log_partition(model, **options)
    elif options:
        raise TypeError(f"log_z: got a value, and options to compute it: {sorted(options)}")
    density = -model.free_energy(v) - _check.number("log_z", log_z)
    of_scale = known.log_jacobian if known is not None and units == "data" else 0.0
    return np.asarray(density + of_scale)


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
