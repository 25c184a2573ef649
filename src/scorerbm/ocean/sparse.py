"""A problem on any graph, sampled variable by variable."""

from __future__ import annotations

import dimod
import numpy as np
from dimod.vartypes import BINARY, SPIN

from ..backends.protocol import Bits, IntegerGraph, Reals
from ..ising.bqm import QuadraticModel
from ..rbm.graph import build_graph
from ..rbm.grid import SATURATION
from .form import Chains, Form, Reads, Values, Work
from .ladder import Ladder
from .schedule import Schedule
from .sparse_chains import GraphChains, TemperedGraphChains

__all__ = ["Sparse"]


class Sparse(Form):
    """A quadratic model as a list of couplings.

    Parameters
    ----------
    problem : QuadraticModel
        With at least one variable.
    """

    def __init__(self, problem: QuadraticModel) -> None:
        self.problem = problem

    def gibbs(self, schedule: Schedule, reads: Reads, work: Work) -> Chains:
        """Chains of heat-bath sweeps."""
        return GraphChains(self, schedule, work)

    def tempering(self, ladder: Ladder, reads: Reads, work: Work) -> Chains:
        """Replicas of heat-bath sweeps."""
        return TemperedGraphChains(self, ladder, reads, work)

    def energies(self, values: Values) -> Reals:
        """Energy of each row by dimod, which does not form a matrix."""
        linear, couplings = self.problem.linear, self.problem[2:5]
        bqm = dimod.BinaryQuadraticModel.from_numpy_vectors(
            linear, couplings, self.problem.offset, SPIN if self.problem.spin else BINARY
        )
        return np.asarray(bqm.energies(values), np.float64)

    def graph(self, least_beta: float) -> IntegerGraph:
        """Round to a grid, and cut biases where a unit is constant to exp(-40) down to this β.

        Raises
        ------
        ValueError
            If a sum of biases is beyond double precision.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            bits = self.problem.in_bits()
            reach = np.abs(bits.linear)
            for ends in (bits.row, bits.col):
                reach += np.bincount(ends, np.abs(bits.quadratic), len(reach))
        if not np.isfinite(reach).all():
            raise ValueError("bqm: the biases of one variable add up to more than a double holds")
        return build_graph(
            len(bits.labels),
            bits.row,
            bits.col,
            -bits.quadratic,
            -bits.linear,
            saturation=SATURATION / least_beta,
        )

    def values(self, bits: Bits) -> Values:
        """States in the problem's own values."""
        values = bits.astype(np.int8)
        return 2 * values - 1 if self.problem.spin else values
