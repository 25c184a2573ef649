"""Callbacks: what users run between epochs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from .. import _check
from ..rbm import RBM

if TYPE_CHECKING:
    from .trainer import TrainingState

__all__ = ["Callback", "EarlyStopping"]


class Callback(Protocol):
    """Called after every epoch; may add columns to ``state.row``. Returning True ends training."""

    def __call__(self, state: TrainingState, /) -> bool | None:
        """Look at the state after an epoch."""
        ...


@dataclass
class EarlyStopping:
    """Stop when a held-out metric has not improved for some epochs, and keep the best model.

    Parameters
    ----------
    metric : str
        A column of the history; the larger the better.
    patience : int
        Epochs without improvement before training ends.
    minimum_gain : float
        What counts as an improvement.
    """

    metric: str = "validation_log_likelihood"
    patience: int = 10
    minimum_gain: float = 0.0
    best_epoch: int = field(default=-1, init=False)
    best_value: float = field(default=float("-inf"), init=False)
    best_model: RBM | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        _check.integer("patience", self.patience, 1)
        _check.number("minimum_gain", self.minimum_gain, minimum=0.0)

    def __call__(self, state: TrainingState, /) -> bool:
        """Compare the metric with the best so far."""
        if self.metric not in state.row:
            raise ValueError(
                f"EarlyStopping: got metric {self.metric!r}, expected one of {sorted(state.row)}; "
                "held-out metrics need fit(..., validation=...)"
            )
        if state.epoch == 0:  # a callback may serve several fits
            self.best_epoch, self.best_value, self.best_model = -1, float("-inf"), None
        value = state.row[self.metric]
        if value > self.best_value + self.minimum_gain:
            self.best_epoch, self.best_value = state.epoch, value
            self.best_model = state.snapshot()
        state.keep = self.best_model
        return state.epoch - self.best_epoch >= self.patience
