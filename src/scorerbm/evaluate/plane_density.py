"""The density of a model of two real units, cell by cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..rbm import GaussianRBM
from ..rbm.base import check_one
from .partition import log_partition

__all__ = ["plane_probability"]

_POINTS = 3
"""Nodes of Gauss and Legendre's rule along each side of a cell."""


def plane_probability(model: GaussianRBM, edges: tuple[ArrayLike, ArrayLike]) -> Reals:
    r"""Probability of each cell of a grid under a model of two real units.

    .. math:: P_{ij} = \int_{x_i}^{x_{i+1}} \int_{y_j}^{y_{j+1}} p(v)\, dv, \qquad
              p(v) = e^{-F(v)}/Z

    by a Gauss–Legendre rule of three by three points in each cell: cells should not be larger
    than the widths σ.

    Parameters
    ----------
    model : GaussianRBM
        Of two visible units and at most 24 hidden ones, whose states are enumerated for Z.
    edges : (array_like (I + 1,), array_like (J + 1,))
        Increasing edges of the cells along each unit, in the units of the data: those of a
        `projected_density` to compare with.

    Returns
    -------
    array, (I, J)
        Its sum is short of 1 by what lies outside of the grid.

    Raises
    ------
    TypeError, ValueError
        If the model is not as described, or the edges are not two rows of increasing numbers.
    """
    _check_model(model)
    if len(edges) != 2:
        raise ValueError(f"edges: got {len(edges)} arrays, expected 2")
    (x, of_x), (y, of_y) = (_nodes(_edges(i, edge)) for i, edge in enumerate(edges))
    points = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    log_density = -model.free_energy(model.standardise(points)) - float(log_partition(model))
    if model.standardisation is not None:
        log_density += model.standardisation.log_jacobian
    mass = np.exp(log_density).reshape(len(x), len(y)) * np.outer(of_x, of_y)
    cells = mass.reshape(len(x) // _POINTS, _POINTS, len(y) // _POINTS, _POINTS)
    return np.asarray(cells.sum(axis=(1, 3)))


def _check_model(model: object) -> None:
    if not isinstance(model, GaussianRBM):
        raise TypeError(f"model: got {type(model).__name__}, expected a GaussianRBM")
    if model.n_visible != 2:
        raise ValueError(f"model: got {model.n_visible} visible units, expected 2")
    check_one("model", model)


def _edges(i: int, value: ArrayLike) -> Reals:
    edges = _check.real_array(f"edges[{i}]", value, (None,))
    if len(edges) < 2 or not (np.diff(edges) > 0.0).all():
        raise ValueError(f"edges[{i}]: got {edges}, expected at least two increasing numbers")
    return edges


def _nodes(edges: Reals) -> tuple[Reals, Reals]:
    """Nodes of all cells along one unit, and their weights."""
    node, weight = np.polynomial.legendre.leggauss(_POINTS)
    half, middle = 0.5 * np.diff(edges), 0.5 * (edges[1:] + edges[:-1])
    return (middle[:, None] + half[:, None] * node).ravel(), (half[:, None] * weight).ravel()
