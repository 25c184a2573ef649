"""Replicas of real units, and models of them along a training run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Key, Reals, Words
from ..backends.reference.exchanges import Exchanges
from ..rbm import Chains, GaussianRBM
from ..rbm.real_chains import advance
from ..rbm.real_tempering import RealTempering, real_energy
from ..rbm.tempering import replica_ids
from .path import Path
from .replicas import State, Streams, TemperedReplicas

__all__ = ["RealPath", "RealReplicas", "RealRung"]

_NUMBERS_AT_ONCE = 1 << 20  # of the states of some ladders: sweeps derive ten times as many


@dataclass(frozen=True, eq=False)
class RealPath(Path):
    """From the diagonal Gaussian of `GaussianRBM.independent` to a model."""

    reference: GaussianRBM
    tempering: RealTempering

    @classmethod
    def to(cls, model: GaussianRBM, reference: str) -> Self:
        """Take the model as it is, its energies in double precision."""
        start = model.independent(reference)
        return cls(start, RealTempering(start.conditionals, model.conditionals))

    def start(self, n_replicas: int, streams: Streams, key: Key) -> Reals:
        """Draw so many states of the reference for each ladder, (L · R, N), ladder by ladder."""
        ids = replica_ids(streams.ladders, n_replicas).reshape(-1)
        mean = np.tile(np.asarray(self.reference.visible_bias, np.float64), (len(ids), 1))
        return self.reference.draw_visible(mean, ids, key, step=0, backend=streams.backend)

    def replicas(
        self, betas: Reals, visible: NDArray[Any], streams: Streams, swap_every: int = 1
    ) -> RealReplicas:
        """Set replicas on the rungs at these β, (R,), with their states, (L · R, N)."""
        return RealReplicas(self.tempering, betas, visible, streams, swap_every)


class RealReplicas(TemperedReplicas):
    """Replicas of some ladders at a time as the chains of one call.

    Parameters
    ----------
    tempering : RealTempering
    betas : array, (R,)
    visible : array, (L · R, N)
        Ladder by ladder.
    streams, swap_every
        See `Replicas`.
    """

    def __init__(
        self,
        tempering: RealTempering,
        betas: Reals,
        visible: Reals,
        streams: Streams,
        swap_every: int = 1,
    ) -> None:
        self._tempering = tempering
        n, m = tempering.end.coupling.shape
        states = np.array(visible, np.float64), np.zeros((len(visible), m), np.uint8)
        super().__init__(betas, states, 2 * n * m, streams, swap_every)

    def _temper(self, n_sweeps: int) -> Exchanges:
        at_once = max(1, _NUMBERS_AT_ONCE // (self.n_rungs * self._states[0].shape[1]))
        parts = [
            self._temper_some(slice(first, first + at_once), n_sweeps)
            for first in range(0, len(self.slots), at_once)
        ]
        slots, trace, energies = zip(*parts, strict=True)
        return Exchanges(
            np.concatenate(slots), np.concatenate(trace, axis=1), np.concatenate(energies, axis=1)
        )

    def _temper_some(self, ladders: slice, n_sweeps: int) -> Exchanges:
        streams, (visible, hidden) = self.streams, self._states
        rows = slice(ladders.start * self.n_rungs, ladders.stop * self.n_rungs)
        chains = Chains(visible[rows], self._ids[rows], streams.key, self.sweep)
        found = self._tempering.temper(
            chains,
            streams.ladders[ladders],
            n_sweeps=n_sweeps,
            swap_every=self.swap_every,
            betas=self.betas,
            slots=self.slots[ladders],
            backend=streams.backend,
            n_threads=streams.n_threads,
        )
        assert chains.hidden is not None
        visible[rows], hidden[rows] = chains.visible, chains.hidden
        return found


class RealRung:
    """A model of a trajectory."""

    def __init__(self, model: GaussianRBM) -> None:
        self._given = model.conditionals
        self.work = 2 * model.n_visible * model.n_hidden

    def sweep(
        self, state: State, ids: Words, streams: Streams, *, first: int, n_sweeps: int
    ) -> State:
        """Return v and h after so many sweeps, the first of this number."""
        chains = Chains(state[0], ids, streams.key, first)
        advance(self._given, chains, n_sweeps, backend=streams.backend, n_threads=streams.n_threads)
        assert chains.hidden is not None
        return chains.visible, chains.hidden

    def energy(self, state: State, streams: Streams) -> Reals:
        """E(v, h), (C,), but for a constant of the model."""
        return real_energy(self._given, *state, streams.backend, streams.n_threads)
