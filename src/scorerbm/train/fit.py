"""What training returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..rbm import RBM

__all__ = ["Fit"]


@dataclass(frozen=True)
class Fit:
    """A trained model and how it came about.

    Attributes
    ----------
    model : RBM
    history : list of dict
        One row an epoch: ``epoch``, ``loss``, ``learning_rate``, ``seconds`` since the start and,
        where they apply, ``tau``, ``log_likelihood`` (exact, of training rows) and
        ``validation_log_likelihood``, or ``validation_pseudo_log_likelihood`` for models that are
        not quick to enumerate.
    settings : dict
        Trainer, hyperparameters, seed and sizes; whether it went on from a given model.
    epoch : int
        The epoch after which the model was as it is: the last, unless a callback kept another.
    """

    model: RBM
    history: list[dict[str, float]]
    settings: Mapping[str, Any]
    epoch: int

    def record(self) -> dict[str, Any]:
        """Settings and the model's own row of the history, to be saved beside the model."""
        return {**self.settings, "reached": dict(self.history[self.epoch])}
