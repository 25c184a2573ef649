"""Replicas that exchange rungs: of inverse temperatures, or of models along a training run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .. import _check
from .._progress import Update
from ..backends import BACKENDS, get_backend
from ..backends.protocol import Backend, Bits, Domain, Key, Reals, Words
from ..backends.reference.elementary import exp_nonpositive
from ..backends.reference.exchanges import Exchanges
from ..rbm.grid import PRECISIONS
from ..rbm.tempering import replica_ids
from .replica_flow import ReplicaFlow

__all__ = [
    "Replicas",
    "Rung",
    "State",
    "Streams",
    "TemperedReplicas",
    "TrajectoryReplicas",
    "fixed_mean",
    "place",
    "start_replicas",
]

_WORK_AT_ONCE = 1 << 33  # weights visited between two updates of the progress bar
_TRACED_AT_ONCE = 1 << 18  # rungs of replicas that are kept before they are counted
_DRAWN_AT_ONCE = 1 << 20
_UNIT = 2.0**30

Slots = NDArray[np.uint16]
State = tuple[NDArray[Any], Bits]
"""v and h, one state a row."""


@dataclass(frozen=True, eq=False)
class Streams:
    """The numbers of L ladders and the random numbers they select, and where work is done."""

    ladders: Words
    key: Key
    backend: Backend
    n_threads: int

    def __len__(self) -> int:
        return len(self.ladders)


class Replicas(ABC):
    """L ladders of R replicas, each replica on a rung of its own; the last rung is the target.

    Parameters
    ----------
    n_rungs : int
        R.
    work : int
        Weights that a sweep of one replica visits, as often as it does.
    streams : Streams
    swap_every : int
        Sweeps from one event of exchanges to the next.
    """

    def __init__(self, n_rungs: int, work: int, streams: Streams, swap_every: int) -> None:
        self.n_rungs, self.streams, self.swap_every = n_rungs, streams, swap_every
        self.slots: Slots = np.tile(np.arange(n_rungs, dtype=np.uint16), (len(streams), 1))
        self.sweep, self._work = 0, work

    @abstractmethod
    def advance(self, n_sweeps: int) -> Slots:
        """Sweep and exchange; return the rung of each replica after each event, (E, L, R)."""

    @abstractmethod
    def on_rung(self, k: int) -> State:
        """Return v and h of the replicas that are on rung k, (L, N) and (L, M)."""

    def pieces(self, n_sweeps: int) -> Iterator[tuple[int, Slots]]:
        """Make so many sweeps in pieces; yield their sizes and traces."""
        n = self.slots.size
        at_once = max(1, _TRACED_AT_ONCE // n) * self.swap_every
        at_once = min(at_once, max(1, _WORK_AT_ONCE // (self._work * n)))
        stop = self.sweep + n_sweeps
        while self.sweep < stop:
            size = min(at_once, stop - self.sweep)
            yield size, self.advance(size)

    def follow(self, n_sweeps: int, flow: ReplicaFlow, update: Update | None = None) -> None:
        """Make so many sweeps and count what the replicas do meanwhile."""
        for size, trace in self.pieces(n_sweeps):
            flow.add(trace)
            if update is not None:
                update(size)


class TemperedReplicas(Replicas):
    """Rung k samples exp(-[(1 - β_k) E_ref + β_k E]); replicas keep their states, and rungs move.

    Parameters
    ----------
    betas : array, (R,)
    states : tuple of arrays
        v and h, (L · R, N) and (L · R, M), ladder by ladder; units of a graph, which has no
        layers, are all visible.
    scale : float
        Energies are counted in units of 1/scale.
    work, streams, swap_every
        See `Replicas`.
    """

    def __init__(
        self,
        betas: Reals,
        states: State,
        work: int,
        streams: Streams,
        swap_every: int = 1,
        scale: float = 1.0,
    ) -> None:
        super().__init__(len(betas), work, streams, swap_every)
        self.betas, self.scale, self._states = betas, scale, states
        self._ids = replica_ids(streams.ladders, len(betas)).reshape(-1)
        self.energies: Reals = np.empty((0, *self.slots.shape))
        """(E, L, R): E - E_ref on each rung before each event of the last call of `advance`."""

    @abstractmethod
    def _temper(self, n_sweeps: int) -> Exchanges:
        """Sweep the states and exchange from `sweep` and `slots` on."""

    def advance(self, n_sweeps: int) -> Slots:
        """Sweep and exchange, and keep the energies at the events."""
        found = self._temper(n_sweeps)
        before = np.concatenate([self.slots[None], found.trace[:-1]])[: len(found.trace)]
        on_rungs = np.take_along_axis(found.energies, np.argsort(before, axis=2), axis=2)
        self.energies = on_rungs / self.scale
        self.slots, self.sweep = found.slots, self.sweep + n_sweeps
        return found.trace

    def on_rung(self, k: int) -> State:
        """Return v and h of the replicas at β_k."""
        row = np.nonzero((self.slots == k).reshape(-1))[0]
        visible, hidden = self._states
        return visible[row], hidden[row]

    def acceptance(self) -> Reals:
        """Mean over the last call's events of how likely an exchange was, proposed or not."""
        gain = self.energies[:, :, :-1] - self.energies[:, :, 1:]
        exponent = gain * (self.betas[:-1] - self.betas[1:])
        return fixed_mean(exp_nonpositive(np.minimum(exponent, 0.0)))


