"""From fields and couplings of units to those of qubits and couplers, within their ranges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._ocean import ocean
from ..backends.protocol import Reals
from ..ising import IsingModel
from .device import Device, Range
from .layout import Layout

__all__ = ["Program", "check_ranges", "program", "smallest_beta", "strongest_chains"]

_LEFT_TO_CHAINS = 0.2  # of what a group of couplers may add up to
_ROUNDING = 1e-9  # of programmed numbers that meet the end of a range


@dataclass(frozen=True, eq=False)
class Program:
    r"""What is sent: :math:`\sum_q h_q s_q + \sum_e J_e s_{a_e} s_{b_e}` in programmed units.

    Attributes
    ----------
    layout : Layout
    fields : array, (Q,)
        h of each qubit.
    couplings : array, (E,)
        J of couplers between units, in the order of ``layout.pairs``.
    chain_strength : float
        Couplers within chains get minus this.
    gauge : array of int8, (C, N+M)
        ±1 for each unit of each copy: reads of a unit are to be multiplied by it.
    """

    layout: Layout
    fields: Reals
    couplings: Reals
    chain_strength: float
    gauge: NDArray[np.int8]

    @property
    def all_couplings(self) -> Reals:
        """J of all couplers in use, (E+F,), in the order of ``layout.couplers``."""
        within = np.full(len(self.layout.chain_pairs), -self.chain_strength)
        return np.concatenate([self.couplings, within])

    def bqm(self) -> Any:
        """The binary quadratic model, labelled as the sampler's graph is."""
        layout = self.layout
        a, b = np.concatenate([layout.pairs, layout.chain_pairs]).T
        return ocean("dimod").BinaryQuadraticModel.from_numpy_vectors(
            self.fields,
            (a, b, self.all_couplings),
            0.0,
            "SPIN",
            variable_order=layout.labels,
        )


def program(
    layout: Layout,
    ising: IsingModel,
    beta: float,
    chain_strength: float,
    gauge: NDArray[np.int8],
) -> Program:
    r"""Divide by beta, apply a gauge, and spread over chains.

    .. math::

        h_q = \frac{g_k h_k}{\beta L_k}, \qquad
        J_e = \frac{g_i g_j J_{ij}}{\beta C_{ij}}

    for a qubit q of unit k whose chain has :math:`L_k` qubits, and a coupler e, one of
    :math:`C_{ij}` between the chains of i and j.

    Parameters
    ----------
    layout : Layout
    ising : IsingModel
    beta : float
        Inverse temperature of the device in programmed units.
    chain_strength : float
        In programmed units.
    gauge : array of int8, (C, N+M)
        ±1 for each unit of each copy.

    Returns
    -------
    Program
    """
    sign = gauge.ravel()
    k = layout.unit % layout.n_units
    fields = sign[layout.unit] * (ising.h / beta)[k] * layout.field_share
    visible, hidden = layout.unit[layout.pairs].T
    strength = (ising.J / beta)[
        visible % layout.n_units, hidden % layout.n_units - layout.n_visible
    ]
    couplings = sign[visible] * sign[hidden] * strength * layout.coupling_share
    return Program(layout, fields, couplings, chain_strength, gauge)


def check_ranges(device: Device, program: Program, beta: float) -> None:
    """Refuse a program that the device would refuse, or scale in secret.

    Raises
    ------
    ValueError
        That names the units, the programmed number, the range, and what may be done.
    """
    layout, strength = program.layout, program.chain_strength
    advice = (
        f"smaller weights (train with weight decay), or a larger beta than {beta:g} if the device "
        "is colder than that"
    )
    worst = _outside(program.fields, device.h_range)
    if worst is not None:
        raise ValueError(
            f"model: the field of {layout.name(layout.unit[worst])} needs "
            f"{program.fields[worst]:.4g} at qubit {layout.labels[worst]!r} in programmed units, "
            f"{device.name} has {_text(device.h_range)}: it takes {advice}"
        )
    worst = _outside(program.couplings, device.j_range)
    if worst is not None:
        i, j = (layout.name(u) for u in layout.unit[layout.pairs[worst]])
        raise ValueError(
            f"model: the coupling of {i} and {j} needs {program.couplings[worst]:.4g} in "
            f"programmed units, {device.name} has {_text(device.j_range)}: it takes {advice}"
        )
    if len(layout.chain_pairs) and _outside(np.array([-strength]), device.j_range) is not None:
        raise ValueError(
            f"chain_strength: got {strength:g}, but {device.name} has couplings in "
            f"{_text(device.j_range)} only, and chains need the negative of it"
        )
    _check_totals(device, program, advice)


