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
        ``validation_log_likelihood``.
    settings : dict
        Trainer, hyperparameters, seed and sizes.
    """

    model: RBM
    history: list[dict[str, float]]
    settings: Mapping[str, Any]

    def record(self) -> dict[str, Any]:
        """Settings and the last row of the history, to be saved beside the model."""
        return {**self.settings, "last": dict(self.history[-1]) if self.history else {}}
