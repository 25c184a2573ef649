"""The inverse temperature of reads, where the problem makes it felt."""

from __future__ import annotations

import numpy as np

from ..ising import IsingModel
from .drawn import Drawn
from .temperature import Temperature, pseudo_likelihood_beta, released_energies

__all__ = ["drawn_temperature"]

_COARSEST = 0.25  # error of an inverse temperature near 1, above which it is left at 1


def drawn_temperature(ising: IsingModel, drawn: Drawn, seed: int) -> Temperature:
    r"""Estimate by `pseudo_likelihood_beta`, or take 1 where nearly every temperature would do.

    Reads of a flat problem are coins at any temperature, and an estimate from them is noise, of
    either sign. Its error is at least :math:`2/\sqrt{\sum_{rk} a_{rk}^2}`, with the energies
    :math:`a_{rk}` that flips give off. Where that is more than a quarter, the estimate is 1 with
    this error: temperatures that such reads do not tell apart, samples do not either.

    Raises
    ------
    FrozenReadsError, HotReadsError
        As `pseudo_likelihood_beta`.
    """
    squares = float(np.square(sum(released_energies(ising, drawn.spins))).sum())
    least = 2.0 / np.sqrt(squares) if squares > 0.0 else np.inf
    if least <= _COARSEST:
        return pseudo_likelihood_beta(ising, drawn.spins, groups=drawn.groups, seed=seed)
    unknown = float("nan")
    return Temperature(1.0, float(least), unknown, unknown, unknown, unknown, len(drawn.spins))
