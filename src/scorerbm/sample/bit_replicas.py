"""Replicas of binary units, whose sums are exact integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Bits, IntegerRBM, Key, Reals, Words
from ..backends.reference.exchanges import Exchanges
from ..rbm import BernoulliRBM
from .path import Path
from .replicas import State, Streams, TemperedReplicas, start_replicas

__all__ = ["BitPath", "BitReplicas", "BitRung"]


@dataclass(frozen=True, eq=False)
class BitPath(Path):
    """From independent bits to a model, rounded to a grid."""

    rbm: IntegerRBM
    """Of the energy E - E_ref."""
    offset: Reals | None
    """Log-odds r of the reference, E_ref = -rᵀv; 0 for None."""
    probability: Reals
    """Of ones in the reference, (N,)."""

    @classmethod
    def to(cls, model: BernoulliRBM, reference: str, precision: str) -> Self:
        """Round the model to the grid of that precision."""
        rest, offset = model.split(reference)
        probability = np.full(model.n_visible, 0.5)
        if reference == "data":
            assert model.data_mean is not None
            probability = model.data_mean
        return cls(rest.integers(precision, tempered=True), offset, probability)

    def start(self, n_replicas: int, streams: Streams, key: Key) -> Bits:
        """Draw so many states of the reference for each ladder, (L · R, N), ladder by ladder."""
        return start_replicas(self.probability, n_replicas, streams, key)

    def replicas(
        self, betas: Reals, visible: NDArray[Any], streams: Streams, swap_every: int = 1
    ) -> BitReplicas:
        """Set replicas on the rungs at these β, (R,), with their states, (L · R, N)."""
        return BitReplicas(self, betas, visible, streams, swap_every)


class BitReplicas(TemperedReplicas):
    """Replicas that the backend sweeps and exchanges in one call.

    Parameters
    ----------
    path : BitPath
    betas : array, (R,)
    visible : array of uint8, (L · R, N)
        Ladder by ladder.
    streams, swap_every
        See `Replicas`.
    """

    def __init__(
        self, path: BitPath, betas: Reals, visible: Bits, streams: Streams, swap_every: int = 1
    ) -> None:
        self._path = path
        n_hidden = len(path.rbm.hidden_bias)
        states = visible, np.zeros((len(visible), n_hidden), np.uint8)
        work = 2 * visible.shape[1] * n_hidden
        super().__init__(betas, states, work, streams, swap_every, path.rbm.scale)

    def _temper(self, n_sweeps: int) -> Exchanges:
        result = self.streams.backend.temper(
            self._path.rbm,
            self._states[0],
            self._ids,
            self.streams.ladders,
            self.streams.key,
            first_sweep=self.sweep,
            n_sweeps=n_sweeps,
            swap_every=self.swap_every,
            betas=self.betas,
            slots=self.slots,
            offset=self._path.offset,
            n_threads=self.streams.n_threads,
        )
        self._states = result.visible, result.hidden
        return Exchanges(result.slots, result.trace, result.energies)


class BitRung:
    """A model of a trajectory, rounded to a grid of its own."""

    def __init__(self, model: BernoulliRBM, precision: str) -> None:
        self._rbm = model.integers(precision)
        self.work = 2 * model.n_visible * model.n_hidden

    def sweep(
        self, state: State, ids: Words, streams: Streams, *, first: int, n_sweeps: int
    ) -> State:
        """Return v and h after so many sweeps, the first of this number."""
        result = streams.backend.gibbs(
            self._rbm,
            state[0],
            ids,
            streams.key,
            first_sweep=first,
            n_sweeps=n_sweeps,
            beta=np.ones(len(ids)),
            mean=False,
            n_threads=streams.n_threads,
        )
        return result.visible, result.hidden

    def energy(self, state: State, streams: Streams) -> Reals:
        """E(v, h) of the rounded model, (C,)."""
        energy = streams.backend.energy(self._rbm, *state, streams.n_threads)
        return np.asarray(energy / self._rbm.scale)
