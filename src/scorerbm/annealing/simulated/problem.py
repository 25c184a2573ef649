"""An Ising problem on any graph, and what happens to it where couplers are strong."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ...backends.protocol import Reals
from .signed_graph import Integers, signed_components

__all__ = ["Contraction", "IsingProblem", "Physics", "Spins", "contract"]

Spins = NDArray[np.int8]

_NUMBERS_AT_ONCE = 1 << 22


class IsingProblem(NamedTuple):
    r"""The energy :math:`E(s) = \sum_i h_i s_i + \sum_{ij} J_{ij} s_i s_j`, edge by edge."""

    h: Reals
    """(n,)"""
    pairs: Integers
    """(E, 2): indices into h, two different ones in each row."""
    J: Reals
    """(E,)"""

    def without_zeros(self) -> IsingProblem:
        """Leave out couplings of zero."""
        met = self.J != 0.0
        return IsingProblem(self.h, self.pairs[met], self.J[met])

    def scaled(self, factor: float) -> IsingProblem:
        """The problem of so many times the energy."""
        return IsingProblem(factor * self.h, self.pairs, factor * self.J)

    def energy(self, spins: Spins) -> Reals:
        """Energy of each row of spins, (R,)."""
        i, j = self.pairs.T
        rows = max(1, _NUMBERS_AT_ONCE // (len(self.J) + len(self.h) + 1))
        parts = [
            part @ self.h + (part[:, i] * part[:, j]) @ self.J
            for part in (spins[k : k + rows] for k in range(0, len(spins), rows))
        ]
        return np.concatenate(parts)


class Physics(Protocol):
    """What a simulated device does between programming and readout."""

    def __call__(self, h: Reals, pairs: Integers, J: Reals, n_reads: int, seed: int) -> Spins:
        """Draw reads of a programmed problem.

        Parameters
        ----------
        h : array, (Q,)
            Fields of the active qubits, in programmed units.
        pairs : array of int, (E, 2)
            Couplers, as indices into h.
        J : array, (E,)
            Couplings.
        n_reads : int
        seed : int
            The same seed gives the same reads.

        Returns
        -------
        int8 array, (n_reads, Q)
            -1 or 1.
        """
        ...


class Contraction(NamedTuple):
    """A problem on units that move as one, and where each qubit belongs."""

    problem: IsingProblem
    unit: Integers
    """(Q,): unit of each qubit."""
    sign: Integers
    """(Q,): -1 where a qubit is opposite to its unit."""

    def expand(self, spins: Spins) -> Spins:
        """Spins of the qubits, (R, Q), from those of the units, (R, n)."""
        expanded: Spins = spins[:, self.unit] * self.sign.astype(np.int8)
        return expanded


def contract(problem: IsingProblem, threshold: float) -> Contraction:
    """Make one unit of the qubits that couplers of at least this strength hold together.

    A strong coupler of either sign is taken for one of a chain: where a gauge has flipped one end,
    it holds the two ends opposite. Fields and couplings of a unit are the sums of its qubits';
    couplings within a unit are constant and drop out.

    Raises
    ------
    ValueError
        If strong couplers form a loop that cannot be satisfied: that is no chain.
    """
    h, pairs, J = problem
    strong = np.abs(J) >= threshold
    wanted = np.where(J[strong] < 0.0, 1, -1)
    unit, sign, balanced = signed_components(len(h), pairs[strong], wanted)
    if not balanced.all():
        raise ValueError(
            f"J: got a frustrated loop of couplers of at least {threshold}, the chain_threshold; "
            "expected couplers that strong within chains only"
        )
    n = len(balanced)
    folded = np.bincount(unit, weights=sign * h, minlength=n).astype(np.float64)
    ends = unit[pairs]
    apart = ends[:, 0] != ends[:, 1]
    between = np.sort(ends[apart], axis=1)
    code, inverse = np.unique(between[:, 0] * n + between[:, 1], return_inverse=True)
    signed = (sign[pairs[:, 0]] * sign[pairs[:, 1]] * J)[apart]
    coupling = np.bincount(inverse, weights=signed, minlength=len(code)).astype(np.float64)
    links = np.stack([code // n, code % n], axis=1)
    return Contraction(IsingProblem(folded, links, coupling), unit, sign)
