"""A model's smaller layer, enumerated: what every exact evaluation is a sum over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .. import _check
from ..backends.protocol import Reals
from ..rbm import RBM
from ..rbm.base import all_states, n_enumerable
from ._arguments import place

__all__ = ["ENUMERABLE", "Enumeration", "Part", "enumerate_layer", "log_sum_exp"]

ENUMERABLE = 20
"""Most units of the smaller layer that are enumerated without being asked for: a million states."""

_NUMBERS_AT_ONCE = 1 << 21  # of a chunk of conditional means: 16 MB


@dataclass(frozen=True)
class Part:
    """Some states of the enumerated layer.

    Attributes
    ----------
    probability : array, (C,)
        Of each state.
    mean, variance : array, (C, N)
        Of the visible units given each state.
    """

    probability: Reals
    mean: Reals
    variance: Reals


@dataclass(frozen=True, eq=False)
class Enumeration:
    """Logarithms of the unnormalised marginal of one layer.

    Attributes
    ----------
    model : RBM
    layer : str
        ``"hidden"`` or ``"visible"``.
    log_weights : array, (2ᴷ,)
        Bit k of the index is unit k.
    log_z : float
        ln Z.
    """

    model: RBM
    layer: str
    log_weights: Reals
    log_z: float

    def parts(self) -> Iterator[Part]:
        """Yield all states, some at a time."""
        size = max(1, _NUMBERS_AT_ONCE // self.model.n_visible)
        n_bits = len(self.log_weights).bit_length() - 1
        for start in range(0, len(self.log_weights), size):
            stop = min(start + size, len(self.log_weights))
            states = all_states(n_bits, start, stop)
            probability = np.exp(self.log_weights[start:stop] - self.log_z)
            if self.layer == "visible":
                mean = states.astype(np.float64)
                yield Part(probability, mean, np.zeros_like(mean))
            else:
                mean = self.model.visible_mean(states)
                yield Part(probability, mean, self.model.visible_variance(mean))


def enumerate_layer(
    model: RBM, *, max_units: int = 24, backend: str = "auto", n_threads: int | None = None
) -> Enumeration:
    """Enumerate the smaller layer.

    Raises
    ------
    ValueError
        If it has more than ``max_units`` units: 2ᴷ numbers are held in memory.
    """
    where, threads = place(backend, n_threads)
    units, most = n_enumerable(model), _check.integer("max_units", max_units, 1)
    if units > most:
        raise ValueError(
            f"model: got {units} units in the smallest layer that can be enumerated, expected at "
            f"most max_units={most}"
        )
    if units < model.n_hidden:
        layer, log_weights = "visible", model.enumerate_visible(backend=where, n_threads=threads)
    else:
        layer, log_weights = "hidden", model.enumerate_hidden(backend=where, n_threads=threads)
    return Enumeration(model, layer, log_weights, log_sum_exp(log_weights))


def log_sum_exp(x: Reals) -> float:
    """Return ln Σ exp(x), without overflow."""
    top = x.max()
    return float(top + np.log(np.exp(x - top).sum()))
