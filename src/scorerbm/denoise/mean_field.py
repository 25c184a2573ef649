"""Posterior mean by mean-field iteration."""

from __future__ import annotations

from dataclasses import dataclass

from .. import _check
from ..backends.protocol import Reals, RelaxedSweeps
from ..rbm import RBM
from .base import Denoiser, Particles, PosteriorMean
from .dense import DenseMean

__all__ = ["MeanFieldDenoiser"]


@dataclass(frozen=True)
class MeanFieldDenoiser(Denoiser):
    """Fixed-point iteration h ← E[h|v], v ← E[v|h] on the tilted model, without noise.

    Right in the first moment only, and only where the posterior has one mode.

    Parameters
    ----------
    n_iterations : int
    """

    n_iterations: int = 5

    def __post_init__(self) -> None:
        _check.integer("n_iterations", self.n_iterations, 1)

    def bind(self, model: RBM, particles: Particles) -> PosteriorMean:
        """Set to work; nothing is kept between calls."""
        return _MeanField(model, particles, self.n_iterations)


class _MeanField(DenseMean):
    def __init__(self, model: RBM, particles: Particles, n_iterations: int) -> None:
        super().__init__(model, particles, RelaxedSweeps(n_iterations), n_iterations)
        self._n_iterations = n_iterations

    def _plain_mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        posterior = self.model.tilt(v_t, alpha, sigma)
        v = self.model.posterior_start(v_t, alpha, sigma)
        for _ in range(self._n_iterations):
            v = posterior.visible_mean(posterior.hidden_probability(v))
        return v
