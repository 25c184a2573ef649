"""The expectation of a relaxed unit over its noise, by the table, against quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scorerbm.backends import BACKENDS, get_backend
from scorerbm.gumbel import expectation_table

Array = NDArray[np.float64]
TAUS = [0.02, 0.1, 0.3, 0.5, 0.9, 1.0, 1.1, 2.0, 5.0]
ERROR = 4e-7  # of the interpolation 3e-7, and of rounding


def by_quadrature(x: Array, tau: float) -> Array:
    """E[σ((x + L)/τ)] with Gauss and Legendre's points around each bend of the integrand."""
    points, weights = np.polynomial.legendre.leggauss(60)
    total = np.zeros_like(x)
    # The integrand varies at L = -x on the scale τ, and its density at 0 on the scale 1.
    bends = [-80, -40, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, 40, 80]
    edges = np.sort(
        np.concatenate(
            [np.tile(np.array(bends, float), (len(x), 1)), tau * np.array(bends) - x[:, None]],
            axis=1,
        ),
        axis=1,
    )
    edges = np.clip(edges, -60.0, 60.0)
    for low, high in zip(edges.T[:-1], edges.T[1:], strict=True):
        for point, weight in zip(points, weights, strict=True):
            noise = 0.5 * (low + high) + 0.5 * (high - low) * point
            value = 0.5 * (1.0 + np.tanh(0.5 * (x + noise) / tau))
            total += 0.5 * (high - low) * weight * value * 0.25 / np.cosh(0.5 * noise) ** 2
    return total


def largest_error(tau: float, of: float, backend: str = "auto") -> float:
    wide = max(1.0, tau)
    x = np.linspace(-30.0 * wide, 30.0 * wide, 1201).astype(np.float32)
    found = get_backend(backend).expectation(x, expectation_table(tau))
    return float(np.abs(found - by_quadrature(x.astype(np.float64), of)).max())


@pytest.mark.parametrize("tau", TAUS)
def test_the_table_is_the_expectation(tau: float) -> None:
    assert largest_error(tau, tau) < ERROR
    assert largest_error(tau, 1.01 * tau + 0.01) > 10 * ERROR


def test_closed_form_at_tau_one() -> None:
    x = np.linspace(0.01, 20.0, 500).astype(np.float32)
    r = np.exp(-x.astype(np.float64))
    expected = (1.0 - r + r * np.log(r)) / (1.0 - r) ** 2
    found = get_backend().expectation(x, expectation_table(1.0))
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=ERROR)


@pytest.mark.parametrize("backend", BACKENDS)
def test_symmetry_and_the_ends(backend: str) -> None:
    if backend == "numba":
        pytest.importorskip("numba")
    look_up, table = get_backend(backend).expectation, expectation_table(0.3)
    x = np.linspace(0.0, 50.0, 1001).astype(np.float32)
    np.testing.assert_allclose(look_up(x, table) + look_up(-x, table), 1.0, rtol=0.0, atol=6e-8)
    assert (np.diff(look_up(np.linspace(-17.0, 0.0, 300).astype(np.float32), table)) > 0.0).all()
    far = np.array([1e30, np.inf, -1e30, -np.inf], np.float32)
    np.testing.assert_allclose(look_up(far, table), [1.0, 1.0, 0.0, 0.0], rtol=0.0, atol=3e-7)
    assert look_up(x.reshape(7, 11, 13), table).shape == (7, 11, 13)


def test_tables_are_kept() -> None:
    assert expectation_table(0.25) is expectation_table(0.25)
    assert not expectation_table(0.25).coefficients.flags.writeable
