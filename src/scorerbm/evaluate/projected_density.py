"""Densities of projected states: histograms, their distance, and what the distance means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Reals

__all__ = [
    "DensityFloor",
    "ProjectedDensity",
    "density_distance",
    "density_floor",
    "projected_density",
]

Edges = tuple[Reals, Reals]


@dataclass(frozen=True, eq=False)
class ProjectedDensity:
    """A histogram of points in the plane.

    Attributes
    ----------
    counts : int64 array, (I, J)
        Points of each cell, the first index along the first coordinate.
    edges : (array (I + 1,), array (J + 1,))
        Of the cells; the last of each axis includes its upper end.
    n_outside : int
        Points in no cell.
    """

    counts: NDArray[np.int64]
    edges: Edges
    n_outside: int = 0

    @property
    def n_points(self) -> int:
        """Number of points, in the cells and outside of them."""
        return int(self.counts.sum()) + self.n_outside

    @property
    def probability(self) -> Reals:
        """Fraction of all points in each cell, (I, J)."""
        return np.asarray(self.counts / self.n_points)

    @property
    def values(self) -> Reals:
        """Density in each cell, (I, J): the probability per area."""
        return np.asarray(self.probability / np.outer(*map(np.diff, self.edges)))

    def all_counts(self) -> NDArray[np.int64]:
        """Counts of all cells and, last, of what is outside: (I·J + 1,)."""
        return np.append(self.counts.ravel(), self.n_outside)


def projected_density(
    points: ArrayLike, *, bins: int = 32, edges: tuple[ArrayLike, ArrayLike] | None = None
) -> ProjectedDensity:
    """Histogram of points in the plane.

    Parameters
    ----------
    points : array_like, (B, 2)
        States along two directions, as of `principal_components`.
    bins : int
        Cells along each coordinate, of equal width between the smallest and the largest point.
    edges : (array_like, array_like), optional
        Increasing edges of the cells along each coordinate, in place of ``bins``: those of the
        density to compare with.

    Returns
    -------
    ProjectedDensity

    Raises
    ------
    TypeError, ValueError
        If there is no point, they are not in the plane, or the edges do not increase.
    """
    rows = _check.real_array("points", points, (None, 2))
    if len(rows) == 0:
        raise ValueError("points: got none, expected at least one")
    if edges is None:
        n = _check.integer("bins", bins, 1)
        grid = _edges_around(rows[:, 0], n), _edges_around(rows[:, 1], n)
    else:
        grid = _checked_edges(edges)
    counts = np.histogram2d(rows[:, 0], rows[:, 1], bins=grid)[0].astype(np.int64)
    return ProjectedDensity(counts, grid, len(rows) - int(counts.sum()))


def density_distance(p: ProjectedDensity, q: ProjectedDensity) -> float:
    r"""Total variation :math:`\frac12 \sum_i |p_i - q_i|` of two histograms, between 0 and 1.

    What lies outside the edges is one more cell. Two samples of one density are apart, too:
    `density_floor` says how far.

    Parameters
    ----------
    p, q : ProjectedDensity
        On the same edges.

    Raises
    ------
    TypeError, ValueError
        If they are not densities on the same edges.
    """
    a, b = _pair(p, q)
    return float(_total_variation(a / a.sum(), b / b.sum()))


@dataclass(frozen=True, eq=False)
class DensityFloor:
    """Distances between pairs of samples of one density.

    Attributes
    ----------
    draws : array, (R,)
        Total variations of R random pairs.
    """

    draws: Reals

    @property
    def mean(self) -> float:
        """Distance to expect of two samples of one density."""
        return float(self.draws.mean())

    @property
    def std(self) -> float:
        """Standard deviation of the distance from pair to pair."""
        return float(self.draws.std(ddof=1))

    def p_value(self, distance: float) -> float:
        """Probability that samples of one density are at least so far apart.

        Parameters
        ----------
        distance : float
            The `density_distance` of the densities that the floor was made of.
        """
        seen = _check.number("distance", distance, minimum=0.0, maximum=1.0)
        # The same counts may sum to another last digit.
        n_as_far = int(np.count_nonzero(self.draws >= seen - 1e-12))
        return (1 + n_as_far) / (1 + len(self.draws))


def density_floor(
    p: ProjectedDensity, q: ProjectedDensity, *, n_draws: int = 999, seed: int = 0
) -> DensityFloor:
    """Distances that p and q would show were both samples of one density.

    Their n + m points are pooled and divided at random into n and m, again and again (a
    permutation test, exact whatever the density and the cells). Samples drawn anew from the pooled
    histogram would be too close to each other where a cell holds few points.

    Parameters
    ----------
    p, q : ProjectedDensity
        Of n and of m independent points, on the same edges. Of a Markov chain take every τ-th
        state (`autocorrelation_time`): correlated ones are farther apart.
    n_draws : int
        R, random divisions. The smallest p-value is 1/(1 + R).
    seed : int

    Returns
    -------
    DensityFloor

    Raises
    ------
    TypeError, ValueError
        If they are not densities on the same edges.

    References
    ----------
    Phipson and Smyth, "Permutation p-values should never be zero", Stat. Appl. Genet. Mol. Biol.
    9 (2010).
    """
    a, b = _pair(p, q)
    n, m = int(a.sum()), int(b.sum())
    rng = np.random.default_rng(_check.integer("seed", seed))
    pool = (a + b)[a + b > 0]
    # Only how many points of a cell go to the first sample matters, not which.
    size = _check.integer("n_draws", n_draws, 2)
    first = rng.multivariate_hypergeometric(pool, n, size=size, method="marginals")
    return DensityFloor(_total_variation(first / n, (pool - first) / m))


def _total_variation(p: Reals, q: Reals) -> Reals:
    return np.asarray(0.5 * np.abs(p - q).sum(axis=-1))


def _pair(p: ProjectedDensity, q: ProjectedDensity) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    for name, value in (("p", p), ("q", q)):
        if not isinstance(value, ProjectedDensity):
            raise TypeError(f"{name}: got {type(value).__name__}, expected a ProjectedDensity")
    if not all(np.array_equal(x, y) for x, y in zip(p.edges, q.edges, strict=True)):
        raise ValueError(
            f"q: got other edges, of {q.counts.shape} cells, expected those of p, "
            f"of {p.counts.shape} cells"
        )
    return p.all_counts(), q.all_counts()


def _edges_around(x: Reals, n: int) -> Reals:
    low, high = float(x.min()), float(x.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, n + 1)


def _checked_edges(edges: tuple[ArrayLike, ArrayLike]) -> Edges:
    if not isinstance(edges, (tuple, list)) or len(edges) != 2:
        raise TypeError(f"edges: got {type(edges).__name__}, expected two arrays, one a coordinate")
    first, second = (_check.real_array("edges", e, (None,)) for e in edges)
    for axis in (first, second):
        if len(axis) < 2 or (np.diff(axis) <= 0.0).any():
            raise ValueError(f"edges: got {axis}, expected at least two increasing numbers")
    return first, second
