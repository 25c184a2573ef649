"""What models of every family do with arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends import in_use
from ..backends.protocol import Reals

__all__ = ["amplitudes", "check_same_rows", "frozen", "linear", "single"]


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array itself, made read-only."""
    array.flags.writeable = False
    return array


def single(name: str, array: Reals) -> NDArray[np.float32]:
    """Return a read-only copy in single precision.

    Raises
    ------
    ValueError
        If a number is beyond its range.
    """
    with np.errstate(over="ignore"):
        narrow = array.astype(np.float32)
    if not np.isfinite(narrow).all():
        raise ValueError(f"{name}: got {np.abs(array).max():.3g}, beyond the range of float32")
    return frozen(narrow)


def check_same_rows(v: Reals, h: Reals) -> None:
    """Refuse several visible and several hidden states that are not as many.

    Raises
    ------
    ValueError
    """
    if v.ndim == h.ndim == 2 and len(v) != len(h):
        raise ValueError(f"h: got {len(h)} rows, expected {len(v)} as v has")


def linear(x: Reals, weights: Reals, bias: Reals) -> Reals:
    """Return bias + x @ weights for one state (K,) or several (B, K), bias (L,) or (B, L)."""
    one = x.ndim == 1 and bias.ndim == 1
    if x.ndim == 1:
        x = np.broadcast_to(x, (1 if one else len(bias), len(x)))
    backend, n_threads = in_use()
    out = backend.linear(np.ascontiguousarray(x), weights, bias, n_threads)
    return out[0] if one else out


def amplitudes(v_t: Reals, alpha: ArrayLike, sigma: ArrayLike) -> tuple[Reals, Reals]:
    """Return those of the channel v_t = alpha v + sigma ζ, to be broadcast over the units.

    Raises
    ------
    ValueError
        If they are not numbers, or one for each row of v_t, or sigma is not positive.
    """
    rows = v_t.shape[:-1]
    a = _check.real_array("alpha", alpha, (), rows)[..., None]
    s = _check.real_array("sigma", sigma, (), rows)[..., None]
    if not (s > 0.0).all():
        raise ValueError(f"sigma: got {s.min()}, expected more than 0")
    return a, s
