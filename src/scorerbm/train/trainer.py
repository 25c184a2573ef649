"""The training loop, shared by every method."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from .._progress import Progress, Update, progress_bar
from .._seed import derive_key
from ..backends import BACKENDS, at_work, get_backend, in_use
from ..backends.protocol import Backend, Domain, Reals
from ..rbm import RBM
from ..rbm.chains import chain_ids
from ..rbm.grid import Workspace
from ..sample.base import Sampler
from .callbacks import Callback, TrainingState
from .centring import Centring
from .errors import DivergenceError
from .family import FAMILIES, Family
from .fit import Fit
from .gaussian import LARGEST_SIGMA, LEAST_SIGMA
from .gradients.base import Batch, Gradient
from .monitor import Monitor
from .optimizer import Adam, Optimizer
from .states import States
from .stream import Stream, regroup

__all__ = ["Trainer"]

MONITORS = ("auto", "always", "never")

_UPDATES = 8000
_FEWEST_EPOCHS = 25
_HIDDEN_OFFSET = 0.5  # λ of `Centring`


@dataclass(frozen=True, kw_only=True)
class Trainer(ABC):
    """Options common to every training method; see the subclasses."""

    n_hidden: int = 64
    visible: str = "bernoulli"
    sigma: float | None = None
    sigma_floor: float = 0.02
    scale_floor: float = 0.0
    n_epochs: int | None = None
    batch_size: int = 50
    centred: bool = True
    optimizer: Optimizer = field(default_factory=Adam)
    callbacks: Sequence[Callback] = ()
    monitor: str = "auto"
    n_threads: int | None = None
    backend: str = "auto"
    progress: Progress = False

    def __post_init__(self) -> None:
        _check.integer("n_hidden", self.n_hidden, 1)
        _check.choice("visible", self.visible, FAMILIES)
        if self.sigma is not None:
            _check.number("sigma", self.sigma, minimum=LEAST_SIGMA, maximum=LARGEST_SIGMA)
        _check.number("sigma_floor", self.sigma_floor, minimum=LEAST_SIGMA, maximum=1.0)
        _check.number("scale_floor", self.scale_floor, minimum=0.0)
        if self.n_epochs is not None:
            _check.integer("n_epochs", self.n_epochs, 1)
        _check.integer("batch_size", self.batch_size, 1)
        _check.boolean("centred", self.centred)
        if not isinstance(self.optimizer, Optimizer):
            raise TypeError(f"optimizer: got {self.optimizer!r}, expected Adam(...) or SGD(...)")
        if not isinstance(self.callbacks, Sequence):
            raise TypeError(f"callbacks: got {self.callbacks!r}, expected a sequence of callables")
        for callback in self.callbacks:
            if not callable(callback):
                raise TypeError(f"callbacks: got {callback!r}, expected callables")
        _check.choice("monitor", self.monitor, MONITORS)
        if self.n_threads is not None:
            _check.integer("n_threads", self.n_threads, 1)
        _check.choice("backend", self.backend, ("auto", *BACKENDS))

    # -- what a method adds ------------------------------------------------------------------

    @abstractmethod
    def _gradient(self, family: Family, states: States, seed: int, backend: Backend) -> Gradient:
        """Estimator of the gradient, set up for these data."""

    # -- the loop ----------------------------------------------------------------------------

    def fit(
        self,
        v: ArrayLike,
        *,
        validation: ArrayLike | None = None,
        init: RBM | None = None,
        seed: int = 0,
    ) -> Fit:
        """Train on data.

        Parameters
        ----------
        v : array_like, (n, N)
            Training states, one a row. Bits are packed to one a unit, a few megabytes at a
            time, so that an array in a file (`numpy.memmap`) need not fit in memory as it is.
            Real numbers are standardised, and the model remembers how.
        validation : array_like, (m, N), optional
            Held-out states for the monitored metrics.
        init : RBM, optional
            A model to go on from. Real data are standardised as it does.
        seed : int
            The same seed gives the same model.

        Returns
        -------
        Fit

        Raises
        ------
        ValueError, TypeError
            If the data are not states of the chosen family, or there are fewer than two.
        DivergenceError
            If the parameters or the loss stop being finite.
        """
        data = self._training_states("v", v)
        held_out = None
        if validation is not None:
            held_out = FAMILIES[self.visible].check("validation", validation)
            if held_out.n_units != data.n_units:
                raise ValueError(
                    f"validation: got {held_out.n_units} units, expected {data.n_units} as in v"
                )
            if len(held_out) == 0:
                raise ValueError("validation: got no rows, expected at least one")
        with at_work(get_backend(self.backend), self.n_threads or 0):
            run = self._run(data, held_out, init, seed)
            with closing(run.gradient):
                return run.fit(init)

    def fit_batches(
        self,
        batches: Iterable[ArrayLike],
        *,
        n_rows: int | None = None,
        n_first: int = 1000,
        init: RBM | None = None,
        seed: int = 0,
    ) -> Fit:
        """Train on data that come in parts, of which no more than some are in memory.

        Every row is visited once, in the order in which it comes: shuffle before. To visit rows
        again, chain the parts again. How the rows are cut into parts does not matter: the same
        rows and the same seed give the same model.

        Parameters
        ----------
        batches : iterable of array_like, (b, N)
            Parts of any sizes: a generator, chunks of a file, a loader of another library.
        n_rows : int, optional
            How many rows will come, over which the learning rate decays; without it, the rate
            stays as it is.
        n_first : int
            Rows that are waited for before the first update, to learn the frequencies of bits or
            the mean and spread of real units from.
        init : RBM, optional
            A model to go on from. What it knows of the data that it was trained on is kept.
        seed : int

        Returns
        -------
        Fit
            With a row of the history for every 100 updates.

        Raises
        ------
        ValueError, TypeError
            If the data are not states of the chosen family, there are fewer than two, or the
            trainer has callbacks, which belong to epochs.
        DivergenceError
            If the parameters or the loss stop being finite.
        """
        size = self.batch_size
        parts = regroup(batches, max(size, _check.integer("n_first", n_first, 2)), size)
        first = next(parts, None)
        if first is None:
            raise ValueError("batches: got no rows, expected at least two states")
        total = 0 if n_rows is None else -(-_check.integer("n_rows", n_rows, 1) // size)
        with (
            self.stream(first, n_rows=n_rows, init=init, seed=seed) as stream,
            progress_bar(self.progress, total, "training") as update,
        ):
            for rows in chain([first], parts):
                update(stream.update(rows), loss=stream.loss)
            return stream.result()

    def stream(
        self,
        first: ArrayLike,
        *,
        n_rows: int | None = None,
        init: RBM | None = None,
        seed: int = 0,
    ) -> Stream:
        """Begin a training whose rows come later: for loops of one's own.

        Parameters
        ----------
        first : array_like, (n, N)
            Rows to learn the frequencies of bits from, or the mean and spread of real units.
            Nothing is trained yet.
        n_rows, init, seed
            See `fit_batches`. A training that goes on from a model takes another seed, or it meets
            the random numbers again that made this model.

        Returns
        -------
        Stream

        Raises
        ------
        ValueError, TypeError
            If the rows are not states of the chosen family, there are fewer than two, or the
            trainer has callbacks, which belong to epochs: look at ``Stream.model`` between calls of
            ``update`` instead.
        """
        if self.callbacks:
            raise ValueError(
                f"callbacks: got {len(self.callbacks)}, expected none: rows that come in parts "
                "have no epochs"
            )
        if n_rows is not None:
            _check.integer("n_rows", n_rows, 1)
        data = self._training_states("first", first)
        with at_work(get_backend(self.backend), self.n_threads or 0):
            return Stream(self._run(data, None, init, seed, in_parts=True), init, n_rows)

    def _training_states(self, name: str, v: ArrayLike) -> States:
        data = FAMILIES[self.visible].check(name, v)
        if len(data) < 2 or data.n_units < 1:
            shape = len(data), data.n_units
            raise ValueError(f"{name}: got shape {shape}, expected at least two states")
        return data

    def _run(
        self,
        data: States,
        held_out: States | None,
        init: RBM | None,
        seed: int,
        in_parts: bool = False,
    ) -> Run:
        """Set up a training, on the backend at work."""
        if init is not None and not isinstance(init, RBM):
            raise TypeError(f"init: got {type(init).__name__}, expected an RBM")
        family = FAMILIES[self.visible].of(
            data, init, self.sigma, self.sigma_floor, self.scale_floor
        )
        if in_parts and init is not None:  # which has seen more than the first part
            family = family.known_by(init)
        held_out = None if held_out is None else family.standardised(held_out)
        seed = _check.integer("seed", seed)
        return Run(self, family, family.standardised(data), held_out, seed)

    def epochs(self, n_rows: int) -> int:
        """Return the number of epochs that a training set of n rows gets."""
        if self.n_epochs is not None:
            return self.n_epochs
        return max(_FEWEST_EPOCHS, math.ceil(_UPDATES / math.ceil(n_rows / self.batch_size)))

    def settings(self) -> dict[str, Any]:
        """Hyperparameters, as strings and numbers."""
        hidden = {"callbacks", "progress", "n_threads", "backend", "monitor"}
        if self.visible == "bernoulli":
            hidden |= {"sigma", "sigma_floor", "scale_floor"}
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in hidden}
        values = {k: x.item() if isinstance(x, np.generic) else x for k, x in values.items()}
        plain = (str, int, float, bool, type(None))
        return {k: x if isinstance(x, plain) else _spoken(x) for k, x in values.items()}


class Run:
    """One training: what changes in it."""

    def __init__(
        self,
        trainer: Trainer,
        family: Family,
        data: States,
        held_out: States | None,
        seed: int,
    ) -> None:
        self.trainer, self.family, self.data, self.seed = trainer, family, data, seed
        self.backend, self.n_threads = in_use()
        self.n_epochs = trainer.epochs(len(data))
        self.n_batches = math.ceil(len(data) / trainer.batch_size)
        self.gradient = trainer._gradient(family, data, seed, self.backend)
        self.monitor = Monitor(
            trainer.monitor, family, data, held_out, self.backend, trainer.n_threads,
            self.n_epochs, self.n_batches,
        )  # fmt: skip
        self.stepper = trainer.optimizer.start()
        self.centring = self._centring()
        self.workspace: Workspace | None = None  # of the last update
        self.rows = chain_ids(len(data))
        self.order_key = derive_key(seed, "order")

    def fit(self, init: RBM | None) -> Fit:
        parameters = self.start(init)
        model = self.model(parameters)
        history: list[dict[str, float]] = []
        keep, kept_epoch, start = None, 0, time.perf_counter()
        with progress_bar(
            self.trainer.progress, self.n_epochs * self.n_batches, "training"
        ) as update:
            for epoch in range(self.n_epochs):
                row = self._epoch(epoch, parameters, update)
                model = self.model(parameters)
                row |= self.monitor(model, epoch) | {"seconds": time.perf_counter() - start}
                state = TrainingState(epoch, self.n_epochs, model, row, history, self.family, keep)
                stops = [callback(state) for callback in self.trainer.callbacks]
                if state.keep is not keep:
                    keep, kept_epoch = state.keep, epoch
                history.append(row)
                if any(stops):
                    break
        chosen = len(history) - 1 if keep is None else kept_epoch
        found = keep or self.finished(model, chosen)
        self.monitor.verdict(found, history, chosen)
        return Fit(found, history, self.settings(init), chosen)

    def finished(self, model: RBM, epoch: int) -> RBM:
        try:
            return self.family.finished(model)
        except ValueError as error:  # finite, but beyond float32
            raise self._diverged(epoch, str(error)) from error

    def start(self, init: RBM | None) -> dict[str, Reals]:
        parameters = self.family.initial(self.trainer.n_hidden, self.seed, self.backend)
        if init is None:
            return parameters
        given = self.family.coordinates(
            {k: np.array(x, dtype=np.float64) for k, x in init.parameters.items()}
        )
        want, have = ({k: x.shape for k, x in p.items()} for p in (parameters, given))
        if want != have:
            raise ValueError(f"init: got a model with arrays {have}, expected {want}")
        return self.centring.centred(given)

    def _centring(self) -> Centring:
        size = 1.0 if self.trainer.centred else 0.0
        hidden = np.full(self.trainer.n_hidden, size * _HIDDEN_OFFSET)
        return Centring(size * self.family.visible_offset(), hidden)

    def model(self, parameters: dict[str, Reals]) -> RBM:
        """The model of parameters in training, which are centred."""
        sums = self.centring.sums(parameters["weights"])
        kept = None if self.workspace is None else self.workspace.integers
        self.workspace = Workspace(sums, kept)
        return self.family.model(self.centring.plain(parameters, sums), self.workspace)

    def _epoch(self, epoch: int, parameters: dict[str, Reals], update: Update) -> dict[str, float]:
        u = self.backend.uniform(self.rows, 1, self.order_key, step=epoch, domain=Domain.UNIFORM)
        order = np.argsort(u[:, 0], kind="stable")
        total, progress = 0.0, epoch / self.n_epochs
        for i, rows in enumerate(np.array_split(order, self.n_batches)):
            progress = (epoch + i / self.n_batches) / self.n_epochs
            loss = self.step(parameters, Batch(rows, self.data[rows], epoch, progress))
            total += loss * len(rows)
            update()
        self.check_finite(parameters, epoch)
        rate = self.trainer.optimizer.rate(progress)
        shown = {"loss": total / len(self.data), **self.gradient.shown(progress)}
        update(0, **shown)
        return {"epoch": epoch, **shown, "learning_rate": rate}

    def step(self, parameters: dict[str, Reals], batch: Batch) -> float:
        """Update the parameters in place; return the loss before."""
        gradients, loss = self._evaluate(parameters, batch)
        centre = self.centring.centre(gradients) if self.trainer.centred else None
        gradients = self.family.derivatives(gradients, parameters)
        self.stepper.update(parameters, gradients, batch.progress, centre)
        self.family.bound(parameters)
        return loss

    def _evaluate(
        self, parameters: dict[str, Reals], batch: Batch
    ) -> tuple[dict[str, Reals], float]:
        model = self.model(parameters)
        if self.workspace is not None and not self.workspace.finite:
            raise self._diverged(batch.epoch, "weights is no longer finite")
        try:
            gradients, loss = self.gradient(model, batch, self.n_threads)
        except OverflowError as error:
            raise self._diverged(batch.epoch, str(error)) from error
        if not math.isfinite(loss):
            raise self._diverged(batch.epoch, f"the loss is {loss}")
        return gradients, loss

    def check_finite(self, parameters: dict[str, Reals], epoch: int) -> None:
        for name, value in parameters.items():
            if not np.isfinite(value).all():
                raise self._diverged(epoch, f"{name} is no longer finite")

    def _diverged(self, epoch: int, what: str) -> DivergenceError:
        rate = self.trainer.optimizer.learning_rate
        return DivergenceError(
            f"training diverged in epoch {epoch}: {what}. Try a learning rate below {rate:g}."
        )

    def settings(self, init: RBM | None) -> dict[str, Any]:
        sizes = {"n_rows": len(self.data), "n_visible": self.data.n_units}
        return {
            "trainer": type(self.trainer).__name__,
            **self.trainer.settings(),
            "n_epochs": self.n_epochs,
            "seed": self.seed,
            "continued": init is not None,
            "callbacks": [
                getattr(x, "__qualname__", type(x).__qualname__) for x in self.trainer.callbacks
            ],
            **sizes,
        }


def _spoken(x: object) -> str:
    """Name of a function, whose repr differs from run to run, or the repr of anything else."""
    if isinstance(x, Sampler):
        return x.described()
    return str(getattr(x, "__qualname__", None) or repr(x))
