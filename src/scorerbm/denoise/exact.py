"""Posterior mean by enumeration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import _check
from ..backends.protocol import Bits, Reals
from ..rbm import RBM
from ..rbm.base import all_states
from .base import Denoiser, Particles, PosteriorMean

__all__ = ["ExactDenoiser"]


@dataclass(frozen=True)
class ExactDenoiser(Denoiser):
    """E[v₀|v_t] = Σ_h p(h|v_t) E[v₀|h, v_t] over all 2ᴹ hidden states: the reference.

    Parameters
    ----------
    max_units : int
        Refuse models with more hidden units than this.
    """

    max_units: int = 20

    def __post_init__(self) -> None:
        _check.integer("max_units", self.max_units, 1)

    def bind(self, model: RBM, particles: Particles) -> PosteriorMean:
        """Set to work.

        Raises
        ------
        ValueError
            If the model has too many hidden units to enumerate.
        """
        if model.n_hidden > self.max_units:
            raise ValueError(
                f"ExactDenoiser: got a model of {model.n_hidden} hidden units, "
                f"expected at most max_units={self.max_units} to enumerate"
            )
        return _ExactMean(model, particles)


class _ExactMean(PosteriorMean):
    def mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        self.n_sweeps += 1 << self.model.n_hidden
        states = all_states(self.model.n_hidden)
        return np.stack([self._one(row, states, alpha, sigma) for row in v_t])

    def _one(self, v_t: Reals, states: Bits, alpha: float, sigma: float) -> Reals:
        p = self.particles
        posterior = self.model.tilt(v_t, alpha, sigma)
        log_weight = posterior.enumerate_hidden(backend=p.backend, n_threads=p.n_threads)
        weight = np.exp(log_weight - log_weight.max())
        # Adding rows in order: the result does not depend on a BLAS or its threads.
        total = np.add.reduce(weight[:, None] * posterior.visible_mean(states), axis=0)
        return np.asarray(total / weight.sum())
