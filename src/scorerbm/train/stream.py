"""Training on rows that come one part after the other."""

from __future__ import annotations

import time
import weakref
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends import at_work
from ..rbm import RBM
from .fit import Fit
from .gradients.base import Batch

if TYPE_CHECKING:
    from .trainer import Run

__all__ = ["Stream", "regroup"]

_UPDATES_A_ROW = 100
_CHAINS = 1 << 32  # that have a number of their own


class Stream:
    """A training under way, made by `Trainer.stream`: rows in, a model out at any time.

    Rows are numbered as they come, and every row has random numbers of its own. The moments of
    the optimiser and persistent chains are kept between the calls. Rows are not shuffled, and there
    are no epochs that callbacks could follow.

    Where the samples come from an annealer, it is given back by `close`, at the end of a ``with``
    block, or when the stream is no more.
    """

    def __init__(self, run: Run, init: RBM | None, n_rows: int | None) -> None:
        self._run, self._init, self._expected = run, init, n_rows
        weakref.finalize(self, run.gradient.close)
        self._parameters = run.start(init)
        self._seconds = 0.0
        self._losses: list[float] = []
        self._sizes: list[int] = []
        self._history: list[dict[str, float]] = []
        self.n_rows = 0
        """Rows trained on so far."""
        self.loss = float("nan")
        """Mean loss a row of the last call of `update`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back what the training holds."""
        self._run.gradient.close()

    def update(self, v: ArrayLike) -> int:
        """Train on rows, (n, N), in the data's units: one update for each batch of them.

        Returns
        -------
        int
            Number of updates made.

        Raises
        ------
        ValueError, TypeError
            If they are not rows of states like the first; nothing is trained then.
        DivergenceError
            If the parameters or the loss stop being finite.
        """
        run, start = self._run, time.perf_counter()
        states = run.family.check("v", v)
        if states.n_units != run.data.n_units or len(states) == 0:
            shape = len(states), states.n_units
            raise ValueError(f"v: got shape {shape}, expected rows of {run.data.n_units} units")
        n_batches = -(-len(states) // run.trainer.batch_size)
        with at_work(run.backend, run.n_threads):
            states = run.family.standardised(states)
            run.family.check_units(states, "the training began with")
            run.gradient.turn_to(states)
            losses, sizes = [], []
            for rows in np.array_split(np.arange(len(states)), n_batches):
                wraps, first = divmod(self.n_rows, _CHAINS)
                batch = Batch(rows, states[rows], wraps, self._progress(int(rows[0])), first)
                losses.append(run.step(self._parameters, batch))
                sizes.append(len(rows))
            run.check_finite(self._parameters, 0)
        self.n_rows += len(states)
        self._losses += losses
        self._sizes += sizes
        self.loss = float(np.average(losses, weights=sizes))
        self._seconds += time.perf_counter() - start
        if len(self._losses) >= _UPDATES_A_ROW:
            self._note()
        return n_batches

    @property
    def model(self) -> RBM:
        """The model as it is by now."""
        run = self._run
        with at_work(run.backend, run.n_threads):
            return run.finished(run.model(self._parameters), 0)

    def result(self) -> Fit:
        """Return the model as it is by now, and how it came about.

        Raises
        ------
        ValueError
            If no row has come yet.
        """
        if self.n_rows == 0:
            raise ValueError("stream: got no rows yet, expected some for a result")
        run = self._run
        if self._losses:
            self._note()
        model = self.model
        with at_work(run.backend, run.n_threads):
            history = [dict(row) for row in self._history]
            history[-1] |= run.monitor(model, 0)
            run.monitor.verdict(model, history, len(history) - 1)
        settings: dict[str, Any] = run.settings(self._init)
        settings |= {"n_epochs": 1, "n_rows": self.n_rows}
        settings |= {"n_first": len(run.data), "rate_falls_over": self._expected}
        return Fit(model, history, settings, len(history) - 1)

    def _progress(self, row: int) -> float:
        """Fraction of the expected rows that came before this one; 0 where none are known of."""
        return 0.0 if self._expected is None else min(1.0, (self.n_rows + row) / self._expected)

    def _note(self) -> None:
        """Put the losses since the last time into a row of the history."""
        self._history.append(
            {
                "epoch": len(self._history),
                "rows": self.n_rows,
                "loss": float(np.average(self._losses, weights=self._sizes)),
                "learning_rate": self._run.trainer.optimizer.rate(self._progress(0)),
                "seconds": self._seconds,
            }
        )
        self._losses, self._sizes = [], []


def regroup(batches: Iterable[ArrayLike], n_first: int, size: int) -> Iterator[NDArray[Any]]:
    """Cut rows anew: as many as asked for first, then parts of equal size, and what is left."""
    if not np.iterable(batches):
        raise TypeError(f"batches: got {type(batches).__name__}, expected an iterable of arrays")
    held: list[NDArray[Any]] = []
    n_held, wanted = 0, n_first
    for part in batches:
        rows = _check.as_array("batches", part)
        if rows.ndim != 2:
            raise ValueError(f"batches: got a part of shape {rows.shape}, expected (any, N)")
        if held and rows.shape[1] != held[0].shape[1]:
            width = held[0].shape[1]
            raise ValueError(f"batches: got a part of {rows.shape[1]} units after one of {width}")
        held.append(rows.copy())  # loaders fill the same array again
        n_held += len(rows)
        while n_held >= wanted:
            joined = held[0] if len(held) == 1 else np.concatenate(held)
            yield joined[:wanted]
            held, n_held, wanted = [joined[wanted:]], n_held - wanted, size
    if n_held > 0:
        yield np.concatenate(held)
