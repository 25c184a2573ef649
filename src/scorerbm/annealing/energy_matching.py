"""The inverse temperature of reads, from their mean energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..backends.protocol import Reals
from ..ising import IsingModel
from ._newton import falling_root
from .energy_reference import EnergyReference, energy_reference
from .temperature import (
    FrozenReadsError,
    HotReadsError,
    Temperature,
    check_spins,
    group_numbers,
)

__all__ = ["EnergyTemperature", "Gap", "energy_beta", "temperature_gap"]


@dataclass(frozen=True)
class EnergyTemperature:
    """Inverse temperature at which the model has the mean energy of reads.

    Attributes
    ----------
    beta, error : float
        Estimate and its standard error, of the reads and the reference together.
    mean_energy : float
        Of the reads.
    n_reads : int
    """

    beta: float
    error: float
    mean_energy: float
    n_reads: int


class Gap(NamedTuple):
    """How far two estimates of one inverse temperature are apart."""

    value: float
    """The local estimate less the global one."""
    error: float


def energy_beta(
    ising: IsingModel,
    spins: ArrayLike,
    *,
    reference: EnergyReference | None = None,
    groups: ArrayLike | None = None,
) -> EnergyTemperature:
    r"""Find the β at which the model's mean energy is that of the reads.

    .. math:: \langle E \rangle_\beta = \frac1R \sum_r E(s_r), \qquad
              \delta\beta = \delta\bar E / \operatorname{Var}_\beta E

    This is the maximum-likelihood estimate of β. It is global: modes with wrong weights, which no
    spin notices from its neighbours, change it.

    Parameters
    ----------
    ising : IsingModel
    spins : array_like, (R, K)
        Reads, -1 or 1.
    reference : EnergyReference, optional
        From `energy_reference` of the same model; made here by default.
    groups : array_like of int, (R,), optional
        Reads of one number share an error; by default each read is independent. The error is at
        least that of independent reads.

    Returns
    -------
    EnergyTemperature

    Raises
    ------
    FrozenReadsError
        If the reads are at or below the energy of the largest β of the reference, or all in the
        ground state.
    HotReadsError
        If their mean energy is not below that of coins.
    TypeError, ValueError
        If an argument is not as described.

    References
    ----------
    Raymond, Yarkoni and Andriyash, Front. ICT 3 (2016) 23, doi 10.3389/fict.2016.00023.
    """
    s = check_spins(ising, spins)
    group = group_numbers(groups, len(s))
    curve = energy_reference(ising) if reference is None else reference
    energies = ising.energy(s)
    mean = float(energies.mean())
    _check_energy(mean, curve)

    def excess(beta: float) -> tuple[float, float]:
        at = curve.at(beta)
        return at.mean - mean, -at.variance

    start = min(1.0, 0.5 * curve.largest_beta)
    beta = falling_root(excess, start, curve.largest_beta)
    at = curve.at(beta)
    error = np.hypot(_error_of_mean(energies, group), at.error) / at.variance
    return EnergyTemperature(beta, float(error), mean, len(s))


def temperature_gap(local: Temperature, whole: EnergyTemperature) -> Gap:
    """Compare the pseudo-likelihood of reads with their energy.

    Of Boltzmann samples both estimates are the same number. Several errors apart, they say that no
    temperature describes the reads: each spin may be in equilibrium with its neighbours while
    modes froze earlier, or the device has fields and couplings of its own.

    Returns
    -------
    Gap
        Its error adds those of both as if they were independent. As estimates of the same reads
        they mostly go together, so that this is rather too much.
    """
    return Gap(local.beta - whole.beta, float(np.hypot(local.error, whole.error)))


def _check_energy(mean: float, curve: EnergyReference) -> None:
    coins = curve.at(0.0).mean
    if mean >= coins:
        raise HotReadsError(
            f"the mean energy of the reads, {mean:.6g}, is not below that of coins, {coins:.6g}, "
            "so that they have no positive inverse temperature"
        )
    # Sums of energies round; reads that are all in the ground state are not to seem warmer.
    if mean - curve.lowest <= 1e-12 * (coins - curve.lowest):
        raise FrozenReadsError(
            f"the mean energy of the reads, {mean:.6g}, is no higher than the model's at "
            f"beta={curve.largest_beta:.3g}, {curve.lowest:.6g}: program a weaker problem (a "
            "larger beta), or take a reference with another largest_beta"
        )


def _error_of_mean(energies: Reals, group: NDArray[np.intp]) -> float:
    """Standard error of the mean, of reads whose deviations add up within groups, if they do."""
    off = energies - energies.mean()
    sums = np.bincount(group, weights=off)
    return max(float(np.sqrt((x**2).sum() * len(x) / (len(x) - 1))) for x in (off, sums)) / len(off)
