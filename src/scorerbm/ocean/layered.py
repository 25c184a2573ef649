"""A bipartite problem as an RBM."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Bits, Reals
from ..ising.bqm import QuadraticModel
from ..ising.restore import between_layers
from ..rbm import BernoulliRBM
from ..rbm.grid import SATURATION
from .form import Chains, Form, Reads, Values, Work
from .ladder import Ladder
from .layered_chains import GibbsChains, TemperedChains
from .schedule import Schedule

__all__ = ["Layered"]

Place = slice | NDArray[np.intp]

_NUMBERS_AT_ONCE = 1 << 22
"""Values of which energies are computed at a time: in double precision they take much memory."""

_MOST = 2.0**25
"""Sum of weights of which every grid of 32 bits has room for, beside a bias as large."""


class Layered(Form):
    """The variables of a quadratic model in two layers, and the couplings between them.

    Parameters
    ----------
    problem : QuadraticModel
        With at least one variable.
    hidden : array of uint8, (K,)
        Colour of each variable.
    """

    def __init__(self, problem: QuadraticModel, hidden: NDArray[np.uint8]) -> None:
        first, second = np.flatnonzero(hidden == 0), np.flatnonzero(hidden)
        # The first layer is drawn first, as in the order of the variables: of models trained on
        # data, chains need fewer sweeps from random hidden units than from random visible ones.
        layers = (second, first) if len(second) else (first, second)
        self.problem = problem
        self.n_visible, self.n_hidden = (len(x) for x in layers)
        self._visible, self._hidden = (_place(x) for x in layers)
        couplings = between_layers(problem, first, second)
        self.couplings = np.ascontiguousarray(couplings.T) if len(second) else couplings

    def gibbs(self, schedule: Schedule, reads: Reads, work: Work) -> Chains:
        """Chains of block Gibbs."""
        return GibbsChains(self, schedule, reads, work)

    def tempering(self, ladder: Ladder, reads: Reads, work: Work) -> Chains:
        """Replicas of block Gibbs."""
        return TemperedChains(self, ladder, reads, work)

    def energies(self, values: Values) -> Reals:
        """Energy of each row in the problem's own numbers, by one product for many rows."""
        rows = max(1, _NUMBERS_AT_ONCE // values.shape[1])
        parts = [self._energies(values[k : k + rows]) for k in range(0, len(values), rows)]
        return np.concatenate(parts)

    def _energies(self, values: Values) -> Reals:
        x = values.astype(np.float64)
        v, h = x[:, self._visible], x[:, self._hidden]
        # The product that has fewer columns to be summed up after it.
        if self.n_hidden <= self.n_visible:
            coupling = np.einsum("rj,rj->r", v @ self.couplings, h)
        else:
            coupling = np.einsum("ri,ri->r", h @ self.couplings.T, v)
        energies: Reals = x @ self.problem.linear + coupling + self.problem.offset
        return energies

    def scaled(self, beta: float, least: float = 1.0) -> tuple[BernoulliRBM, float]:
        """Return a model in double precision and a factor: their product is β E and a constant.

        The factor is a power of two, above 1 only where sums of weights would leave every grid.
        Biases are cut where a unit is constant to exp(-40) down to ``least`` times β, lest they
        make the grid coarse.

        Raises
        ------
        ValueError
            If a sum of biases is beyond double precision.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            w = (-4.0 if self.problem.spin else -1.0) * beta * self.couplings
            linear = (-2.0 if self.problem.spin else -1.0) * beta * self.problem.linear
            b, c = linear[self._visible], linear[self._hidden]
            if self.problem.spin:  # with s = 2x - 1, couplings are fields too
                b, c = b - 0.5 * w.sum(axis=1), c - 0.5 * w.sum(axis=0)
            reach = _reach(w)
        if not all(np.isfinite(x).all() for x in (reach, b, c)):
            raise ValueError("bqm: the biases of one variable add up to more than a double holds")
        limit = reach + SATURATION / least
        b, c = np.clip(b, -limit, limit), np.clip(c, -limit, limit)
        reach = float(max(reach, *(np.abs(x).max(initial=0.0) for x in (b, c))))
        factor = 1.0 if reach <= _MOST else 2.0 ** math.ceil(math.log2(reach / _MOST))
        if self.n_hidden == 0:  # an RBM has both layers: one that is coupled to nothing
            w, c = np.zeros((self.n_visible, 1)), np.zeros(1)
        if factor != 1.0:
            w, b, c = w / factor, b / factor, c / factor
        return BernoulliRBM.from_trusted(w, b, c, None), factor

    def values(self, visible: Bits, hidden: Bits) -> Values:
        """States of both layers in the problem's own values, (R, K)."""
        values = np.empty((len(visible), self.n_visible + self.n_hidden), np.int8)
        values[:, self._visible] = visible
        values[:, self._hidden] = hidden[:, : self.n_hidden]
        if self.problem.spin:
            values += values
            values -= 1
        return values

    def split(self, bits: Bits) -> tuple[Bits, Bits]:
        """States of all variables as those of both layers."""
        visible, hidden = (np.ascontiguousarray(bits[:, x]) for x in (self._visible, self._hidden))
        return visible, hidden


def _reach(weights: Reals) -> float:
    """Largest sum of the magnitudes of one variable's weights."""
    magnitude = np.abs(weights)
    return float(max(magnitude.sum(axis=axis).max(initial=0.0) for axis in (0, 1)))


def _place(index: NDArray[Any]) -> Place:
    """A slice where variables are neighbours: NumPy copies it faster."""
    if len(index) and index[-1] - index[0] == len(index) - 1:
        return slice(int(index[0]), int(index[-1]) + 1)
    return index
