"""Replicas that exchange rungs: of inverse temperatures, or of models along a training run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import _check
from .._progress import Update
from ..backends import BACKENDS, get_backend
from ..backends.protocol import Backend, Bits, Domain, IntegerRBM, Key, Reals, Words
from ..backends.reference.elementary import exp_nonpositive
from ..rbm import BernoulliRBM
from ..rbm.grid import PRECISIONS
from ..rbm.tempering import replica_ids
from .replica_flow import ReplicaFlow

__all__ = [
    "Replicas",
    "State",
    "Streams",
    "TemperedReplicas",
    "TrajectoryReplicas",
    "fixed_mean",
    "place",
    "start_replicas",
    "sweeps_at_once",
]

_WORK_AT_ONCE = 1 << 33  # weights visited between two updates of the progress bar
_TRACED_AT_ONCE = 1 << 18  # rungs of replicas that are kept before they are counted
_DRAWN_AT_ONCE = 1 << 20
_UNIT = 2.0**30

Slots = NDArray[np.uint16]
State = tuple[Bits, Bits]
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
    """L ladders of R replicas, each replica on a rung of its own; the last rung is the target."""

    def __init__(self, n_rungs: int, streams: Streams, swap_every: int) -> None:
        self.n_rungs, self.streams, self.swap_every = n_rungs, streams, swap_every
        self.slots: Slots = np.tile(np.arange(n_rungs, dtype=np.uint16), (len(streams), 1))
        self.sweep = 0

    @abstractmethod
    def advance(self, n_sweeps: int) -> Slots:
        """Sweep and exchange; return the rung of each replica after each event, (E, L, R)."""

    @abstractmethod
    def on_rung(self, k: int) -> State:
        """Return v and h of the replicas that are on rung k, (L, N) and (L, M)."""

    def pieces(self, model: BernoulliRBM, n_sweeps: int) -> Iterator[tuple[int, Slots]]:
        """Make so many sweeps in pieces; yield their sizes and traces."""
        n = len(self.streams) * self.n_rungs
        work = 2 * model.n_visible * model.n_hidden * n
        at_once = min(sweeps_at_once(n, self.swap_every), max(1, _WORK_AT_ONCE // work))
        stop = self.sweep + n_sweeps
        while self.sweep < stop:
            size = min(at_once, stop - self.sweep)
            yield size, self.advance(size)

    def follow(self, model: BernoulliRBM, n_sweeps: int, flow: ReplicaFlow, update: Update) -> None:
        """Make so many sweeps and count what the replicas do meanwhile."""
        for size, trace in self.pieces(model, n_sweeps):
            flow.add(trace)
            update(size)


class TemperedReplicas(Replicas):
    """Rung k samples exp(-[(1 - β_k) E_ref + β_k E]); replicas keep their states, and rungs move.

    Parameters
    ----------
    rbm : IntegerRBM
        Of the energy E - E_ref.
    offset : array, (N,), or None
        Log-odds r of E_ref = -rᵀv, 0 for None.
    betas : array, (R,)
    visible : array of uint8, (L · R, N)
        Ladder by ladder.
    """

    def __init__(
        self,
        rbm: IntegerRBM,
        offset: Reals | None,
        betas: Reals,
        visible: Bits,
        streams: Streams,
        swap_every: int = 1,
    ) -> None:
        super().__init__(len(betas), streams, swap_every)
        self._rbm, self._offset, self._betas, self._visible = rbm, offset, betas, visible
        self._hidden = np.zeros((len(visible), len(rbm.hidden_bias)), np.uint8)
        self._ids = replica_ids(streams.ladders, len(betas)).reshape(-1)
        self.energies = np.empty((0, *self.slots.shape), np.int64)

    def advance(self, n_sweeps: int) -> Slots:
        """Sweep and exchange, and keep the energies at the events."""
        result = self.streams.backend.temper(
            self._rbm,
            self._visible,
            self._ids,
            self.streams.ladders,
            self.streams.key,
            first_sweep=self.sweep,
            n_sweeps=n_sweeps,
            swap_every=self.swap_every,
            betas=self._betas,
            slots=self.slots,
            offset=self._offset,
            n_threads=self.streams.n_threads,
        )
        self._visible, self._hidden, self.slots = result.visible, result.hidden, result.slots
        self.energies = result.energies
        self.sweep += n_sweeps
        return result.trace

    def on_rung(self, k: int) -> State:
        """Return v and h of the replicas at β_k."""
        ladder, replica = np.nonzero(self.slots == k)
        row = ladder * self.n_rungs + replica
        return self._visible[row], self._hidden[row]


class TrajectoryReplicas(Replicas):
    r"""Rung k samples the model k; the states of neighbours are exchanged.

    The states x of k and x' of k + 1 change places with probability

    .. math:: \min(1, \exp[E_k(x) + E_{k+1}(x') - E_k(x') - E_{k+1}(x)]),

    every energy being that of the model as it is rounded to its own grid and sampled.

    Parameters
    ----------
    rbms : sequence of R IntegerRBM
        The easiest first.
    visible : array of uint8, (L · R, N)
        Ladder by ladder.
    """

    def __init__(
        self, rbms: Sequence[IntegerRBM], visible: Bits, streams: Streams, swap_every: int = 1
    ) -> None:
        super().__init__(len(rbms), streams, swap_every)
        self._rbms, n = rbms, len(rbms)
        self._visible = [np.ascontiguousarray(visible[k::n]) for k in range(n)]
        self._hidden = [np.zeros((len(streams), len(x.hidden_bias)), np.uint8) for x in rbms]
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
        return self._visible[k], self._hidden[k]

    def exponent(self, i: int, x: State, j: int, y: State) -> Reals:
        """E_i(x) + E_j(y) - E_i(y) - E_j(x) for states x of the rung i and y of j, (C,)."""
        own = self._energy(i, x) + self._energy(j, y)
        return own - (self._energy(i, y) + self._energy(j, x))

    def _energy(self, k: int, state: State) -> Reals:
        rbm, streams = self._rbms[k], self.streams
        energy: Reals = streams.backend.energy(rbm, *state, streams.n_threads) / rbm.scale
        return energy

    def _sweep(self, n_sweeps: int) -> None:
        streams, beta = self.streams, np.ones(len(self.streams))
        for k, rbm in enumerate(self._rbms):
            result = streams.backend.gibbs(
                rbm,
                self._visible[k],
                self._ids[k],
                streams.key,
                first_sweep=self.sweep,
                n_sweeps=n_sweeps,
                beta=beta,
                mean=False,
                n_threads=streams.n_threads,
            )
            self._visible[k], self._hidden[k] = result.visible, result.hidden
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
            for states in (self._visible, self._hidden):
                lower, upper = states[k], states[k + 1]
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


def sweeps_at_once(n_replicas: int, swap_every: int) -> int:
    """Sweeps of so many replicas after which their traces should be counted, lest they pile up."""
    return max(1, _TRACED_AT_ONCE // n_replicas) * swap_every


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
