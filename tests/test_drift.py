"""A drift of one's own in the reverse SDE: plain Python, and jitted with the same bits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from helpers.models import random_bernoulli
from helpers.statistics import ACCEPT, REJECT, kolmogorov_smirnov
from scorerbm import BernoulliRBM, LinearSchedule, MeanFieldDenoiser, ReverseSDE, score

SCHEDULE = LinearSchedule(0.1, 20.0)
MEAN = 1.5


def to_normal(v: Any, t: Any, out: Any) -> None:
    """The reverse drift of data N(MEAN, 1): v_t ~ N(α MEAN, 1), whose score is α MEAN - v."""
    alpha = np.exp(-0.5 * (0.1 * t + 0.5 * t * t * 19.9))
    rate = 0.1 + 19.9 * t
    for c in range(v.shape[0]):
        for i in range(v.shape[1]):
            out[c, i] = rate * (alpha * MEAN - 0.5 * v[c, i])


def last_states(drift: Any, n: int = 500, n_units: int = 4, **options: Any) -> Any:
    model = BernoulliRBM(np.zeros((n_units, 1)), np.zeros(n_units), np.zeros(1))
    sde = ReverseSDE(n_steps=400, schedule=SCHEDULE, drift=drift, keep_every=400, **options)
    return sde.sample(model, n, seed=3).trajectory.states[-1]


def in_rows(v: Any, t: Any, out: Any) -> None:
    """The same for a whole batch."""
    alpha = np.exp(-0.5 * (0.1 * t + 0.5 * t * t * 19.9))
    out[:] = (0.1 + 19.9 * t) * (alpha * MEAN - 0.5 * v)


def test_the_law_of_a_known_drift() -> None:
    """An Ornstein–Uhlenbeck process keeps its variance 1, and its mean follows α."""
    x = last_states(in_rows).ravel()
    # Started at N(0, 1) in place of N(α₁ MEAN, 1) it keeps what is left of its error: α₁² MEAN.
    alpha = float(SCHEDULE.alpha(1.0)), float(SCHEDULE.alpha(1e-3))
    mean = MEAN * (alpha[1] - alpha[0] ** 2)
    assert kolmogorov_smirnov(x, stats.norm(mean, 1.0).cdf) > ACCEPT
    assert kolmogorov_smirnov(x, stats.norm(mean + 0.15, 1.0).cdf) < REJECT


def test_the_models_own_score_as_a_drift_gives_its_samples() -> None:
    model = random_bernoulli(9, 5, seed=4)
    denoiser = MeanFieldDenoiser(3)
    built_in = ReverseSDE(n_steps=60, schedule=SCHEDULE, denoiser=denoiser, keep_every=1)

    def drift(v: Any, t: float, out: Any) -> None:
        of_score = score(model, v, t, SCHEDULE, denoiser)
        out[:] = float(SCHEDULE.noise_rate(t)) * (0.5 * v + of_score)

    expected, got = (
        x.sample(model, 50, seed=1).trajectory.states
        for x in (built_in, replace(built_in, drift=drift))
    )
    # Both round in single precision, amplified where 1/σ² is large.
    np.testing.assert_allclose(got, expected, atol=2e-3)


def test_a_drift_that_is_none_is_named() -> None:
    with pytest.raises(TypeError, match=r"drift: got 3, expected a function drift\(v, t, out\)"):
        ReverseSDE(drift=3)  # type: ignore[arg-type]


@pytest.mark.numba
@pytest.mark.parametrize("n_threads", [1, 2])
def test_jitted_and_plain_drifts_give_the_same_bits(n_threads: int) -> None:
    numba = pytest.importorskip("numba")

    def drift(v: Any, t: Any, out: Any) -> None:
        rate = np.float32(0.1 + 19.9 * t)
        for c in range(v.shape[0]):
            for i in range(v.shape[1]):
                out[c, i] = rate * (np.float32(0.25) - np.float32(0.5) * v[c, i])

    plain, jitted = (
        last_states(f, 40, 70, n_threads=n_threads) for f in (drift, numba.njit(drift))
    )
    np.testing.assert_array_equal(jitted, plain)


@pytest.mark.numba
def test_what_a_drift_leaves_out_is_no_drift() -> None:
    """At every step, in plain Python and jitted, however often there is a look at the state."""
    numba = pytest.importorskip("numba")

    def drift(v: Any, t: Any, out: Any) -> None:
        for c in range(v.shape[0]):
            if t > 0.5:
                out[c, 0] += np.float32(1.0)

    model = BernoulliRBM(np.zeros((2, 1)), np.zeros(2), np.zeros(1))
    sde = ReverseSDE(n_steps=100, schedule=SCHEDULE, drift=drift, keep_every=100)
    expected, *others = (
        x.sample(model, 3, seed=3).trajectory.states[-1]
        for x in (
            sde,
            replace(sde, drift=numba.njit(drift)),
            replace(sde, drift=numba.njit(drift), keep_every=7),
        )
    )
    for got in others:
        np.testing.assert_array_equal(got, expected)


@pytest.mark.numba
def test_a_jitted_drift_has_the_known_law() -> None:
    numba = pytest.importorskip("numba")
    # exp is the library's or the compiler's: equal to rounding only.
    np.testing.assert_allclose(last_states(numba.njit(to_normal)), last_states(in_rows), atol=1e-4)


def test_what_is_told_of_a_drift_is_the_same_in_every_run():
    told = ReverseSDE(5, drift=to_normal).described()
    assert "drift=<function to_normal>" in told
    assert "0x" not in told
