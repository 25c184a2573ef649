"""Visible states that come from the caller: where chains start, and what they are held at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..rbm import RBM

__all__ = ["clamped", "states"]


def states(name: str, value: ArrayLike, model: RBM, n_chains: int) -> NDArray[Any]:
    """Visible states of the model, (C, N), from one for each chain or one for all."""
    shapes = (n_chains, model.n_visible), (model.n_visible,)
    check = _check.bits if model.binary_visible else _check.real_array
    return np.ascontiguousarray(np.broadcast_to(check(name, value, *shapes), shapes[0]))


def clamped(clamp: ArrayLike, model: RBM, n_chains: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """States to hold visible units at, and which units: (N,) for all chains alike, or (C, N)."""
    array = _check.as_array("clamp", clamp)
    free = np.isnan(array) | np.ma.getmask(clamp)
    # No other mark than NaN: a -1 would be a free unit to some, and a spin that is down to others.
    values: NDArray[Any] = _check.real_array(
        "clamp", np.where(free, 0, array), (model.n_visible,), (n_chains, model.n_visible)
    )
    if model.binary_visible:
        wrong = (values != 0.0) & (values != 1.0)
        if wrong.any():
            where = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise ValueError(
                f"clamp: got {values[where]:g} at index {where}, expected 0, 1, or NaN for a unit "
                "that is free"
            )
        values = values.astype(np.uint8)
    held = ~free
    if held.ndim == 2 and (held == held[0]).all():
        held = held[0]
    return values, held
