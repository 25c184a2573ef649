"""What is swept: h ~ p(h|v), and then v ~ p(v|h), or K Langevin steps of v at that h."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..base import Contestant

__all__ = ["RealChains", "RealProblem", "step_sizes"]


class RealProblem(NamedTuple):
    """A Gaussian–Bernoulli RBM, where its C chains start, and how they move."""

    weights: NDArray[np.float32]
    """(N, M), in units of v."""
    visible_bias: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    sigma: NDArray[np.float32]
    """(N,)"""
    visible: NDArray[np.float32]
    """(C, N)"""
    n_threads: int
    n_steps: int = 0
    """K; 0 for block Gibbs."""
    step_size: float = 0.1
    """η in units of the mean of σ²."""


class RealChains(Contestant):
    """C chains."""

    fewest: ClassVar[int] = 20  # beside which copies of states count little

    @abstractmethod
    def run(self, n_sweeps: int) -> None:
        """Advance all chains from where they are."""

    @abstractmethod
    def visible(self) -> NDArray[Any]:
        """Present states, (C, N)."""


def step_sizes(problem: RealProblem) -> NDArray[np.float64]:
    """η_k of the Langevin steps of a sweep, in units of v²: a cosine from η downwards, (K,)."""
    k = np.arange(problem.n_steps)
    largest = problem.step_size * np.mean(np.square(problem.sigma, dtype=np.float64))
    return largest * np.cos(0.5 * np.pi * k / max(1, problem.n_steps)) ** 2
