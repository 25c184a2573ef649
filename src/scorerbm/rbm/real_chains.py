"""Markov chains of real visible and binary hidden units."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..backends import at_work
from ..backends.protocol import Backend, Domain, Reals
from .arrays import linear
from .chains import Chains

__all__ = ["RealConditionals", "advance"]


class RealConditionals(NamedTuple):
    """The energy as ½ Σ λ_i v_i² - ηᵀv - vᵀUh - cᵀh, but for a constant.

    An observation adds to η and λ alone: tilted models share U, and c.
    """

    coupling: Reals
    """U = W/σ², (N, M)"""
    transposed: Reals
    """Uᵀ, (M, N)"""
    field: Reals
    """η = b/σ², (N,), or one for each observation or chain, (B, N)"""
    hidden: Reals
    """c, (M,)"""
    precision: Reals
    """λ = 1/σ², (N,), or (B, N) after observations of unequal amplitudes"""


def advance(
    given: RealConditionals,
    chains: Chains,
    n_sweeps: int,
    *,
    backend: Backend,
    beta: float | Reals = 1.0,
    memory: Reals | None = None,
    spread: Reals | None = None,
    mean: bool = False,
    n_threads: int = 0,
) -> Reals | None:
    r"""Advance the chains in place by sweeps, h given v and then v given h.

    .. math::

        h \sim p(h_j = 1) = \sigma(\beta (U^\top v + c)_j), \qquad
        m = \frac{\beta U h + \eta}{\lambda}, \qquad
        v \leftarrow m + \rho\,(v - m) + s\,\zeta .

    Parameters
    ----------
    given : RealConditionals
    chains : Chains
    n_sweeps : int
    backend : Backend
    beta : float or array, (C,)
        What U and c of each chain are multiplied by; η and λ are as given.
    memory : array, (N,) or (C, N), optional
        ρ; 0 if not given.
    spread : array, (N,) or (C, N), optional
        s; if not given 1/√λ, which with ρ = 0 draws v from p(v | h).
    mean : bool
        Return the mean of m over the sweeps, where units are frozen their state, (C, N).
    n_threads : int
    """
    betas = np.broadcast_to(np.float64(beta), len(chains))[:, None]
    width = np.sqrt(1.0 / given.precision) if spread is None else spread
    total = np.zeros(chains.visible.shape)
    with at_work(backend, n_threads):
        for step in range(chains.sweep, chains.sweep + n_sweeps):
            v, ids, key = chains.visible, chains.ids, chains.key
            p = backend.sigmoid(betas * linear(v, given.coupling, given.hidden))
            h = backend.bernoulli(p, ids, key, step=step, domain=Domain.HIDDEN)
            centre = linear(betas * h, given.transposed, given.field) / given.precision
            noise = backend.normal(ids, v.shape[1], key, step=step, domain=Domain.VISIBLE)
            kept = centre if memory is None else centre + memory * (v - centre)
            visible = kept + width * noise
            if chains.frozen is not None:
                held = chains.frozen != 0
                visible, centre = (np.where(held, v, x) for x in (visible, centre))
            chains.visible, chains.hidden = visible, h
            total += centre
    chains.sweep += n_sweeps
    return total / n_sweeps if mean else None
