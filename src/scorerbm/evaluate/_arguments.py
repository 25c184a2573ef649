"""Checks that the evaluations share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends import get_backend
from ..backends.protocol import Backend, Reals
from ..rbm import RBM
from ..rbm.base import check_one

__all__ = ["check_model", "place", "series", "states"]

_FEWEST_STEPS = 4


def check_model(model: RBM) -> RBM:
    """Return the model if it is one RBM, not a batch of tilted ones."""
    if not isinstance(model, RBM):
        raise TypeError(f"model: got {type(model).__name__}, expected an RBM")
    check_one("model", model)
    return model


def states(name: str, v: ArrayLike, model: RBM | None = None) -> NDArray[Any]:
    """Return visible states (B, N), B ≥ 1: uint8 for binary units, else float64.

    Without a model, zeros and ones are taken for bits.
    """
    n = None if model is None else model.n_visible
    array = _check.as_array(name, v)
    if model is not None:
        binary = model.binary_visible
    else:
        binary = bool(((array == 0) | (array == 1)).all())
    check = _check.bits if binary else _check.real_array
    result: NDArray[Any] = check(name, array, (n,), (None, n))
    if result.ndim == 1:
        result = result[None, :]
    if result.size == 0:
        raise ValueError(f"{name}: got shape {np.shape(array)}, expected at least one state")
    return result


def place(backend: str, n_threads: int | None) -> tuple[Backend, int]:
    """Return the backend and the number of threads, 0 for all cores."""
    threads = 0 if n_threads is None else _check.integer("n_threads", n_threads, 1)
    return get_backend(backend), threads


def series(x: ArrayLike) -> Reals:
    """Return one number a step, of one chain (n,) or of several (n, C), as (n, C); they vary."""
    chains = _check.real_array("x", x, (None,), (None, None))
    if chains.size == 0 or len(chains) < _FEWEST_STEPS:
        raise ValueError(
            f"x: got shape {chains.shape}, expected at least {_FEWEST_STEPS} steps of a chain"
        )
    if chains.min() == chains.max():
        raise ValueError(
            f"x: got {chains.size} times {chains.flat[0]:g}, expected a series that varies"
        )
    return chains[:, None] if chains.ndim == 1 else chains