class Rung(Protocol):
    """One model of a trajectory, as its chains sample it."""

    work: int
    """Weights that a sweep of one chain visits, as often as it does."""

    def sweep(
        self, state: State, ids: Words, streams: Streams, *, first: int, n_sweeps: int
    ) -> State:
        """Return v and h after so many sweeps, the first of this number."""
        ...

    def energy(self, state: State, streams: Streams) -> Reals:
        """E(v, h), (C,), to a constant of the model."""
        ...


class TrajectoryReplicas(Replicas):
    r"""Rung k samples the model k; the states of neighbours are exchanged.

    The states x of k and x' of k + 1 change places with probability

    .. math:: \min(1, \exp[E_k(x) + E_{k+1}(x') - E_k(x') - E_{k+1}(x)]),

    every energy being that of the model as it is sampled.

    Parameters
    ----------
    rungs : sequence of R Rung
        The easiest first.
    states : tuple of arrays
        v and h, (L · R, N) and (L · R, M), ladder by ladder.
    """

    def __init__(
        self, rungs: Sequence[Rung], states: State, streams: Streams, swap_every: int = 1
    ) -> None:
        n = len(rungs)
        super().__init__(n, max(rung.work for rung in rungs), streams, swap_every)
        self._rungs = rungs
        self._states: list[State] = [
            (np.ascontiguousarray(states[0][k::n]), np.ascontiguousarray(states[1][k::n]))
            for k in range(n)
        ]
        ids = replica_ids(streams.ladders, n)
        self._ids = [np.ascontiguousarray(ids[:, k]) for k in range(n)]
        self._replica = self.slots.copy()  # on each rung, (L, R)

    def advance(self, n_sweeps: int) -> Slots:
        """Sweep all models, and exchange states wherever a multiple of ``swap_every`` is passed."""
        trace, stop = [], self.sweep + n_sweeps
        while self.sweep < stop:
            n = min(self.swap_every - self.sweep % self.swap_every, stop - self.sweep)
            self._sweep(n)
            if self.sweep % self.swap_every == 0:
                self._exchange(self.sweep // self.swap_every - 1)
                trace.append(self.slots.copy())
        return np.array(trace, np.uint16).reshape(len(trace), *self.slots.shape)

    def on_rung(self, k: int) -> State:
        """Return v and h of the model k."""
        return self._states[k]

    def exponent(self, i: int, x: State, j: int, y: State) -> Reals:
        """E_i(x) + E_j(y) - E_i(y) - E_j(x) for states x of the rung i and y of j, (C,)."""
        own = self._energy(i, x) + self._energy(j, y)
        return own - (self._energy(i, y) + self._energy(j, x))

    def _energy(self, k: int, state: State) -> Reals:
        return self._rungs[k].energy(state, self.streams)

    def _sweep(self, n_sweeps: int) -> None:
        streams = self.streams
        for k, (rung, ids) in enumerate(zip(self._rungs, self._ids, strict=True)):
            self._states[k] = rung.sweep(
                self._states[k], ids, streams, first=self.sweep, n_sweeps=n_sweeps
            )
        self.sweep += n_sweeps

    def _exchange(self, event: int) -> None:
        streams = self.streams
        u = streams.backend.uniform(
            streams.ladders, self.n_rungs - 1, streams.key, step=self.sweep - 1, domain=Domain.SWAP
        )
        for k in range(event & 1, self.n_rungs - 1, 2):
            exponent = self.exponent(k, self.on_rung(k), k + 1, self.on_rung(k + 1))
            p = exp_nonpositive(np.minimum(exponent, 0.0))
            accepted = np.nonzero(u[:, k] < p)[0]
            for lower, upper in zip(self._states[k], self._states[k + 1], strict=True):
                lower[accepted], upper[accepted] = upper[accepted], lower[accepted]
            pair = self._replica[:, k : k + 2]
            pair[accepted] = pair[accepted, ::-1]
        np.put_along_axis(self.slots, self._replica, np.arange(self.n_rungs, dtype=np.uint16), 1)


def place(backend: str, precision: str, n_threads: int | None) -> tuple[Backend, int]:
    """Check where work shall be done, and return the backend and its threads."""
    _check.choice("backend", backend, ("auto", *BACKENDS))
    _check.choice("precision", precision, PRECISIONS)
    if n_threads is not None:
        _check.integer("n_threads", n_threads, 1)
    return get_backend(backend), n_threads or 0


def start_replicas(p: Reals, n_replicas: int, streams: Streams, key: Key) -> Bits:
    """Independent bits of the probabilities p for each replica, (L · R, N)."""
    ids = replica_ids(streams.ladders, n_replicas).reshape(-1)
    visible = np.empty((len(ids), len(p)), np.uint8)
    at_once = max(1, _DRAWN_AT_ONCE // len(p))
    for i in range(0, len(ids), at_once):
        part = ids[i : i + at_once]
        visible[i : i + at_once] = streams.backend.bernoulli(
            np.tile(p, (len(part), 1)), part, key, step=0, domain=Domain.VISIBLE
        )
    return visible


def fixed_mean(probability: Reals) -> Reals:
    """Mean over all axes but the last, rounded to 2⁻³⁰ so that the order does not matter."""
    fixed = np.floor(probability * _UNIT + 0.5).astype(np.int64)
    total = fixed.reshape(-1, probability.shape[-1]).sum(axis=0)
    mean: Reals = total / (_UNIT * (probability.size // probability.shape[-1]))
    return mean
