"""First and second moments of the visible units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..backends.protocol import Reals
from ..rbm import RBM
from ._arguments import check_model, states
from .enumeration import enumerate_layer

__all__ = ["Moments", "exact_moments", "moment_error", "sample_moments"]


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of the visible units.

    Attributes
    ----------
    first : array, (N,)
        E[v].
    second : array, (N, N)
        E[v vᵀ].
    """

    first: Reals
    second: Reals


def exact_moments(
    model: RBM, *, max_units: int = 24, backend: str = "auto", n_threads: int | None = None
) -> Moments:
    r"""Moments of a model by enumeration of its smaller layer.

    .. math::

        \mathrm{E}[v] = \sum_h p(h)\, m(h), \qquad
        \mathrm{E}[v v^\top] = \sum_h p(h) \left(m(h) m(h)^\top
        + \operatorname{diag} \operatorname{Var}[v \mid h]\right)

    with :math:`m(h) = \mathrm{E}[v \mid h]`.

    Parameters
    ----------
    model : RBM
    max_units : int
        Largest layer to enumerate.
    backend : {"auto", "native", "reference"}
    n_threads : int, optional
        All cores by default.

    Returns
    -------
    Moments

    Raises
    ------
    ValueError
        If the smaller layer has more than ``max_units`` units.
    """
    check_model(model)
    every = enumerate_layer(model, max_units=max_units, backend=backend, n_threads=n_threads)
    first, second = np.zeros(model.n_visible), np.zeros((model.n_visible, model.n_visible))
    diagonal = np.einsum("ii->i", second)
    for part in every.parts():
        first += part.probability @ part.mean
        second += (part.mean * part.probability[:, None]).T @ part.mean
        diagonal += part.probability @ part.variance
    return Moments(first, second)


def sample_moments(v: ArrayLike) -> Moments:
    """Moments of samples, (B, N): their mean, and vᵀv/B."""
    states_ = states("v", v).astype(np.float64)
    return Moments(states_.mean(axis=0), states_.T @ states_ / len(states_))


def moment_error(moments: Moments, reference: Moments) -> float:
    r"""Root mean square over all N² entries of the difference of the second moments.

    .. math:: \Big(N^{-2}\sum_{ij} (E[v_i v_j] - E_{\rm ref}[v_i v_j])^2\Big)^{1/2}

    Parameters
    ----------
    moments, reference : Moments
        From `sample_moments` or `exact_moments`.

    Raises
    ------
    TypeError, ValueError
        If they are not `Moments` of as many units.
    """
    for name, value in (("moments", moments), ("reference", reference)):
        if not isinstance(value, Moments):
            raise TypeError(f"{name}: got {type(value).__name__}, expected Moments")
    if moments.second.shape != reference.second.shape:
        raise ValueError(
            f"moments: got shape {moments.second.shape}, expected that of the reference, "
            f"{reference.second.shape}"
        )
    return float(np.sqrt(np.mean((moments.second - reference.second) ** 2)))
