"""The package's own trainings."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import scorerbm as sr
from scorerbm.train.trainer import Trainer

from .method import LOOKS, Method, Setting
from .problems import Problem
from .stopwatch import Stopwatch, spaced

__all__ = ["PCD", "Gumbel", "Recovery"]


class _Ours(Method):
    """A trainer of the package, on one thread."""

    @abstractmethod
    def trainer(self, setting: Setting, **common: Any) -> Trainer: ...

    def train(
        self, problem: Problem, setting: Setting, n_updates: int, seed: int, looks: int = LOOKS
    ) -> Stopwatch:
        n_batches = -(-len(problem.train) // self.batch_size)
        n_epochs = max(1, round(n_updates / n_batches))
        wanted = spaced(n_epochs, looks)

        def look(state: sr.TrainingState) -> None:
            if state.epoch + 1 in wanted:
                watch.look((state.epoch + 1) * n_batches, state.model)

        trainer = self.trainer(
            setting,
            n_hidden=problem.n_hidden,
            n_epochs=n_epochs,
            batch_size=self.batch_size,
            centred=setting["centred"],
            optimizer=sr.Adam(learning_rate=setting["rate"]),
            callbacks=[look],
            monitor="never",
            n_threads=1,
        )
        watch = Stopwatch()
        trainer.fit(problem.train, seed=seed)
        return watch


class Recovery(_Ours):
    name = "recovery"
    knobs: ClassVar = {"rate": (0.01, 0.003, 0.03, 0.1), "snr": (1.0, 0.1, 0.3, 2.0),
                       "centred": (True, False)}  # fmt: skip

    def trainer(self, setting: Setting, **common: Any) -> Trainer:
        return sr.ScoreMatching(recovery_snr=setting["snr"], **common)


class Gumbel(_Ours):
    name = "gumbel"
    knobs: ClassVar = {
        "rate": (0.01, 0.003, 0.03, 0.1),
        "window": ((2.0, 12.0), (0.5, 12.0), (2.0, 30.0), (1.0, 6.0)),
        "centred": (True, False),
    }

    def trainer(self, setting: Setting, **common: Any) -> Trainer:
        return sr.ScoreMatching(gradient="gumbel", snr=tuple(setting["window"]), **common)

    def most_updates(self, problem: Problem) -> int | None:
        # Many times as dear as an update from bits.
        return 1000 if problem.train.shape[1] > 500 else None


class PCD(_Ours):
    name = "PCD"
    knobs: ClassVar = {"rate": (0.01, 0.003, 0.03, 0.1), "chains": (100, 50, 300, 1000),
                       "centred": (True, False)}  # fmt: skip

    def trainer(self, setting: Setting, **common: Any) -> Trainer:
        return sr.ContrastiveDivergence(n_chains=setting["chains"], **common)
