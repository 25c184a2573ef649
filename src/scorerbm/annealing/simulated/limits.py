"""Ranges of fields and couplings, and the scaling of problems to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..._ocean import ocean
from ...backends.protocol import Reals
from .problem import IsingProblem
from .signed_graph import Integers

__all__ = ["CouplingLimits", "scale_factor"]


class CouplingLimits:
    """Groups of couplers the sum of whose strengths is limited.

    On Zephyr a group is what `dwave.system.coupling_groups` says; on Pegasus, the couplers of one
    qubit.

    Parameters
    ----------
    properties : mapping
        Of the solver.
    graph : networkx.Graph
        Of the solver.
    """

    def __init__(self, properties: Mapping[str, Any], graph: Any) -> None:
        self._stride = int(properties["num_qubits"])
        couplers = np.array(properties["couplers"], dtype=np.int64).reshape(-1, 2)
        self._codes = np.sort(self._code(couplers))
        if "per_group_coupling_range" in properties:
            self.range: list[float] = properties["per_group_coupling_range"]
            groups = list(ocean("dwave.system.coupling_groups").coupling_groups(graph))
            flat = np.array([edge for group in groups for edge in group], np.int64).reshape(-1, 2)
            self._group = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        else:
            self.range = properties["per_qubit_coupling_range"]
            flat = np.concatenate([couplers, couplers[:, ::-1]])
            self._group = flat[:, 0]
        self._member = self._index(flat)

    def totals(self, couplers: Integers, J: Reals) -> Reals:
        """Sum of the couplings of each group.

        Parameters
        ----------
        couplers : array, (E, 2)
            Pairs of qubits.
        J : array, (E,)
        """
        strength = np.bincount(self._index(couplers), weights=J, minlength=len(self._codes))
        return np.bincount(self._group, weights=strength[self._member]).astype(np.float64)

    def _code(self, couplers: Integers) -> Integers:
        code: Integers = couplers.min(axis=1) * self._stride + couplers.max(axis=1)
        return code

    def _index(self, couplers: Integers) -> Integers:
        """Position of each coupler among the device's."""
        return np.searchsorted(self._codes, self._code(couplers))


def scale_factor(problem: IsingProblem, totals: Reals, properties: Mapping[str, Any]) -> float:
    r"""The number that ``auto_scale`` divides a problem by.

    .. math::

        \max\Big\{\frac{\max h}{h_+}, \frac{\min h}{h_-}, \frac{\max J}{J_+}, \frac{\min J}{J_-},
                  \frac{\max \Sigma J}{c_+}, \frac{\min \Sigma J}{c_-}\Big\}

    with the ends of ``h_range``, ``extended_j_range`` and the range of sums ΣJ over a qubit or a
    group. Above 1, the problem is out of range; below 1, scaling makes it stronger.
    """
    limits = properties.get("per_group_coupling_range") or properties["per_qubit_coupling_range"]
    ranges = (properties["h_range"], properties["extended_j_range"], limits)
    quotients = [0.0]
    for values, (low, high) in zip((problem.h, problem.J, totals), ranges, strict=True):
        if len(values):
            quotients += [float(values.max()) / high, float(values.min()) / low]
    return max(quotients)
