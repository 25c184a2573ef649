"""Models in jitted code agree with their methods, and are called from there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from helpers.models import random_bernoulli
from scorerbm import GaussianRBM, LinearSchedule, MeanFieldDenoiser, score

numba = pytest.importorskip("numba")
pytestmark = pytest.mark.numba

import scorerbm.numba as sn  # noqa: E402

MODEL = random_bernoulli(13, 7, seed=2, data_mean=True)
GIVEN = sn.parameters(MODEL)
SCHEDULE = LinearSchedule(0.1, 20.0)


def states(rows: int = 5) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(0)
    v, h = rng.integers(0, 2, (rows, 13), np.uint8), rng.integers(0, 2, (rows, 7), np.uint8)
    return v, h, rng.standard_normal((rows, 13))


@numba.njit
def every_energy(given: Any, v: Any, h: Any) -> Any:
    out = np.empty((2, len(v)))
    for r in range(len(v)):
        out[0, r] = sn.energy(given, v[r], h[r])
        out[1, r] = sn.free_energy(given, v[r])
    return out


def test_energies_in_jitted_code() -> None:
    v, h, _ = states()
    expected = np.stack([MODEL.energy(v, h), MODEL.free_energy(v)])
    np.testing.assert_allclose(every_energy(GIVEN, v, h), expected, rtol=1e-12)
    assert sn.free_energy(GIVEN, v[0]) == pytest.approx(float(MODEL.free_energy(v[0])), rel=1e-12)


@pytest.mark.parametrize("name", ["log_odds", "probability"])
def test_conditionals(name: str) -> None:
    v, h, _ = states()
    for layer, given, width in (("hidden", v, 7), ("visible", h, 13)):
        out = np.empty((len(v), width))
        for row, into in zip(given, out, strict=True):
            getattr(sn, f"{layer}_{name}")(GIVEN, row, into)
        np.testing.assert_allclose(out, getattr(MODEL, f"{layer}_{name}")(given), rtol=1e-12)


@numba.njit
def every_score(given: Any, v: Any, alpha: Any, sigma: Any) -> Any:
    out = np.empty_like(v)
    for r in range(len(v)):
        sn.score(given, v[r], alpha, sigma, 4, out[r])
    return out


def test_the_score_is_that_of_mean_field() -> None:
    _, _, v_t = states()
    alpha, sigma = float(SCHEDULE.alpha(0.3)), float(SCHEDULE.sigma(0.3))
    expected = score(MODEL, v_t, 0.3, SCHEDULE, MeanFieldDenoiser(4))
    got = every_score(GIVEN, v_t, alpha, sigma)
    # The denoiser works in single precision.
    np.testing.assert_allclose(got, expected, atol=1e-5)
    other = score(MODEL, v_t, 0.3, SCHEDULE, MeanFieldDenoiser(1))
    assert np.abs(got - other).max() > 1e-3


@pytest.mark.parametrize("size", [0, 6, 8, 12, 14, 2000])
def test_arrays_of_other_sizes_are_refused(size: int) -> None:
    """Rather than read or written beyond their ends."""
    v, h, wrong = np.zeros(13), np.zeros(7), np.zeros(size)
    amplitudes = 0.5, 0.5, 2
    for call, unit in (
        (lambda: sn.energy(GIVEN, wrong, h), "visible"),
        (lambda: sn.energy(GIVEN, v, wrong), "hidden"),
        (lambda: sn.free_energy(GIVEN, wrong), "visible"),
        (lambda: sn.hidden_log_odds(GIVEN, v, wrong), "hidden"),
        (lambda: sn.hidden_probability(GIVEN, wrong, h.copy()), "visible"),
        (lambda: sn.visible_log_odds(GIVEN, h, wrong), "visible"),
        (lambda: sn.visible_probability(GIVEN, wrong, v.copy()), "hidden"),
        (lambda: sn.mean_field(GIVEN, wrong, *amplitudes, v.copy()), "visible"),
        (lambda: sn.score(GIVEN, v, *amplitudes, wrong), "visible"),
        (lambda: sn.score(GIVEN, wrong, *amplitudes, v.copy()), "visible"),
    ):
        with pytest.raises(ValueError, match=f"expected one number for each {unit} unit"):
            call()


def test_other_families_are_refused() -> None:
    gaussian = GaussianRBM(np.eye(2), np.zeros(2), np.zeros(2), np.ones(2))
    with pytest.raises(TypeError, match="model: got GaussianRBM, expected a BernoulliRBM"):
        sn.parameters(gaussian)  # type: ignore[arg-type]
