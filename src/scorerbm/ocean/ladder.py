"""Replicas of a call and their inverse temperatures, from its arguments."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..rbm.chains import MOST_STEPS
from ..rbm.tempering import MOST_RUNGS, check_betas
from ..sample.ladder import geometric_ladder
from .schedule import DEFAULT_SWEEPS, numbers

__all__ = ["Ladder", "ladder"]

_LADDERS = ("auto", "geometric")
_REPLICAS, _FIRST_BETA = 10, 0.1  # of geometric ones


class Ladder(NamedTuple):
    """How replicas are tempered before samples are taken."""

    n_sweeps: int
    """Of each replica."""
    beta: float
    """Inverse temperature of the samples."""
    rungs: str | tuple[float, ...]
    """The others as parts of it, from at least 0 to 1, or the name of a way to find them."""
    n_replicas: int | None
    """If it is not to follow from the rungs."""
    swap_every: int

    def known(self) -> Reals | None:
        """Return the rungs, (R,), or None if they are to be found in a pilot run."""
        if self.rungs == "auto":
            return None
        if self.rungs == "geometric":
            return geometric_ladder(self.n_replicas or _REPLICAS, _FIRST_BETA)
        return np.array(self.rungs, np.float64)


def ladder(
    num_sweeps: int | None,
    beta: float | None,
    betas: str | ArrayLike,
    num_replicas: int | None,
    swap_every: int,
) -> Ladder:
    """Return the ladder that the arguments of `TemperingSampler.sample` ask for.

    Raises
    ------
    TypeError, ValueError
        If they contradict each other, or a number is out of its range.
    """
    n = _check.integer(
        "num_sweeps", DEFAULT_SWEEPS if num_sweeps is None else num_sweeps, 1, MOST_STEPS
    )
    every = _check.integer("swap_every", swap_every, 1)
    if isinstance(betas, str):
        _check.choice("betas", betas, _LADDERS)
        number = _replicas(num_replicas)
        last = 1.0 if beta is None else _check.number("beta", beta, minimum=0.0)
        return Ladder(n, last, betas, number, every)
    for name, value in {"beta": beta, "num_replicas": num_replicas}.items():
        if value is not None:
            raise ValueError(f"{name}: got {value} beside the numbers betas, expected none")
    given = numbers("betas", betas)
    if len(given) < 2 or not (np.diff(given) > 0.0).all():
        raise ValueError(f"betas: got {given.tolist()}, expected two or more increasing numbers")
    parts = given / given[-1]
    parts[-1] = 1.0
    return Ladder(n, float(given[-1]), check_betas(parts), None, every)


def _replicas(value: int | None) -> int | None:
    return None if value is None else _check.integer("num_replicas", value, 2, MOST_RUNGS)
