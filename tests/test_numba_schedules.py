"""Schedules and scores in jitted code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scorerbm as sr
from helpers.densities import bernoulli_density, gaussian_density, gradient
from helpers.gaussian import random_gaussian
from helpers.models import random_bernoulli

numba = pytest.importorskip("numba")
pytestmark = pytest.mark.numba

import scorerbm.numba  # noqa: E402

scorerbm.numba.register()


@numba.njit  # type: ignore[untyped-decorator]
def falling(t: Any) -> Any:
    return np.exp(7.0 - 14.0 * t**1.5)


SCHEDULES = {
    "linear": sr.LinearSchedule(0.1, 20.0),
    "cosine": sr.CosineSchedule(),
    "geometric": sr.SNRSchedule(1e3, 1e-3),
    "function": sr.SNRSchedule(function=falling),
}
LINEAR = SCHEDULES["linear"]


@numba.njit  # type: ignore[untyped-decorator]
def of_times(schedule: Any, t: Any) -> Any:
    return (
        schedule.alpha(t),
        schedule.sigma(t[1]),
        schedule.noise_rate(t),
        schedule.log_snr(t),
        schedule.time_from_snr(schedule.snr(t[1])),
    )


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_schedules_are_those_of_python(name: str) -> None:
    schedule, t = SCHEDULES[name], np.array([0.01, 0.3, 0.77, 1.0])
    # Its noise rate is a difference quotient, over 2e-5, of logarithms that round.
    rtol = 1e-9 if name == "function" else 1e-12
    for got, expected in zip(of_times(schedule, t), of_times.py_func(schedule, t), strict=True):
        np.testing.assert_allclose(got, expected, rtol=rtol)
    with pytest.raises(ValueError, match=r"t: got 1\.5, expected \[0, 1\]"):
        of_times(schedule, np.array([0.5, 1.5]))
    assert of_times(LINEAR, np.zeros(2))[3][0] == np.inf


def test_a_schedule_of_a_plain_function_is_no_argument() -> None:
    schedule = sr.SNRSchedule(function=lambda t: np.exp(1.0 - t))
    with pytest.raises(numba.TypingError, match="function: got <function"):
        of_times(schedule, np.array([0.5, 0.6]))


@numba.njit  # type: ignore[untyped-decorator]
def scored(model: Any, v: Any, t: Any, schedule: Any, denoiser: Any) -> Any:
    return sr.score(model, v, t, schedule, denoiser), sr.score(model, v[0], t, schedule, denoiser)


FAMILIES = {
    "bernoulli": (random_bernoulli(6, 4, seed=1), bernoulli_density),
    "gaussian": (random_gaussian(6, 4, seed=1), gaussian_density),
}


@pytest.mark.parametrize("name", list(FAMILIES))
def test_the_exact_score_is_the_gradient_of_the_noised_density(name: str) -> None:
    model, density = FAMILIES[name]
    v, t = np.random.default_rng(0).standard_normal((5, 6)), 0.2
    alpha, sigma = float(LINEAR.alpha(t)), float(LINEAR.sigma(t))
    expected = gradient(density(model, alpha, sigma), v, 1e-3 * sigma)
    several, one = scored(model, v, t, LINEAR, sr.ExactDenoiser())
    np.testing.assert_allclose(several, expected, atol=1e-8)
    np.testing.assert_array_equal(one, several[0])
    at_another_time, _ = scored(model, v, 0.21, LINEAR, sr.ExactDenoiser())
    assert np.abs(at_another_time - expected).max() > 1e-3
    with pytest.raises(ValueError, match=r"ExactDenoiser: got a model of 4 hidden units, .*=3"):
        scored(model, v, t, LINEAR, sr.ExactDenoiser(max_units=3))


def test_the_score_by_mean_field_is_that_of_python() -> None:
    model, v = random_bernoulli(6, 4, seed=1), np.random.default_rng(0).standard_normal((5, 6))
    arguments = model, v, 0.3, LINEAR, sr.MeanFieldDenoiser(3)
    for got, expected in zip(scored(*arguments), scored.py_func(*arguments), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-5)  # there in single precision
    more, _ = scored(*arguments[:-1], sr.MeanFieldDenoiser(4))
    assert np.abs(more - expected).max() > 1e-3
    for t, message in ((0.0, r"t: got 0\.0, expected more than 0"), (1.1, "expected at most 1")):
        with pytest.raises(ValueError, match=message):
            scored(model, v, t, *arguments[3:])


def test_an_estimator_with_random_numbers_is_refused() -> None:
    model, v = random_bernoulli(6, 4, seed=1), np.zeros((1, 6))
    with pytest.raises(numba.TypingError, match="GibbsDenoiser"):
        scored(model, v, 0.5, LINEAR, sr.GibbsDenoiser())
