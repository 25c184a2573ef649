"""Models along a training run, as the rungs of a ladder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from .. import _check
from .._progress import Progress, Update, progress_bar
from .._seed import derive_key
from ..backends import at_work
from ..backends.protocol import Reals
from ..backends.reference.elementary import exp_nonpositive
from ..rbm import RBM, BernoulliRBM
from ..rbm.chains import MOST_STEPS, chain_ids
from ..rbm.tempering import MOST_RUNGS, check_family
from .ladder import check_target
from .replicas import (
    State,
    Streams,
    TrajectoryReplicas,
    fixed_mean,
    place,
    start_replicas,
)

__all__ = ["check_trajectory", "easy_start", "select_snapshots"]

_LOOKS = 10

Model = TypeVar("Model", bound=RBM)


def check_trajectory(models: Sequence[RBM]) -> tuple[BernoulliRBM, ...]:
    """Return at least two models of one shape.

    Raises
    ------
    TypeError, ValueError
        If they are not.
    """
    if not 2 <= len(models) <= MOST_RUNGS:
        raise ValueError(f"models: got {len(models)}, expected from 2 to {MOST_RUNGS}")
    checked = tuple(check_family(model) for model in models)
    shapes = [model.weights.shape for model in checked]
    for i, shape in enumerate(shapes):
        if shape != shapes[-1]:
            raise ValueError(
                f"models[{i}]: got weights of shape {shape}, expected {shapes[-1]} as in the last"
            )
    return checked


def easy_start(model: BernoulliRBM) -> Reals:
    """Probabilities to start replicas from: the data's frequencies, or fair coins."""
    return np.full(model.n_visible, 0.5) if model.data_mean is None else model.data_mean


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
    models : sequence of BernoulliRBM
        Of the same shape, the easiest to sample first.
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
    rbms = [model.integers(precision) for model in checked]
    with at_work(where, threads), progress_bar(progress, n_sweeps, "sampling snapshots") as update:
        start_key = derive_key(seed, "snapshots start")
        start = start_replicas(easy_start(checked[0]), len(rbms), streams, start_key)
        replicas = TrajectoryReplicas(rbms, start, streams)
        states = _looks(replicas, checked[-1], n_sweeps, update)

        def rate(i: int, j: int) -> float:
            exponent = replicas.exponent(i, states[i], j, states[j])
            return float(fixed_mean(exp_nonpositive(np.minimum(exponent, 0.0))[:, None])[0])

        return [models[i] for i in thinned(len(rbms), rate, target)]


def _looks(
    replicas: TrajectoryReplicas, model: BernoulliRBM, n_sweeps: int, update: Update
) -> list[State]:
    """States of each rung at ten times of the second half of a run."""
    times = [n_sweeps - n_sweeps * i // (2 * _LOOKS) for i in range(_LOOKS)][::-1]
    seen = []
    for time in times:
        for size, _ in replicas.pieces(model, time - replicas.sweep):
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
