"""Posterior mean by enumeration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import _check
from ..backends.protocol import Reals
from ..backends.reference.elementary import exp_nonpositive
from ..rbm import RBM
from ..rbm.base import all_states
from .base import Denoiser, Particles, PosteriorMean

__all__ = ["ExactDenoiser"]

_NUMBERS_AT_ONCE = 1 << 21  # of a chunk of conditional means: 16 MB


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
        return np.stack([self._one(row, alpha, sigma) for row in v_t])

    def _one(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        p, n_hidden = self.particles, self.model.n_hidden
        posterior = self.model.tilt(v_t, alpha, sigma)
        log_weight = posterior.enumerate_hidden(backend=p.backend, n_threads=p.n_threads)
        weight = exp_nonpositive(log_weight - log_weight.max())
        total = np.zeros(self.model.n_visible)
        size = max(1, _NUMBERS_AT_ONCE // self.model.n_visible)
        for start in range(0, len(weight), size):
            part = weight[start : start + size]
            mean = posterior.visible_mean(all_states(n_hidden, start, start + len(part)))
            # Adding rows in order: the result does not depend on a BLAS or its threads.
            total += np.add.reduce(part[:, None] * mean, axis=0)
        return np.asarray(total / weight.sum())
