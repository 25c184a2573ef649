"""What replicas did on their ladder, counted on a trace made by hand and against a loop."""

from __future__ import annotations

import numpy as np
import pytest

from scorerbm.sample.replica_flow import ReplicaFlow

# Rungs of three replicas at the start and after each of six events. All exchanges proposed are
# made, but for that of the rungs 1 and 2 at event 3.
BY_HAND = np.array(
    [
        [0, 1, 2, 2, 2, 2, 1],
        [1, 0, 0, 1, 1, 0, 0],
        [2, 2, 1, 0, 0, 1, 2],
    ],
    np.uint16,
).T[:, None, :]


def flow_of(trace, swap_every=1, pieces=1):
    flow = ReplicaFlow(trace[0], swap_every)
    for piece in np.array_split(trace[1:], pieces):
        flow.add(piece)
    return flow


@pytest.mark.parametrize("pieces", [1, 2, 3, 6, 9])
def test_a_trace_made_by_hand(pieces):
    flow = flow_of(BY_HAND, pieces=pieces)
    assert flow.acceptance.tolist() == [1.0, 2 / 3]
    # The third replica starts cold, is hot at 3 and cold again at 6. The first comes to the cold
    # end from the hot one, but was not cold before.
    assert flow.round_trips == 1
    assert flow.round_trip_sweeps == 6.0
    # On rung 1: down the third at 2 and the first at 6; up the first at 1, the second at 3 and 4,
    # which has been at no end before 1, and the third at 5.
    assert flow.flow_up.tolist() == [1.0, 4 / 6, 0.0]


def test_times_are_in_sweeps():
    assert flow_of(BY_HAND, swap_every=5).round_trip_sweeps == 30.0


def test_before_any_event_nothing_is_known():
    flow = ReplicaFlow(BY_HAND[0])
    flow.add(BY_HAND[:0])
    summary = flow.summary()
    assert np.isnan(summary["acceptance"]).tolist() == [True] * 2
    assert np.isnan(summary["flow_up"]).tolist() == [True] * 3
    assert (summary["round_trips"], summary["round_trip_sweeps"]) == (0, None)


def random_trace(n_events, n_ladders, n_rungs, seed):
    """Exchanges of the right parity, accepted at random."""
    rng = np.random.default_rng(seed)
    order = np.tile(np.arange(n_rungs), (n_ladders, 1))
    trace = [np.argsort(order, axis=1)]
    for event in range(n_events):
        for k in range(event & 1, n_rungs - 1, 2):
            for i in np.nonzero(rng.random(n_ladders) < 0.4 + 0.1 * k)[0]:
                order[i, [k, k + 1]] = order[i, [k + 1, k]]
        trace.append(np.argsort(order, axis=1))
    return np.array(trace, np.uint16)


def by_loop(trace):
    """The definitions, one replica and one event at a time."""
    n_events, n_ladders, n_rungs = len(trace) - 1, *trace.shape[1:]
    accepted, proposed = np.zeros(n_rungs - 1), np.zeros(n_rungs - 1)
    up, seen, times = np.zeros(n_rungs), np.zeros(n_rungs), []
    for event in range(n_events):
        for k in range(event & 1, n_rungs - 1, 2):
            proposed[k] += n_ladders
            accepted[k] += ((trace[event] == k) & (trace[event + 1] == k + 1)).sum()
    for ladder in range(n_ladders):
        for replica in range(n_rungs):
            begun, last = None, None
            for time, k in enumerate(trace[:, ladder, replica].tolist()):
                if k == n_rungs - 1:
                    if begun is not None and last == "hot":
                        times.append(time - begun)
                        begun = time
                    begun = time if begun is None else begun
                    last = "cold"
                elif k == 0:
                    last = "hot"
                if time > 0 and last is not None:
                    seen[k] += 1
                    up[k] += last == "hot"
    return accepted / proposed, len(times), np.mean(times) if times else None, up / seen


@pytest.mark.parametrize("shape", [(60, 5, 4), (61, 3, 2), (200, 2, 7), (7, 4, 5)], ids=str)
@pytest.mark.parametrize("pieces", [1, 4, 13])
def test_statistics_are_those_of_a_loop(shape, pieces):
    trace = random_trace(*shape, seed=sum(shape))
    acceptance, trips, mean, up = by_loop(trace)
    flow = flow_of(trace, pieces=pieces)
    assert np.array_equal(flow.acceptance, acceptance)
    assert flow.round_trips == trips
    assert flow.round_trip_sweeps == (None if mean is None else pytest.approx(mean, rel=1e-14))
    assert np.array_equal(flow.flow_up, up)


def test_free_replicas_drift_from_end_to_end():
    """If every exchange is accepted, replicas go round without turning back."""
    n_rungs, trace = 6, []
    order = np.arange(n_rungs)[None]
    for event in range(60):
        for k in range(event & 1, n_rungs - 1, 2):
            order[0, [k, k + 1]] = order[0, [k + 1, k]]
        trace.append(np.argsort(order, axis=1))
    flow = ReplicaFlow(np.arange(n_rungs)[None])
    flow.add(np.array(trace))
    assert flow.acceptance.tolist() == [1.0] * 5
    # A turn at an end takes one event more, which the replica that starts cold is spared.
    assert 2.0 * n_rungs - 0.1 < flow.round_trip_sweeps < 2.0 * n_rungs
