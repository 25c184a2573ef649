"""Replicas that sweep and exchange inverse temperatures, whatever it is that they sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..protocol import Reals
from .elementary import exp_nonpositive

__all__ = ["Exchanges", "temper"]

Slots = NDArray[np.uint16]


class Exchanges(NamedTuple):
    """Where replicas are after the last of E events, and what happened at each."""

    slots: Slots
    """(L, R): index of the inverse temperature that each replica has now."""
    trace: Slots
    """(E, L, R): `slots` after each event."""
    energies: NDArray[Any]
    """(E, L, R): of each replica at each event."""


def temper(
    sweep: Callable[[int, int, Reals], object],
    energy: Callable[[], NDArray[Any]],
    uniform: Callable[[int], Reals],
    *,
    first_sweep: int,
    n_sweeps: int,
    swap_every: int,
    betas: Reals,
    slots: Slots,
    scale: float = 1.0,
) -> Exchanges:
    """Sweep, and propose exchanges as `Backend.temper` says wherever an event is due.

    Parameters
    ----------
    sweep : callable
        Of the number of the first sweep, how many to make, and the β of each replica, (L · R,).
    energy : callable
        Returns those of the present states in units of 1/scale, (L · R,).
    uniform : callable
        Returns the numbers that decide after this sweep, (L, R - 1).
    first_sweep, n_sweeps, swap_every : int
    betas : array, (R,)
    slots : array, (L, R)
    scale : float
    """
    slots, trace, energies = slots.copy(), [], []
    at, stop = first_sweep, first_sweep + n_sweeps
    while at < stop:
        n = min(swap_every - at % swap_every, stop - at)
        sweep(at, n, betas[slots].reshape(-1))
        at += n
        if at % swap_every == 0:
            found = energy().reshape(slots.shape)
            parity = (at // swap_every - 1) & 1
            _exchange(slots, found, uniform(at - 1), betas, scale, parity)
            trace.append(slots.copy())
            energies.append(found)
    shape = (len(trace), *slots.shape)
    of_all = np.array(energies).reshape(shape)
    return Exchanges(slots, np.array(trace, np.uint16).reshape(shape), of_all)


def _exchange(
    slots: Slots, energy: NDArray[Any], u: Reals, betas: Reals, scale: float, parity: int
) -> None:
    """Exchange neighbouring inverse temperatures, in place; each pair of a parity meets once."""
    replica = np.argsort(slots, axis=1)  # of each slot
    low, high = replica[:, parity:-1:2], replica[:, parity + 1 :: 2]
    of_low, of_high = (np.take_along_axis(energy, x, axis=1) for x in (low, high))
    gain = (of_low - of_high).astype(np.float64)
    k = np.arange(parity, len(betas) - 1, 2)
    exponent = gain * ((betas[k] - betas[k + 1]) / scale)
    accepted = u[:, k] < exp_nonpositive(np.minimum(exponent, 0.0))
    for who, kept, taken in ((low, k, k + 1), (high, k + 1, k)):
        places = np.where(accepted, taken, kept).astype(slots.dtype)
        np.put_along_axis(slots, who, places, axis=1)
