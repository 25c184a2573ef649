"""Likelihoods watched in training: exact where they can be enumerated, else of each unit."""

from __future__ import annotations

import math
import warnings
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Backend
from ..evaluate import log_likelihood, log_partition, pseudo_log_likelihood
from ..evaluate.pseudo_likelihood import affordable_units, conditional_cost
from ..rbm import RBM
from ..rbm.base import n_enumerable
from .errors import DivergenceWarning
from .family import Family
from .states import States

__all__ = ["Monitor"]

_Rows = TypeVar("_Rows", States, NDArray[Any])

_CHEAP = 1 << 23  # units times states that "auto" enumerates after every epoch
_MOST_ROWS = 2000
_PSEUDO = 1 << 26  # hidden log-odds of a pseudo-likelihood: about a second
_PSEUDO_ROWS = 200  # of real units, of which each costs more: rather some of more rows' units
_LEAST = 0.1  # of a unit for these: a model whose means are that many widths apart has diverged
_UPDATES_BETWEEN = 20  # an epoch of few updates costs less than a look at the model
_RUNS, _TEMPERATURES = 16, 100  # of annealing: some parts in a thousand of a training
_MARGIN = 0.05  # of the floor's magnitude: a model barely trained is not one that diverged


class Monitor:
    """Measures a model after the epochs, on at most 2000 rows of each set.

    With ``"auto"`` the exact log-likelihood where enumerating takes well under a second, else the
    pseudo-likelihood of as many of the held-out rows as take so long; after the first epoch, the
    last, and those between that are at least 20 updates apart. With ``"always"`` the exact one
    after every epoch, at any cost.

    Real units are followed so without held-out rows too, by the training rows: their parameters
    may run away, and then a unit is predicted worse than before given the others, and worse than
    by its own mean and spread, which is said at once. Where their likelihood is not enumerated,
    the model that was trained is annealed to besides, to tell whether it diverged.
    """

    def __init__(
        self,
        mode: str,
        family: Family,
        data: States,
        held_out: States | None,
        backend: Backend,
        n_threads: int | None,
        n_epochs: int,
        n_batches: int,
    ) -> None:
        self._mode, self._backend, self._n_threads = mode, backend, n_threads
        self._train = _thinned(data).unpack()
        self._held_out = None if held_out is None else _thinned(held_out).unpack()
        self._last_epoch = n_epochs - 1
        self._interval = 1 if mode == "always" else -(-_UPDATES_BETWEEN // n_batches)
        self._floor = float(family.independent_log_likelihood(self._train).mean())
        self._best, self._warned = -math.inf, False

    def __call__(self, model: RBM, epoch: int) -> dict[str, float]:
        """Return the metrics of a model, by column of the history; none if it is not yet time."""
        if self._mode == "never" or (epoch % self._interval > 0 and epoch < self._last_epoch):
            return {}
        sets = {"": self._train}
        if self._held_out is not None:
            sets["validation_"] = self._held_out
        if self._mode == "always" or _states(model) <= _CHEAP:
            log_z = log_partition(
                model, method="exact", backend=self._backend.name, n_threads=self._n_threads
            )
            return {
                f"{name}log_likelihood": float(np.mean(log_likelihood(model, v, log_z)))
                for name, v in sets.items()
            }
        if model.binary_visible:
            return self._pseudo_likelihood_of_bits(model)
        return self._pseudo_likelihood_of_real_units(model, epoch)

    def _pseudo_likelihood_of_bits(self, model: RBM) -> dict[str, float]:
        if self._held_out is None:
            return {}
        v = _thinned(self._held_out, max(1, _PSEUDO // model.weights.size))
        return {"validation_pseudo_log_likelihood": float(np.mean(pseudo_log_likelihood(model, v)))}

    def _pseudo_likelihood_of_real_units(self, model: RBM, epoch: int) -> dict[str, float]:
        """Of as many rows, and units of each, evenly spread, as take about a second."""
        rows, name = self._held_out, "validation_pseudo_log_likelihood"
        if rows is None:
            rows, name = self._train, "pseudo_log_likelihood"
        units = _PSEUDO / conditional_cost(model)
        if units < _LEAST:
            return {}
        v = _thinned(rows, min(_PSEUDO_ROWS, max(1, int(units))))
        n_units = affordable_units(model, len(v), _PSEUDO)
        value = float(np.mean(pseudo_log_likelihood(model, v, n_units)))
        fallen = value < self._best - _MARGIN * abs(self._best)  # the first models are no good
        self._best = max(self._best, value)
        if fallen and not self._warned and value < self._floor - _MARGIN * abs(self._floor):
            self._warned = True
            warnings.warn(
                f"epoch {epoch}: the pseudo-log-likelihood fell to {value:.2f} nats, below the "
                f"log-likelihood of independent units, {self._floor:.2f}: training diverges; "
                "lower the learning rate",
                DivergenceWarning,
                stacklevel=5,
            )
        return {name: value}

    def verdict(self, model: RBM, history: list[dict[str, float]], chosen: int) -> None:
        """Warn if the chosen epoch's model is worse than independent units, or than it has been."""
        watched = [row for row in history[: chosen + 1] if "log_likelihood" in row]
        if not watched and (self._mode == "never" or model.binary_visible):
            return
        if not watched:
            watched = [{"epoch": chosen, "log_likelihood": self._annealed(model)}]
        best_row = max(watched, key=lambda row: row["log_likelihood"])
        last, best = watched[-1]["log_likelihood"], best_row["log_likelihood"]
        if last < self._floor - _MARGIN * abs(self._floor):
            message = (
                f"the trained model's log-likelihood, {last:.2f} nats, is below that of "
                f"independent units, {self._floor:.2f}: training has diverged or cannot learn"
            )
        elif last < best - _MARGIN * abs(best):
            message = (
                f"the log-likelihood fell to {last:.2f} nats after {best:.2f} in epoch "
                f"{best_row['epoch']:.0f}, while the loss was followed further down: stop early "
                "(EarlyStopping), train less, or use another gradient"
            )
        else:
            return
        warnings.warn(message, DivergenceWarning, stacklevel=4)

    def _annealed(self, model: RBM) -> float:
        """Return an estimate that errs upwards, as that of ln Z does downwards: no false alarm."""
        log_z = log_partition(
            model, method="ais", n_runs=_RUNS, n_temperatures=_TEMPERATURES,
            backend=self._backend.name, n_threads=self._n_threads,
        )  # fmt: skip
        return float(np.mean(log_likelihood(model, self._train, log_z)))


def _thinned(v: _Rows, n: int = _MOST_ROWS) -> _Rows:
    return v[:: -(-len(v) // n)]


def _states(model: RBM) -> float:
    fewer = n_enumerable(model)
    return 2.0**fewer * (model.n_visible + model.n_hidden - fewer)
