"""Models along a training run, as the rungs of a ladder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .. import _check
from .._progress import Progress, Update, progress_bar
from .._seed import derive_key
from ..backends import at_work
from ..backends.protocol import Key
from ..backends.reference.elementary import exp_nonpositive
from ..rbm import RBM
from ..rbm.chains import MOST_STEPS, chain_ids
from ..rbm.standardisation import same_units
from ..rbm.tempering import MOST_RUNGS, Tempered, check_family
from .ladder import check_target
from .replicas import State, Streams, TrajectoryReplicas, fixed_mean, place
from .tempered_families import easiest_reference, path_to, rung_of

__all__ = ["check_trajectory", "on_trajectory", "select_snapshots"]

_LOOKS = 10

Model = TypeVar("Model", bound=RBM)


def check_trajectory(models: Sequence[RBM]) -> tuple[Tempered, ...]:
    """Return at least two models of one family, shape and standardisation of the data.

    Raises
    ------
    TypeError, ValueError
        If they are not.
    """
    if not 2 <= len(models) <= MOST_RUNGS:
        raise ValueError(f"models: got {len(models)}, expected from 2 to {MOST_RUNGS}")
    checked = tuple(check_family(model) for model in models)
    last = checked[-1]
    for i, model in enumerate(checked):
        if type(model) is not type(last):
            raise TypeError(
                f"models[{i}]: got {type(model).__name__}, expected {type(last).__name__} as is "
                "the last"
            )
        if model.weights.shape != last.weights.shape:
            raise ValueError(
                f"models[{i}]: got weights of shape {model.weights.shape}, expected "
                f"{last.weights.shape} as in the last"
            )
        if not same_units(model.standardisation, last.standardisation):
            raise ValueError(
                f"models[{i}]: got another data_mean or data_scale than in the last, expected the "
                "same: states of the models would mean different data"
            )
    return checked


def on_trajectory(
    models: Sequence[Tempered],
    precision: str,
    streams: Streams,
    given: NDArray[Any] | None,
    start: Key,
    swap_every: int = 1,
) -> TrajectoryReplicas:
    """Set replicas on the models, with visible states given or drawn from independent units."""
    easiest = models[0]
    if given is None:
        path = path_to(easiest, easiest_reference(easiest), precision)
        given = path.start(len(models), streams, start)
    hidden = np.zeros((len(given), easiest.n_hidden), np.uint8)
    rungs = [rung_of(model, precision) for model in models]
    return TrajectoryReplicas(rungs, (given, hidden), streams, swap_every)


def select_snapshots(
    models: Sequence[Model],
    *,
    target_acceptance: float = 0.3,
    n_ladders: int = 64,
    n_sweeps: int = 200,
    seed: int = 0,
    n_threads: int | None = None,
    backend: str = "auto",
    precision: str = "auto",
    progress: Progress = False,
) -> list[Model]:
    r"""Thin the snapshots of a training run to those that tempering along them needs.

    A run along all models gives samples of each. From these the rate at which any two models i < j
    would exchange states,

    .. math:: \mathrm{E}\min(1, \exp[E_i(x) + E_j(x') - E_i(x') - E_j(x)]),

    is measured. From the last model backwards, the next one kept is the earliest whose rate, and
    that of all models between, is at least the target; where even the model before is below it,
    that one is kept.

    Parameters
    ----------
    models : sequence of BernoulliRBM or of GaussianRBM
        Of the same shape (and standardisation of the data), the easiest to sample first.
    target_acceptance : float
        Least rate of exchange between neighbours, as far as the snapshots allow it.
    n_ladders : int
        Independent samples of each model.
    n_sweeps : int
        Sweeps of every model; the second half is looked at ten times.
    seed : int
        The same seed gives the same selection.
    n_threads, backend, precision, progress
        See `BlockGibbs`.

    Returns
    -------
    list of models
        The first and the last among them, in order: for `ParallelTempering.sample`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    References
    ----------
    Decelle, Furtlehner, Rosset and Seoane, "Fast, accurate training and sampling of Restricted
    Boltzmann Machines", arXiv 2405.15376.
    """
    if not isinstance(models, (list, tuple)):
        raise TypeError(f"models: got {type(models).__name__}, expected a list or a tuple")
    checked, target = check_trajectory(models), check_target(target_acceptance)
    _check.integer("n_ladders", n_ladders, 1)
    _check.integer("n_sweeps", n_sweeps, _LOOKS, MOST_STEPS)
    key = derive_key(_check.integer("seed", seed), "snapshots")
    where, threads = place(backend, precision, n_threads)
    streams = Streams(chain_ids(n_ladders), key, where, threads)
    with at_work(where, threads), progress_bar(progress, n_sweeps, "sampling snapshots") as update:
        start_key = derive_key(seed, "snapshots start")
        replicas = on_trajectory(checked, precision, streams, None, start_key)
        states = _looks(replicas, n_sweeps, update)

        def rate(i: int, j: int) -> float:
            exponent = replicas.exponent(i, states[i], j, states[j])
            return float(fixed_mean(exp_nonpositive(np.minimum(exponent, 0.0))[:, None])[0])

        return [models[i] for i in thinned(len(checked), rate, target)]


def _looks(replicas: TrajectoryReplicas, n_sweeps: int, update: Update) -> list[State]:
    """States of each rung at ten times of the second half of a run."""
    times = [n_sweeps - n_sweeps * i // (2 * _LOOKS) for i in range(_LOOKS)][::-1]
    seen = []
    for time in times:
        for size, _ in replicas.pieces(time - replicas.sweep):
            update(size)
        seen.append([replicas.on_rung(k) for k in range(replicas.n_rungs)])
    return [
        (np.concatenate([v for v, _ in of_rung]), np.concatenate([h for _, h in of_rung]))
        for of_rung in zip(*seen, strict=True)
    ]


def thinned(n: int, rate: Callable[[int, int], float], target: float) -> list[int]:
    """Numbers to keep of 0 … n - 1, such that neighbours have at least the target rate."""
    kept = [n - 1]
    while kept[-1] > 0:
        j = kept[-1]
        i = j - 1
        while i > 0 and rate(i - 1, j) >= target:
            i -= 1
        kept.append(i)
    return kept[::-1]
