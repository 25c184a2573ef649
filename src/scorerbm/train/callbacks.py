"""Callbacks: what users run between epochs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from .. import _check
from ..rbm import RBM
from .family import Family

__all__ = ["Callback", "EarlyStopping", "TrainingState"]


@dataclass
class TrainingState:
    """What a callback sees after an epoch.

    Attributes
    ----------
    epoch, n_epochs : int
    model : RBM
        The model in training; its arrays change with the next epoch.
    row : dict
        This epoch's row of the history, to read or to extend.
    history : list of dict
        Earlier rows.
    keep : RBM or None
        If set, the model that `fit` returns.
    """

    epoch: int
    n_epochs: int
    model: RBM
    row: dict[str, float]
    history: list[dict[str, float]]
    family: Family
    keep: RBM | None = None

    def snapshot(self) -> RBM:
        """Return a copy of the present model."""
        return self.family.finished(self.model)


class Callback(Protocol):
    """Called after every epoch; may add columns to ``state.row``. Returning True ends training."""

    def __call__(self, state: TrainingState, /) -> bool | None:
        """Look at the state after an epoch."""
        ...


_HELD_OUT = ("validation_log_likelihood", "validation_pseudo_log_likelihood")


@dataclass
class EarlyStopping:
    """Stop when a held-out metric has not improved for some epochs, and keep the best model.

    Parameters
    ----------
    metric : str, optional
        A column of the history; the larger the better. Epochs without it are passed over. By
        default the log-likelihood of the held-out rows, or their pseudo-log-likelihood where that
        is what the monitor measures.
    patience : int
        Epochs without improvement before training ends.
    minimum_gain : float
        What counts as an improvement.
    """

    metric: str | None = None
    patience: int = 10
    minimum_gain: float = 0.0
    best_epoch: int = field(default=-1, init=False, repr=False)
    best_value: float = field(default=float("-inf"), init=False, repr=False)
    best_model: RBM | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        _check.integer("patience", self.patience, 1)
        _check.number("minimum_gain", self.minimum_gain, minimum=0.0)

    def __call__(self, state: TrainingState, /) -> bool:
        """Compare the metric with the best so far."""
        wanted = _HELD_OUT if self.metric is None else (self.metric,)
        value = next((state.row[name] for name in wanted if name in state.row), None)
        if value is None:
            if any(name in row for row in state.history for name in wanted):
                return False  # it is not measured after every epoch
            raise ValueError(
                f"EarlyStopping: got metric {' or '.join(wanted)}, expected one of "
                f"{sorted(state.row)}; held-out metrics need fit(..., validation=...)"
            )
        if state.epoch == 0:  # a callback may serve several fits
            self.best_epoch, self.best_value, self.best_model = -1, float("-inf"), None
        if value > self.best_value + self.minimum_gain:
            self.best_epoch, self.best_value = state.epoch, value
            self.best_model = state.snapshot()
        state.keep = self.best_model
        return state.epoch - self.best_epoch >= self.patience
