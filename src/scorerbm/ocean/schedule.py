"""Inverse temperatures of a call, from the arguments that Ocean's annealers take."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..rbm.chains import MOST_STEPS

__all__ = ["DEFAULT_SWEEPS", "TYPES", "Schedule", "numbers", "schedule"]

DEFAULT_SWEEPS = 1000

TYPES = ("linear", "geometric", "custom")


class Schedule(NamedTuple):
    """Sweeps at each of several inverse temperatures, one after the other."""

    betas: Reals
    """(S,)"""
    sweeps: int
    """At each of them."""

    @property
    def n_sweeps(self) -> int:
        """In all."""
        return len(self.betas) * self.sweeps

    @property
    def least(self) -> float:
        """Smallest inverse temperature above 0, or 1: at 0 no bias matters."""
        return float(self.betas[self.betas > 0.0].min(initial=self.betas.max() or 1.0))

    @property
    def last(self) -> float:
        """Inverse temperature at which samples are taken."""
        return float(self.betas[-1])


def schedule(
    num_sweeps: int | None,
    beta: float | None,
    beta_range: ArrayLike | None,
    beta_schedule_type: str,
    beta_schedule: ArrayLike | None,
    num_sweeps_per_beta: int,
) -> Schedule:
    """Return the schedule that the arguments of `GibbsSampler.sample` ask for.

    Raises
    ------
    TypeError, ValueError
        If they contradict each other, or a number is out of its range.
    """
    per_beta = _check.integer("num_sweeps_per_beta", num_sweeps_per_beta, 1)
    _check.choice("beta_schedule_type", beta_schedule_type, TYPES)
    given = {"beta": beta, "beta_range": beta_range, "beta_schedule": beta_schedule}
    chosen = [name for name, value in given.items() if value is not None]
    if len(chosen) > 1:
        raise ValueError(f"{chosen[1]}: got one beside {chosen[0]}, expected one of the two")
    if beta_schedule_type == "custom" and beta_schedule is None:
        raise ValueError("beta_schedule: got none, but beta_schedule_type 'custom' needs one")
    if beta_schedule is not None:
        betas = numbers("beta_schedule", beta_schedule)
        made = Schedule(betas, per_beta)
        if num_sweeps not in (None, made.n_sweeps):
            raise ValueError(
                f"num_sweeps: got {num_sweeps}, expected {made.n_sweeps} as beta_schedule and "
                "num_sweeps_per_beta have, or none"
            )
        _check.integer("num_sweeps", made.n_sweeps, 1, MOST_STEPS)
        return made
    n = DEFAULT_SWEEPS if num_sweeps is None else num_sweeps
    n = _check.integer("num_sweeps", n, 0, MOST_STEPS)
    if beta_range is None:
        value = 1.0 if beta is None else _check.number("beta", beta, minimum=0.0)
        return Schedule(np.array([value]), n)
    if n % per_beta:
        raise ValueError(
            f"num_sweeps: got {n}, expected a multiple of num_sweeps_per_beta={per_beta}"
        )
    return _between(numbers("beta_range", beta_range), n // per_beta, per_beta, beta_schedule_type)


def _between(ends: Reals, n: int, per_beta: int, kind: str) -> Schedule:
    """Go from the first inverse temperature to the second; a single one is the second."""
    if len(ends) != 2:
        raise ValueError(f"beta_range: got {len(ends)} numbers, expected the first and the last")
    if kind == "geometric" and not (ends > 0.0).all():
        raise ValueError(
            f"beta_range: got {ends.tolist()}, expected numbers above 0 for a geometric schedule"
        )
    if n <= 1:
        return Schedule(ends[-1:], per_beta * n)
    first, last = ends.tolist()
    if kind == "geometric":
        return Schedule(np.geomspace(first, last, n), per_beta)
    return Schedule(np.linspace(first, last, n), per_beta)


def numbers(name: str, value: Any) -> Reals:
    """Return inverse temperatures, one or more."""
    betas = _check.real_array(name, value, (None,))
    if len(betas) == 0 or (betas < 0.0).any():
        raise ValueError(f"{name}: got {betas.tolist()}, expected numbers from 0 on")
    return betas
