"""Independent sets of the model's own samples, against which roads are measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from .._seed import derive_key
from ..backends import get_backend
from ..rbm import RBM, Chains
from ..rbm.base import n_enumerable
from ..rbm.chains import chain_ids
from ..sample import Exact
from ..sample.base import Sampler
from ..sample.chain_sampler import sweeps_at_once
from .enumeration import ENUMERABLE

__all__ = ["ReferenceSets", "reference_sets"]

_ROWS_AT_ONCE = 1 << 16
_BURN_IN = 2000
_SWEEPS_BETWEEN = 50


@dataclass(frozen=True)
class ReferenceSets:
    """Where sets of reference samples come from.

    Attributes
    ----------
    description : str
        For people, one sentence.
    exact : bool
        Whether the sets are independent samples of the model's own distribution.
    sets : iterator of arrays, (n_samples, N)
    """

    description: str
    exact: bool
    sets: Iterator[NDArray[Any]]


def reference_sets(
    model: RBM,
    reference: ArrayLike | Sampler | None,
    data: NDArray[Any] | None,
    *,
    n_samples: int,
    n_sets: int,
    seed: int,
    backend: str,
    n_threads: int | None,
) -> ReferenceSets:
    """Choose the reference: what the caller gave, else enumeration, else long Gibbs chains."""
    if isinstance(reference, Sampler):
        described = f"Samples of {reference!r}, taken as the truth."
        sets = _drawn(model, reference, n_samples, n_sets, seed)
        return ReferenceSets(described, isinstance(reference, Exact), sets)
    if reference is not None:
        return _given(model, reference, n_samples, n_sets)
    if n_enumerable(model) <= ENUMERABLE:
        exact = Exact(backend=backend, n_threads=n_threads)
        described = f"Exact: all {1 << n_enumerable(model)} states of a layer are enumerated."
        return ReferenceSets(described, True, _drawn(model, exact, n_samples, n_sets, seed))
    start = "random states" if data is None else "rows of the data"
    described = (
        f"Not exact: the model is too large to enumerate. The reference is {n_samples} block Gibbs "
        f"chains started from {start}, {_BURN_IN} sweeps before the first set and "
        f"{_SWEEPS_BETWEEN} between one set and the next. Where Gibbs sampling does not mix, it "
        "is wrong in the same way as a Gibbs road."
    )
    sets = _chained(model, data, n_samples, n_sets, seed, backend, n_threads or 0)
    return ReferenceSets(described, False, sets)


def _drawn(
    model: RBM, sampler: Sampler, n_samples: int, n_sets: int, seed: int
) -> Iterator[NDArray[Any]]:
    at_once = max(1, _ROWS_AT_ONCE // n_samples)
    for first in range(0, n_sets, at_once):
        count = min(at_once, n_sets - first)
        drawn = sampler.sample(model, count * n_samples, seed=seed, first_chain=first * n_samples)
        yield from drawn.visible.reshape(count, n_samples, -1)


def _given(model: RBM, reference: ArrayLike, n_samples: int, n_sets: int) -> ReferenceSets:
    rows = _check.as_array("reference", reference)
    if rows.ndim != 2 or rows.shape[1] != model.n_visible:
        raise ValueError(f"reference: got shape {rows.shape}, expected (any, {model.n_visible})")
    needed = n_samples * n_sets
    if len(rows) < needed:
        raise ValueError(
            f"reference: got {len(rows)} rows, expected at least {needed} for {n_sets} separate "
            f"sets of n_samples={n_samples}"
        )
    described = f"{len(rows)} given samples, taken as the truth, in {n_sets} separate sets."
    sets = iter(rows[:needed].reshape(n_sets, n_samples, -1))
    return ReferenceSets(described, False, sets)


def _chained(
    model: RBM,
    data: NDArray[Any] | None,
    n_samples: int,
    n_sets: int,
    seed: int,
    backend_name: str,
    n_threads: int,
) -> Iterator[NDArray[Any]]:
    backend = get_backend(backend_name)
    ids = chain_ids(n_samples)
    if data is None:
        start = model.random_visible(ids, derive_key(seed, "start"), backend)
    else:
        start = np.ascontiguousarray(data[np.arange(n_samples) % len(data)])
    chains = Chains(start, ids, derive_key(seed, "sweeps"))
    at_once = sweeps_at_once(model, n_samples)
    for number in range(n_sets):
        end = _BURN_IN + number * _SWEEPS_BETWEEN
        while chains.sweep < end:
            n = min(at_once, end - chains.sweep)
            model.gibbs(chains, n, backend=backend, n_threads=n_threads)
        yield chains.visible
