"""The exact log-likelihood, watched where it can be enumerated."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Backend
from ..evaluate import log_likelihood, log_partition, pseudo_log_likelihood
from ..rbm import RBM
from .errors import DivergenceWarning
from .family import Family

__all__ = ["Monitor"]

_CHEAP = 1 << 23  # units times states that "auto" enumerates after every epoch
_MOST_ROWS = 2000
_MARGIN = 0.05  # of the floor's magnitude: a model barely trained is not one that diverged


class Monitor:
    """Measures a model after every epoch, on at most 2000 rows of each set.

    With ``"auto"`` the exact log-likelihood where enumerating takes well under a second, else the
    pseudo-likelihood of the held-out rows; with ``"always"`` the exact one at any cost.
    """

    def __init__(
        self,
        mode: str,
        family: Family,
        data: NDArray[Any],
        held_out: NDArray[Any] | None,
        backend: Backend,
    ) -> None:
        self._mode, self._backend = mode, backend
        self._train = _thinned(data)
        self._held_out = None if held_out is None else _thinned(held_out)
        self._floor = float(family.independent_log_likelihood(self._train).mean())

    def __call__(self, model: RBM) -> dict[str, float]:
        """Return the metrics of a model, by column of the history."""
        if self._mode == "never":
            return {}
        sets = {"": self._train}
        if self._held_out is not None:
            sets["validation_"] = self._held_out
        if self._mode == "always" or _states(model) <= _CHEAP:
            log_z = log_partition(model, method="exact", backend=self._backend.name)
            return {
                f"{name}log_likelihood": float(np.mean(log_likelihood(model, v, log_z)))
                for name, v in sets.items()
            }
        return {
            f"{name}pseudo_log_likelihood": float(np.mean(pseudo_log_likelihood(model, v)))
            for name, v in sets.items()
            if name
        }

    def verdict(self, history: list[dict[str, float]]) -> None:
        """Warn if the trained model is worse than independent units, or than it has been."""
        values = [row["log_likelihood"] for row in history if "log_likelihood" in row]
        if not values:
            return
        last, best = values[-1], max(values)
        if last < self._floor - _MARGIN * abs(self._floor):
            message = (
                f"the trained model's log-likelihood, {last:.2f} nats, is below that of "
                f"independent units, {self._floor:.2f}: training has diverged or cannot learn"
            )
        elif last < best - _MARGIN * abs(best):
            message = (
                f"the log-likelihood fell to {last:.2f} nats after {best:.2f} in epoch "
                f"{values.index(best)}, while the loss was followed further down: stop early "
                "(EarlyStopping), train less, or use another gradient"
            )
        else:
            return
        warnings.warn(message, DivergenceWarning, stacklevel=4)


def _thinned(v: NDArray[Any]) -> NDArray[Any]:
    return v[:: -(-len(v) // _MOST_ROWS)]


def _states(model: RBM) -> float:
    fewer, more = sorted((model.n_visible, model.n_hidden))
    return 2.0**fewer * more
