"""Every schedule is a variance-preserving diffusion, whatever its parameters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorerbm import CosineSchedule, LinearSchedule, SNRSchedule

TIMES = np.linspace(0.0, 1.0, 41)

linear = st.builds(LinearSchedule, st.floats(0.0, 40.0), st.floats(1e-2, 40.0))
cosine = st.builds(CosineSchedule, st.floats(1e-4, 0.5), st.floats(1e-6, 0.1))
geometric = st.builds(
    lambda stop, ratio: SNRSchedule(stop * ratio, stop), st.floats(1e-6, 1.0), st.floats(10.0, 1e8)
)
power = st.builds(
    lambda p, low: SNRSchedule(function=lambda t: low + 100.0 * (1.0 - t**p)),
    st.floats(0.5, 3.0),
    st.floats(1e-3, 1.0),
)
schedules = st.one_of(linear, cosine, geometric, power)


def log_alpha(schedule, t):
    return -0.5 * np.logaddexp(0.0, -schedule.log_snr(t))


@given(schedules)
def test_variance_is_preserved(schedule):
    alpha, sigma = schedule.alpha(TIMES), schedule.sigma(TIMES)
    assert np.allclose(alpha**2 + sigma**2, 1.0, rtol=0.0, atol=1e-14)
    later = slice(1, None)  # there may be no noise at all at t = 0
    snr = schedule.snr(TIMES[later])
    assert np.allclose(alpha[later] ** 2 / sigma[later] ** 2, snr, rtol=1e-12)
    assert np.allclose(np.log(alpha), log_alpha(schedule, TIMES), rtol=0.0, atol=1e-12)


@given(schedules)
def test_noise_grows(schedule):
    assert (np.diff(schedule.alpha(TIMES)) < 0.0).all()
    assert (np.diff(schedule.snr(TIMES[1:])) < 0.0).all()
    assert (schedule.noise_rate(TIMES) >= 0.0).all()


def rate_matches(schedule, scale=1.0):
    """Whether β = -2 d ln α/dt, by central differences."""
    t, h = TIMES[1:-1], 1e-5
    slope = (log_alpha(schedule, t + h) - log_alpha(schedule, t - h)) / (2.0 * h)
    rate = scale * schedule.noise_rate(t)
    return bool(np.allclose(rate, -2.0 * slope, rtol=1e-5, atol=1e-7 * rate.max()))


@given(schedules)
def test_noise_rate_is_the_derivative_of_the_amplitude(schedule):
    assert rate_matches(schedule)
    assert not rate_matches(schedule, scale=1.001)


@given(schedules, st.floats(1e-3, 1.0))
def test_time_is_found_again_from_the_ratio(schedule, t):
    assert schedule.time_from_snr(schedule.snr(t)) == pytest.approx(t, abs=1e-7)


@given(schedules)
@settings(max_examples=30)
def test_ratios_beyond_the_ends_give_the_ends(schedule):
    last = float(schedule.snr(1.0))
    assert schedule.time_from_snr(0.5 * last) == pytest.approx(1.0, abs=1e-12)
    assert schedule.time_from_snr(1e-300) == pytest.approx(1.0, abs=1e-12)
    if np.isfinite(schedule.log_snr(0.0)):
        first = float(schedule.snr(0.0))
        assert schedule.time_from_snr(2.0 * first) == pytest.approx(0.0, abs=1e-12)
    assert schedule.time_from_snr(np.inf) == pytest.approx(0.0, abs=1e-12)


def test_infinite_ratios_and_rates():
    ends = SNRSchedule(10.0, 1.0).time_from_snr([np.inf, 10.0, 1.0, 1e-300])
    assert ends.tolist() == [0.0, 0.0, 1.0, 1.0]
    steep = LinearSchedule(0.0, 1e308)
    assert (steep.alpha(1.0), steep.sigma(1.0)) == (0.0, 1.0)


def test_falling_linear_rate():
    """Beyond what a falling rate ever adds, the nearest time is the end."""
    schedule = LinearSchedule(20.0, 0.1)
    found = schedule.time_from_snr([np.inf, float(schedule.snr(0.5)), 1e-12])
    assert np.allclose(found, [0.0, 0.5, 1.0])


def test_values_by_hand():
    t = np.array([0.25, 1.0])
    line = LinearSchedule(0.1, 20.0)
    assert np.allclose(line.alpha(t), np.exp(-0.5 * (0.1 * t + 9.95 * t**2)), rtol=1e-14)
    assert np.allclose(line.noise_rate(t), [5.075, 20.0])
    assert np.allclose(SNRSchedule(1e4, 1e-4).snr([0.0, 0.5, 1.0]), [1e4, 1.0, 1e-4])
    wave = CosineSchedule(0.008, 1e-4)
    assert wave.alpha(0.0) == pytest.approx(1.0)
    assert float(wave.snr(1.0)) == pytest.approx(1e-4, rel=1e-9)
    # The angle is linear in time.
    first = 0.5 * np.pi * 0.008 / 1.008
    angle = np.arccos(wave.alpha(TIMES) * np.cos(first))
    assert np.allclose(np.diff(angle, 2), 0.0, atol=1e-9)


def test_shapes_follow_the_argument():
    for schedule in (LinearSchedule(), CosineSchedule(), SNRSchedule(function=lambda t: 2.0 - t)):
        for name in ("alpha", "sigma", "snr", "log_snr", "noise_rate"):
            method = getattr(schedule, name)
            assert np.shape(method(0.5)) == ()
            assert np.shape(method(np.full((2, 3), 0.5))) == (2, 3)
            assert method([0, 1]).dtype == np.float64
        assert np.shape(schedule.time_from_snr(np.ones((2, 3)))) == (2, 3)


def test_schedules_are_values():
    assert LinearSchedule(0.1, 20.0) == LinearSchedule()
    assert CosineSchedule() != LinearSchedule()
    assert len({LinearSchedule(), LinearSchedule(0.1, 20.0), SNRSchedule()}) == 2
    with pytest.raises(AttributeError):
        LinearSchedule().start = 1.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LinearSchedule(-0.1), "start: got -0.1, expected at least 0"),
        (lambda: LinearSchedule(0.1, 0.0), "stop: got 0.0, expected more than 0"),
        (lambda: LinearSchedule(np.nan), "start: got nan, expected a finite"),
        (lambda: CosineSchedule(0.0), "offset: got 0.0, expected more than 0"),
        (lambda: CosineSchedule(final_snr=0.0), "final_snr: got 0.0, expected more than 0"),
        (lambda: CosineSchedule(final_snr=2.0), "final_snr: got 2.0, expected at most 1"),
        (lambda: SNRSchedule(1.0, 2.0), "start: got 1.0, expected more than 2"),
        (lambda: SNRSchedule(1.0, 0.0), "stop: got 0.0, expected more than 0"),
        (lambda: SNRSchedule(function=lambda t: t), "function: got γ = 0.0, expected positive"),
        (lambda: SNRSchedule(function=lambda t: 1.0 + t), "noise rate at t=0 is negative"),
        (lambda: SNRSchedule(function=lambda t: 1.0), "must decrease strictly"),
        (lambda: SNRSchedule(function=lambda t: 2 - t + 0.2 * np.sin(9 * t)), "is negative"),
        (lambda: SNRSchedule(function=lambda t: np.full_like(t, np.nan)), "function: got γ = nan"),
    ],
)
def test_bad_schedules(make, message):
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        make()


def test_wrong_types():
    with pytest.raises(TypeError, match=r"start: got str 'slow', expected a number"):
        LinearSchedule("slow")
    with pytest.raises(TypeError, match=r"function: got 3, expected a callable"):
        SNRSchedule(function=3)


@pytest.mark.parametrize("schedule", [LinearSchedule(), CosineSchedule(), SNRSchedule()])
def test_bad_times_and_ratios(schedule):
    for bad in (-0.1, 1.1, [0.5, np.nan]):
        for method in (schedule.alpha, schedule.noise_rate, schedule.log_snr):
            with pytest.raises(ValueError, match=r"t: got values from .* expected \[0, 1\]"):
                method(bad)
    for bad in (0.0, -1.0, [1.0, np.nan]):
        with pytest.raises(ValueError, match=r"snr: got .*, expected positive"):
            schedule.time_from_snr(bad)
    with pytest.raises(TypeError, match="t: got"):
        schedule.alpha("now")
