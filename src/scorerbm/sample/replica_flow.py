"""How replicas travel along a ladder: exchanges, round trips and the flow from end to end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Reals

__all__ = ["ReplicaFlow"]

_NEVER = -1


class ReplicaFlow:
    r"""Running statistics of L ladders of R replicas, from the rungs they occupy.

    Rung 0 is the hot end (easiest to sample), rung R - 1 the cold one (the target). Event
    e = 0, 1, … proposes to exchange the rungs k and k + 1 for every k of the parity of e.

    - The *acceptance* of a pair is the part of its proposals that was accepted.
    - A *round trip* of a replica is cold → hot → cold. A trip begins where the one before it
      ended, the first at the replica's first visit to the cold end, so that mean times and counts
      speak of the same time.
    - The *flow* :math:`f(k) = n_\text{up}(k) / (n_\text{up}(k) + n_\text{down}(k))` is the part
      of the replicas seen on rung k that visited the hot end last, among those that have visited
      an end. It falls from 1 to 0; a steep step shows where replicas are held up.

    Parameters
    ----------
    slots : array of int, (L, R)
        Rung of each replica at the start, which counts as a visit.
    swap_every : int
        Sweeps between two events.

    References
    ----------
    Katzgraber, Trebst, Huse and Troyer, "Feedback-optimized parallel tempering Monte Carlo",
    J. Stat. Mech. (2006) P03018, doi 10.1088/1742-5468/2006/03/P03018.
    """

    def __init__(self, slots: NDArray[Any], swap_every: int = 1) -> None:
        n_rungs = slots.shape[1]
        self._slots, self._swap_every, self._n_events = slots.copy(), swap_every, 0
        self._accepted = np.zeros(n_rungs - 1, np.int64)
        self._proposed = np.zeros(n_rungs - 1, np.int64)
        # Times are numbers of events, the start being 0.
        self._at_hot = np.where(slots == 0, 0, _NEVER)
        self._at_cold = np.where(slots == n_rungs - 1, 0, _NEVER)
        self._begun = self._at_cold.copy()
        self._trips, self._trip_events = 0, 0
        self._up = np.zeros(n_rungs, np.int64)
        self._seen = np.zeros(n_rungs, np.int64)

    def add(self, trace: NDArray[Any]) -> None:
        """Follow the rungs of all replicas after each of E further events, (E, L, R)."""
        n = len(trace)
        if n == 0:
            return
        self._count_exchanges(trace)
        time = np.arange(self._n_events + 1, self._n_events + n + 1)[:, None, None]
        cold = trace == len(self._up) - 1
        at_hot = _last_visit(trace == 0, time, self._at_hot)
        at_cold = _last_visit(cold, time, self._at_cold)
        # A trip ends where a replica that has been at both ends, last at the hot one, is cold.
        ends = cold & (at_hot > at_cold)[:-1] & (at_cold[:-1] != _NEVER)
        self._count_trips(ends, cold, time)
        at_hot, at_cold = at_hot[1:], at_cold[1:]
        self._up += _on_rungs(trace, at_hot > at_cold, len(self._up))
        self._seen += _on_rungs(trace, np.maximum(at_hot, at_cold) != _NEVER, len(self._up))
        self._at_hot, self._at_cold = at_hot[-1], at_cold[-1]
        self._slots, self._n_events = trace[-1].copy(), self._n_events + n

    def _count_exchanges(self, trace: NDArray[Any]) -> None:
        before = np.concatenate([self._slots[None], trace[:-1]])
        self._accepted += _on_rungs(before, trace > before, len(self._proposed) + 1)[:-1]
        for parity in (0, 1):
            # Of the numbers n … n + E - 1, so many have this parity.
            first = (self._n_events + parity) & 1
            events = (len(trace) - first + 1) // 2
            self._proposed[parity::2] += events * trace.shape[1]

    def _count_trips(self, ends: NDArray[Any], cold: NDArray[Any], time: NDArray[Any]) -> None:
        first_cold = np.where(cold, time, np.iinfo(np.int64).max).min(axis=0)
        first_cold = np.where(cold.any(axis=0), first_cold, _NEVER)
        begun = np.where(self._begun == _NEVER, first_cold, self._begun)
        ended = np.where(ends, time, _NEVER).max(axis=0)
        self._trips += int(ends.sum())
        # The times of consecutive trips add up to that from the first begin to the last end.
        self._trip_events += int((ended - begun)[ended != _NEVER].sum())
        self._begun = np.where(ended != _NEVER, ended, begun)

    @property
    def acceptance(self) -> Reals:
        """Accepted part of the proposals of each pair of rungs, (R - 1,); NaN without any."""
        return _ratio(self._accepted, self._proposed)

    @property
    def round_trips(self) -> int:
        """Round trips of all replicas of all ladders."""
        return self._trips

    @property
    def round_trip_sweeps(self) -> float | None:
        """Mean number of sweeps of a round trip; None without any."""
        return self._trip_events * self._swap_every / self._trips if self._trips else None

    @property
    def flow_up(self) -> Reals:
        """Part of the replicas on each rung that were last at the hot end, (R,); NaN for none."""
        return _ratio(self._up, self._seen)

    def summary(self) -> dict[str, Any]:
        """All of it in plain lists and numbers."""
        return {
            "acceptance": self.acceptance.tolist(),
            "round_trips": self.round_trips,
            "round_trip_sweeps": self.round_trip_sweeps,
            "flow_up": self.flow_up.tolist(),
        }


def _last_visit(here: NDArray[Any], time: NDArray[Any], before: NDArray[Any]) -> NDArray[Any]:
    """Time of each replica's last visit, before the first event and after each, (E + 1, L, R)."""
    visits = np.where(here, time, _NEVER)
    return np.maximum.accumulate(np.concatenate([before[None], visits]))


def _on_rungs(trace: NDArray[Any], chosen: NDArray[Any], n_rungs: int) -> NDArray[np.int64]:
    """Count the chosen entries on each rung."""
    return np.bincount(trace[chosen], minlength=n_rungs)


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> Reals:
    ratio: Reals = np.full(len(whole), np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio
