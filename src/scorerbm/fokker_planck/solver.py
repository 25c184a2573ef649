"""The Fokker–Planck equation of the forward diffusion on a grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..rbm import RBM
from ..schedule import Schedule
from .axis import Axis, along_axes
from .density import amplitudes, state_probabilities

__all__ = ["Densities", "FokkerPlanck"]


@dataclass(frozen=True)
class Densities:
    """Densities at several times, averaged over the cells of a grid.

    Attributes
    ----------
    times : array, (T,)
    centres : array, (n,)
        Middles of the cells, the same on every axis.
    edges : array, (n + 1,)
        Bounds of the cells.
    values : array, (T, n) or (T, n, n)
        Mean density of each cell; one axis for each visible unit, in order.
    """

    times: Reals
    centres: Reals
    edges: Reals
    values: Reals

    @property
    def mass(self) -> Reals:
        """Integral of each density, (T,)."""
        masses = self.values
        for _ in range(self.values.ndim - 1):
            masses = masses @ np.diff(self.edges)
        return masses


@dataclass(frozen=True)
class FokkerPlanck:
    r"""Solver of the Fokker–Planck equation of a model of one or two visible units,

    .. math:: \partial_t p = \tfrac12\beta(t)\left[\nabla\cdot(v\,p) + \Delta p\right].

    The operator in brackets does not depend on time, so that in the clock
    :math:`\tau = \tfrac12\int\beta\,dt = -\ln\alpha_t` the equation is autonomous; and it is a sum
    of operators that act on one coordinate each. Space is discretised by the conservative fluxes
    of Scharfetter and Gummel (second order), time not at all: the operator of one coordinate is
    diagonalised, and ``exp(τL)`` applied to each axis.

    Parameters
    ----------
    model : BernoulliRBM
        With N = 1 or 2.
    schedule : Schedule
    cells_per_unit : int
        1/Δ, the cells in a unit of length.
    margin : int
        The grid covers [-margin, 1 + margin] on each axis, in units of v. Outside of it lies a
        mass below exp(-margin²/2).
    start_time : float
        The solution starts from the closed form at this time: at t = 0 the density is a sum of
        deltas.

    Raises
    ------
    TypeError, ValueError
        For a model of another family or of more visible units, and for parameters out of range.
    ImportError
        If scipy is not installed.
    """

    model: RBM
    schedule: Schedule
    cells_per_unit: int = 32
    margin: int = 6
    start_time: float = 1e-3
    _axis: Axis = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        state_probabilities(self.model, 2)
        k = _check.integer("cells_per_unit", self.cells_per_unit, 2, 256)
        margin = _check.integer("margin", self.margin, 3, 10)
        _check.number("start_time", self.start_time, above=0.0, maximum=1.0)
        if amplitudes(self.schedule, self.start_time)[1] == 0.0:
            raise ValueError(
                f"start_time: got {self.start_time}, where the schedule has added no noise"
            )
        object.__setattr__(self, "_axis", Axis(k, margin))

    def solve(self, times: ArrayLike) -> Densities:
        """Return the solution at these times, each from `start_time` to 1.

        Parameters
        ----------
        times : array_like, () or (T,)

        Returns
        -------
        Densities
        """
        times = self._times(times)
        rates, to_modes, from_modes = self._axis.spectrum
        modes = along_axes(self._closed_form_masses(self.start_time), to_modes)
        started = self._clock(self.start_time)
        masses = []
        for t in times:
            decay = np.exp((self._clock(t) - started) * rates)
            decayed = modes * decay
            if modes.ndim == 2:
                decayed = decay[:, None] * decayed
            masses.append(along_axes(decayed, from_modes))
        return self._densities(times, masses)

    def closed_form(self, times: ArrayLike) -> Densities:
        """Return the enumerated density at these times, averaged over the same cells."""
        times = self._times(times)
        return self._densities(times, [self._closed_form_masses(t) for t in times])

    def _times(self, times: ArrayLike) -> Reals:
        times = np.atleast_1d(_check.real_array("times", times, (), (None,)))
        if not ((times >= self.start_time) & (times <= 1.0)).all():
            raise ValueError(
                f"times: got values from {times.min()} to {times.max()}, "
                f"expected [start_time, 1] = [{self.start_time}, 1]"
            )
        return times

    def _clock(self, t: float) -> float:
        """τ = ½∫β = -ln α = ½ ln(1 + 1/γ), which keeps its digits at both ends."""
        return 0.5 * float(np.logaddexp(0.0, -self.schedule.log_snr(t)))

    def _closed_form_masses(self, t: float) -> Reals:
        alpha, sigma = amplitudes(self.schedule, t)
        of_bit = np.stack([self._axis.masses(alpha * bit, sigma) for bit in (0.0, 1.0)])
        # Bit i of the state's number is v_i: in Fortran's order axis i is v_i.
        table = self._probabilities.reshape((2,) * self.model.n_visible, order="F")
        return along_axes(table, of_bit.T)

    def _densities(self, times: Reals, masses: list[Reals]) -> Densities:
        values = np.stack(masses) / self._axis.width**self.model.n_visible
        return Densities(times, self._axis.centres, self._axis.edges, values)

    @cached_property
    def _probabilities(self) -> Reals:
        return state_probabilities(self.model, 2)
