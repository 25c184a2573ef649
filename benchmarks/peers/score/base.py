"""What is evaluated: the literal score s(v) = E_u[W σ((Wᵀv + c + logit u)/τ)] + b."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..base import Contestant

__all__ = ["Evaluator", "ScoreProblem"]


class ScoreProblem(NamedTuple):
    """An RBM, the states at which its score is wanted, and how."""

    weights: NDArray[np.float32]
    """(N, M)"""
    visible_bias: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    v: NDArray[np.float32]
    """(B, N)"""
    n_threads: int
    tau: float
    n_noises: int
    """K independent noises u a row and hidden unit, averaged."""


class Evaluator(Contestant):
    """Evaluates a score; `run` does so n times, with new noise each time."""

    @abstractmethod
    def score(self) -> NDArray[Any]:
        """One more evaluation, (B, N)."""

    def run(self, n: int) -> None:
        for _ in range(n):
            self.score()
