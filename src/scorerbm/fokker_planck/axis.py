"""One axis of the grid, and the Fokker–Planck operator on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..backends.protocol import Reals

__all__ = ["Axis", "along_axes"]

_NEEDS_SCIPY = 'FokkerPlanck needs scipy: pip install "scorerbm[pde]"'


@dataclass(frozen=True)
class Axis:
    r"""Cells of one coordinate and the operator :math:`\mathcal{L}p = (vp)' + p''` on them.

    The flux between neighbours is that of Scharfetter and Gummel (and of Chang and Cooper), the
    exact one for a drift that is constant from centre to centre:

    .. math:: J = \left[B(w)\,p_i - B(-w)\,p_{i+1}\right]/\Delta, \quad
              w = \Delta\,v_{i+1/2}, \quad B(w) = w/(e^w - 1)

    No flux leaves the ends, so mass is conserved; the rates between cells are positive, so
    densities stay positive (both to rounding). They balance in detail at :math:`e^{-v^2/2}`, so
    the stationary density is exact, and a change of variable makes the operator symmetric.

    Parameters
    ----------
    cells_per_unit : int
        1/Δ. The bits 0 and 1 are centres of cells.
    margin : int
        Centres reach from -margin to 1 + margin.

    References
    ----------
    Scharfetter and Gummel, IEEE Trans. Electron Devices 16 (1969) 64; Chang and Cooper, J. Comput.
    Phys. 6 (1970) 1.
    """

    cells_per_unit: int
    margin: int

    @property
    def width(self) -> float:
        """Δ, the width of a cell."""
        return 1.0 / self.cells_per_unit

    @cached_property
    def centres(self) -> Reals:
        """Middles of the n cells."""
        k, margin = self.cells_per_unit, self.margin
        return np.arange(-margin * k, (1 + margin) * k + 1) / k

    @cached_property
    def edges(self) -> Reals:
        """The n + 1 bounds of the cells."""
        return np.append(self.centres - 0.5 * self.width, self.centres[-1] + 0.5 * self.width)

    def masses(self, mean: float, sigma: float) -> Reals:
        """Mass of N(mean, sigma²) in every cell; the outermost ones take the tails."""
        try:
            from scipy.special import ndtr
        except ImportError as error:
            raise ImportError(_NEEDS_SCIPY) from error
        cumulative = ndtr((self.edges - mean) / sigma)
        cumulative[0], cumulative[-1] = 0.0, 1.0
        return np.asarray(np.diff(cumulative))

    @cached_property
    def spectrum(self) -> tuple[Reals, Reals, Reals]:
        """Rates λ ≤ 0 and matrices (to, from) with exp(τL) = from · diag(exp(λτ)) · to."""
        try:
            from scipy.linalg import eigh_tridiagonal
        except ImportError as error:
            raise ImportError(_NEEDS_SCIPY) from error
        w = self.edges[1:-1] * self.width
        right, left = _bernoulli(w), _bernoulli(-w)  # rates across an edge, times Δ²
        leaving = np.append(right, 0.0) + np.append(0.0, left)
        scale = self.width**-2
        rates, vectors = eigh_tridiagonal(-leaving * scale, np.sqrt(right * left) * scale)
        # Mass is conserved: the largest rate is zero and its vector the stationary density's root.
        root = np.exp(-0.25 * np.square(self.centres))
        rates[-1], vectors[:, -1] = 0.0, root / np.linalg.norm(root)
        return np.asarray(rates), vectors.T / root, root[:, None] * vectors


def _bernoulli(w: Reals) -> Reals:
    """w/(eʷ - 1), and 1 at w = 0."""
    out = np.ones_like(w)
    np.divide(w, np.expm1(w), out=out, where=w != 0.0)
    return out


def along_axes(table: Reals, matrix: Reals) -> Reals:
    """Apply a matrix (K, n) to every axis of a table (n, …, n)."""
    for axis in range(table.ndim):
        table = np.moveaxis(np.tensordot(matrix, table, axes=(1, axis)), 0, axis)
    return table