def strongest_chains(device: Device, layout: Layout, ising: IsingModel, beta: float) -> float:
    """Return the largest chain strength in programmed units that is in range in every gauge.

    Where couplings leave no room for chains at all, `check_ranges` is left to say so.
    """
    if device.j_range is None:
        return math.inf
    limits = [-device.j_range[0]]
    if device.total_range is not None:
        plain = np.ones((layout.n_copies, layout.n_units), np.int8)
        couplings = np.abs(program(layout, ising, beta, 0.0, plain).couplings)
        n, m = len(couplings), len(layout.chain_pairs)
        weights = _totals(device, layout, np.concatenate([couplings, np.zeros(m)]))
        chains = _totals(device, layout, np.concatenate([np.zeros(n), np.ones(m)]))
        some = chains > 0
        limits += ((-device.total_range[0] - weights[some]) / chains[some]).tolist()
    most = min(limits)
    return most if most > 0.0 else limits[0]


def smallest_beta(device: Device, layout: Layout, ising: IsingModel) -> float:
    """Return the inverse temperature below which the problem is out of range in some gauge.

    Of the range of a group of couplers chains are left a fifth.
    """
    plain = np.ones((layout.n_copies, layout.n_units), np.int8)
    whole = program(layout, ising, 1.0, 0.0, plain)
    fields, couplings = np.abs(whole.fields), np.abs(whole.couplings)
    needed = [0.0]
    for values, limits in ((fields, device.h_range), (couplings, device.j_range)):
        if limits is not None:
            needed.append(float(values.max()) / min(-limits[0], limits[1]))
    if device.total_range is not None:
        none = np.zeros(len(layout.chain_pairs))
        totals = _totals(device, layout, np.concatenate([couplings, none]))
        room = (1.0 - _LEFT_TO_CHAINS) * min(-device.total_range[0], device.total_range[1])
        needed.append(float(totals.max()) / room)
    return max(needed)


def _totals(device: Device, layout: Layout, couplings: Reals) -> Reals:
    """Sum of the couplings of each group of couplers, or at each qubit."""
    member = _membership(device, layout)
    least = 0 if device.grouped else layout.n_qubits
    totals = np.bincount(member.T.ravel(), np.tile(couplings, 2), minlength=least)
    return totals.astype(np.float64)


def _membership(device: Device, layout: Layout) -> NDArray[np.intp]:
    """The two groups of each coupler in use, or its two qubits, (E+F, 2)."""
    if device.grouped:
        return device.coupling_groups[layout.couplers]
    return np.concatenate([layout.pairs, layout.chain_pairs])


def _check_totals(device: Device, program: Program, advice: str) -> None:
    """Sums of couplings of a group of couplers, or at a qubit."""
    if device.total_range is None or not device.structured:
        return
    layout = program.layout
    totals = _totals(device, layout, program.all_couplings)
    worst = _outside(totals, device.total_range)
    if worst is None:
        return
    if device.grouped:
        ends = np.concatenate([layout.pairs, layout.chain_pairs])
        inside = (_membership(device, layout) == worst).any(axis=1)
        members = np.unique(layout.unit[ends[inside]])
        place = f"coupling group {worst} (chains of {_list(layout, members)})"
    else:
        place = f"qubit {layout.labels[worst]!r} ({layout.name(layout.unit[worst])})"
    chains = f", or a smaller chain_strength than {program.chain_strength:g}"
    raise ValueError(
        f"model: the couplings of {place} add up to {totals[worst]:.4g} in programmed units, "
        f"{device.name} has {_text(device.total_range)}: it takes {advice}"
        + (chains if len(layout.chain_pairs) else "")
    )


def _outside(values: NDArray[Any], limits: Range | None) -> int | None:
    """Index of the number that is farthest outside, if any is."""
    if limits is None or not len(values):
        return None
    excess = np.maximum(values - limits[1], limits[0] - values)
    worst = int(np.argmax(excess))
    return worst if excess[worst] > _ROUNDING else None


def _list(layout: Layout, units: NDArray[np.intp]) -> str:
    names = [layout.name(int(unit)) for unit in units[:4]]
    return ", ".join(names) + (f" and {len(units) - 4} more" if len(units) > 4 else "")


def _text(limits: Range | None) -> str:
    assert limits is not None
    return f"the range [{limits[0]:g}, {limits[1]:g}]"
