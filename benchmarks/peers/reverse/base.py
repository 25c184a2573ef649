"""What is integrated: v ← (1 + βΔ/2) v + βΔ s(v, t) + √(βΔ) ζ, from v₁ ~ N(0, I) to t = 0.001.

At the end bits are drawn given v_t, and hidden bits given those.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..base import Contestant

__all__ = [
    "KEPT_CHAIN_STEPS",
    "LAST_TIME",
    "NOISE_RATE",
    "Diffuser",
    "DiffusionProblem",
    "Step",
    "amplitudes",
    "steps",
]

NOISE_RATE = 0.1, 20.0
"""β at t = 0 and t = 1, linear between."""
KEPT_CHAIN_STEPS = 500  # hundreds of them reach the model
LAST_TIME = 1e-3


class DiffusionProblem(NamedTuple):
    """An RBM, the number of particles, and the estimator of the score."""

    weights: NDArray[np.float32]
    """(N, M)"""
    visible_bias: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    n_particles: int
    n_threads: int
    estimator: str
    """``literal``, ``mean_field`` or ``gibbs``."""
    count: int = 1
    """Noises of the literal score, iterations of mean field."""
    tau: float = 0.5
    """Temperature of the literal score."""


class Step(NamedTuple):
    """One step of the integration."""

    alpha: float
    sigma: float
    noise: float
    """βΔ"""

    @property
    def of_state(self) -> float:
        """Factor of v in a step whose score is (α D - v)/σ²."""
        return 1.0 + 0.5 * self.noise - self.noise / self.sigma**2

    @property
    def of_mean(self) -> float:
        """Factor of D in such a step."""
        return self.noise * self.alpha / self.sigma**2


def amplitudes(t: Any) -> tuple[Any, Any, Any]:
    """α, σ and β at times."""
    first, last = NOISE_RATE
    square = np.exp(-(first * t + 0.5 * (last - first) * t * t))
    return np.sqrt(square), np.sqrt(1.0 - square), first + (last - first) * t


def steps(n: int) -> list[Step]:
    """All n steps, uniform in t, and one without length where the integration ends."""
    t = np.linspace(1.0, LAST_TIME, n + 1)
    alpha, sigma, rate = amplitudes(t)
    noise = rate * np.append(t[:-1] - t[1:], 0.0)
    return [Step(*map(float, x)) for x in zip(alpha, sigma, noise, strict=True)]


class Diffuser(Contestant):
    """Integrates all particles in `run`, in so many steps."""

    fewest: ClassVar[int] = 20  # beside which the start and the last draw count little

    @abstractmethod
    def state(self) -> NDArray[Any]:
        """v_t where the last integration ended, (B, N)."""

    @abstractmethod
    def visible(self) -> NDArray[Any]:
        """The bits drawn at its end, (B, N)."""
