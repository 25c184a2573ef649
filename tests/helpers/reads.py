"""Exact reads of small Ising models, by brute force over all states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scorerbm.ising import IsingModel

from .models import states

Reals = NDArray[np.float64]


def every_read(ising: IsingModel) -> Reals:
    """All 2ᴷ states as spins."""
    return 2.0 * states(len(ising.h)) - 1.0


def read_probabilities(
    ising: IsingModel, beta: float = 1.0, *, beta_couplings: float | None = None
) -> Reals:
    """Boltzmann weights of `every_read`; with ``beta_couplings``, beta is that of the fields."""
    s, n = every_read(ising), ising.n_visible
    coupling = np.einsum("ri,ij,rj->r", s[:, :n], ising.J, s[:, n:])
    x = -beta * (s @ ising.h) - (beta if beta_couplings is None else beta_couplings) * coupling
    p = np.exp(x - x.max())
    return p / p.sum()


def draw_reads(p: Reals, n_reads: int, rng: np.random.Generator) -> NDArray[np.int8]:
    """Independent reads of the given probabilities of `every_read`."""
    index = rng.choice(len(p), size=n_reads, p=p)
    n = len(p).bit_length() - 1
    return (2 * ((index[:, None] >> np.arange(n)) & 1) - 1).astype(np.int8)
