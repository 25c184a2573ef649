"""Estimators of the posterior mean that are made of matrix products in single precision."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

import numpy as np

from ..backends.protocol import Floats, ForceEstimator, Key, Reals, RelaxedSweeps, State
from ..rbm import RBM
from .base import Particles, PosteriorMean
from .path import StagePath, one_stage

__all__ = ["DenseMean"]


class DenseMean(PosteriorMean):
    """Takes whole paths in one call where the family's model has a form in single precision.

    Subclasses implement `_plain_mean` for families that have none. Nothing is kept between calls.
    """

    def __init__(
        self,
        model: RBM,
        particles: Particles,
        estimator: RelaxedSweeps | ForceEstimator,
        sweeps_a_call: int,
    ) -> None:
        super().__init__(model, particles)
        self._dense = model.dense_model()
        self._estimator = estimator
        self._sweeps_a_call = sweeps_a_call

    def mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        """Estimate E[v₀ | v_t]."""
        if self._dense is None:
            self.n_sweeps += self._sweeps_a_call
            return self._plain_mean(v_t, alpha, sigma)
        return self._integrate(np.ascontiguousarray(v_t), one_stage(alpha, sigma), (0, 0))

    def combination(
        self, v_t: Reals, alpha: float, sigma: float, of_state: float, of_mean: float
    ) -> Reals:
        """Estimate of_state·v_t + of_mean·E[v₀ | v_t]."""
        if self._dense is None:
            return super().combination(v_t, alpha, sigma, of_state, of_mean)
        path = one_stage(alpha, sigma, of_state, of_mean)
        score = self._integrate(np.ascontiguousarray(v_t), path, (0, 0))
        self.n_calls += 1
        return score

    def integrate(self, v: Floats, path: StagePath, noise_key: Key) -> Floats:
        """Carry the state through some stages, (B, N)."""
        if self._dense is None:
            return super().integrate(v, path, noise_key)
        end = self._integrate(v, path, noise_key)
        self.n_calls += len(path)
        return end

    @abstractmethod
    def _plain_mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        """Estimate E[v₀ | v_t] with the methods of models."""

    def _integrate(self, v: State, path: StagePath, noise_key: Key) -> State:
        assert self._dense is not None
        if isinstance(self._estimator, ForceEstimator):
            path = _of_force(path)
        p = self.particles
        self.n_sweeps += self._sweeps_a_call * len(path)
        return p.backend.dense_path(
            self._dense,
            self._estimator,
            v,
            p.ids,
            p.key,
            noise_key,
            stages=path.stages(),
            first_call=self.n_calls,
            first_stage=path.first,
            n_threads=p.n_threads,
        )


def _of_force(path: StagePath) -> StagePath:
    """The path for a force f that stands for the mean (s + σ² f)/α."""
    gain = path.pull / path.alpha
    return replace(path, keep=path.keep + gain, pull=gain * (path.sigma * path.sigma))
