"""One interface for every estimator of the posterior mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._seed import derive_key
from ..backends import at_work, get_backend
from ..backends.protocol import CORRECT, PREDICT, Backend, Floats, Key, Reals, Words
from ..rbm import RBM
from ..rbm.chains import chain_ids
from .path import StagePath

__all__ = ["Denoiser", "Particles", "PosteriorMean"]


@dataclass(frozen=True, eq=False, slots=True)
class Particles:
    """For whom a posterior mean is estimated: B particles with their streams of random numbers."""

    ids: Words
    key: Key
    backend: Backend
    n_threads: int
    precision: str = "auto"
    """Grid of binary chains."""

    @classmethod
    def numbered(
        cls, n: int, seed: int, *, first: int = 0, backend: str = "auto", n_threads: int = 0
    ) -> Particles:
        """Particles ``first … first+n-1`` under a seed."""
        ids = chain_ids(n, first)
        return cls(ids, derive_key(seed, "denoiser"), get_backend(backend), n_threads)


class PosteriorMean(ABC):
    """An estimator at work on B particles; may keep state from one call to the next.

    Subclasses implement `mean`; `draw` is for the end of a trajectory.
    """

    n_sweeps = 0
    """Passes through the model (v → h → v) made so far, a particle."""

    def __init__(self, model: RBM, particles: Particles) -> None:
        self.model = model
        self.particles = particles
        self.n_calls = 0
        """Estimates made so far: they number the steps of the random streams."""

    def __call__(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        """Estimate E[v₀ | v_t] for v_t = alpha v₀ + sigma ζ, (B, N)."""
        with at_work(self.particles.backend, self.particles.n_threads):
            estimate = self.mean(v_t, alpha, sigma)
        self.n_calls += 1
        return estimate

    @abstractmethod
    def mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        """Estimate E[v₀ | v_t]; random streams take `n_calls` for their step."""

    def integrate(self, v: Floats, path: StagePath, noise_key: Key) -> Floats:
        """Carry the state through some stages, (B, N).

        Here stage by stage with `mean`; estimators whose kernels can take a whole path at once
        do. The noise of a stage is that of its number under ``noise_key``.
        """
        p, x, y = self.particles, v, v
        for k in range(len(path)):
            corrects = path.kind[k] == CORRECT
            s = y if corrects else x
            mean = self(s.astype(np.float64), float(path.alpha[k]), float(path.sigma[k]))
            result = p.backend.stage(
                s,
                mean.astype(np.float32),
                x if corrects else None,
                path.numbers(k),
                p.ids,
                noise_key,
                step=path.first + k,
                n_threads=p.n_threads,
            )
            x, y = (x, result) if path.kind[k] == PREDICT else (result, y)
        return x

    def combination(
        self, v_t: Reals, alpha: float, sigma: float, of_state: float, of_mean: float
    ) -> Reals:
        """Estimate of_state·v_t + of_mean·E[v₀ | v_t]."""
        return np.asarray(of_state * v_t + of_mean * self(v_t, alpha, sigma))

    def draw(self, v_t: Reals, alpha: float, sigma: float) -> NDArray[Any]:
        """Draw v₀ given v_t, here with independent units around the posterior mean.

        Right where the observation decides each unit almost surely, as it does at the end of a
        trajectory.
        """
        mean = self(v_t, alpha, sigma)
        p = self.particles
        posterior = self.model.tilt(v_t, alpha, sigma)  # of its width, where units have one
        return posterior.draw_visible(mean, p.ids, p.key, step=self.n_calls, backend=p.backend)


class Denoiser(ABC):
    """Configuration of an estimator of D(v_t) = E[v₀ | v_t], the posterior mean."""

    @abstractmethod
    def bind(self, model: RBM, particles: Particles) -> PosteriorMean:
        """Set the estimator to work on particles; what it keeps between calls starts afresh."""
