"""PCD-1 of scikit-learn's ``BernoulliRBM``."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

import scorerbm as sr

from .method import LOOKS, Method, Setting
from .problems import Problem
from .stopwatch import Stopwatch, spaced

__all__ = ["SklearnPCD"]


class SklearnPCD(Method):
    """Its own step on shuffled batches; its chains are as many as the rows of a batch.

    One sweep an update is all that it offers, so the size of the batch is the second knob. An
    update counts as one whatever its batch.
    """

    name = "scikit-learn"
    knobs: ClassVar = {"rate": (0.1, 0.03, 0.3, 1.0), "batch": (50, 10, 100, 200)}

    def train(
        self, problem: Problem, setting: Setting, n_updates: int, seed: int, looks: int = LOOKS
    ) -> Stopwatch:
        from sklearn.neural_network import BernoulliRBM

        size = setting["batch"]
        data_mean = (problem.train.sum(axis=0) + 0.5) / (len(problem.train) + 1.0)
        wanted = set(spaced(n_updates, looks))
        rng = np.random.RandomState(seed)
        watch = Stopwatch()
        data = problem.train.astype(np.float32)
        rbm = BernoulliRBM(problem.n_hidden, learning_rate=setting["rate"], batch_size=size)
        rbm.random_state = rng
        rbm.partial_fit(data[rng.randint(len(data), size=size)])  # sets it up
        order = np.empty(0, np.intp)
        for update in range(1, n_updates + 1):
            if len(order) < size:
                order = rng.permutation(len(data))
            rows, order = order[:size], order[size:]
            rbm._fit(data[rows], rng)
            if update in wanted:
                arrays = rbm.components_.T, rbm.intercept_visible_, rbm.intercept_hidden_
                watch.look(update, sr.BernoulliRBM(*arrays, data_mean=data_mean))
        return watch
