"""Callbacks: what users run between epochs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from .. import _check
from ..rbm import RBM
from .family import Family

__all__ = ["Callback", "EarlyStopping", "Snapshots", "TrainingState"]


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


SPACINGS = ("log", "linear")


class Snapshots:
    """Keep models on the way of training, as rungs for `scorerbm.ParallelTempering`.

    Parameters
    ----------
    epochs : sequence of int, optional
        Epochs after which to keep the model, counted from 0. By default ``n`` of them, spaced over
        the whole training and the last among them.
    n : int
        How many to keep, at least 2; fewer where epochs would coincide.
    spacing : {"log", "linear"}
        Whether the number of epochs done grows by equal factors, as suits a model that changes
        fastest at first, or by equal steps.
    initial : bool
        Keep independent units with the data's frequencies too, before all others: where training
        starts unless it goes on from another model, and what is sampled exactly. Its epoch is -1.
        A first epoch of many updates may lead so far from it that hardly any state is exchanged.

    Attributes
    ----------
    models : list of RBM
        What was kept, the earliest first. Of a training that stopped early, the last model may not
        be among them: append ``fit.model``.
    epochs : list of int
        After which epochs.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    Examples
    --------
    >>> import numpy as np
    >>> import scorerbm as sr
    >>> v = np.random.default_rng(0).integers(0, 2, (40, 6))
    >>> snapshots = sr.Snapshots(n=3, initial=True)
    >>> trainer = sr.ContrastiveDivergence(n_hidden=4, n_epochs=9, callbacks=[snapshots])
    >>> fit = trainer.fit(v)
    >>> snapshots.epochs
    [-1, 0, 2, 8]
    >>> samples = sr.ParallelTempering(20).sample(snapshots.models, 5)
    """

    def __init__(
        self,
        epochs: Sequence[int] | None = None,
        *,
        n: int = 20,
        spacing: str = "log",
        initial: bool = False,
    ) -> None:
        wanted = None
        if epochs is not None:
            if not np.iterable(epochs):
                raise TypeError(f"epochs: got {epochs!r}, expected a sequence of integers")
            wanted = frozenset(_check.integer("epochs", epoch) for epoch in epochs)
        self._wanted = wanted
        self._n = _check.integer("n", n, 2)
        self._spacing = _check.choice("spacing", spacing, SPACINGS)
        self._initial = _check.boolean("initial", initial)
        self.models: list[RBM] = []
        self.epochs: list[int] = []

    def __call__(self, state: TrainingState, /) -> None:
        """Keep the model if this is one of the epochs."""
        if state.epoch == 0:  # a callback may serve several fits
            self.models, self.epochs = [], []
            if self._initial:
                self._keep(-1, state.family.finished(state.model.independent()))
        wanted = self._spaced(state.n_epochs) if self._wanted is None else self._wanted
        if state.epoch in wanted:
            self._keep(state.epoch, state.snapshot())

    def _keep(self, epoch: int, model: RBM) -> None:
        self.epochs.append(epoch)
        self.models.append(model)

    def _spaced(self, n_epochs: int) -> frozenset[int]:
        if self._spacing == "linear":
            done = np.linspace(1.0, n_epochs, self._n)
        else:
            done = np.geomspace(1.0, n_epochs, self._n)
        return frozenset(int(x) - 1 for x in np.rint(done))
