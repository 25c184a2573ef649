"""scikit-learn: the public method ``BernoulliRBM.gibbs``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import BernoulliRBM

from .base import Peer, Problem

__all__ = ["SklearnGibbs"]


class SklearnGibbs(Peer):
    def __init__(self, problem: Problem) -> None:
        # The attributes that a fit would set. In single precision, as it keeps them after a fit to
        # single-precision data.
        self._rbm = BernoulliRBM(n_components=len(problem.hidden_bias))
        self._rbm.components_ = np.ascontiguousarray(problem.weights.T)
        self._rbm.intercept_visible_ = problem.visible_bias
        self._rbm.intercept_hidden_ = problem.hidden_bias
        # It takes no Generator.
        self._rbm.random_state_ = np.random.RandomState(1)
        self._v = problem.visible.astype(np.float32)

    def run(self, n_sweeps: int) -> None:
        for _ in range(n_sweeps):
            self._v = self._rbm.gibbs(self._v)

    def visible(self) -> NDArray[Any]:
        return self._v
