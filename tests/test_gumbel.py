"""Relaxed units have the distribution they are made for; temperatures fall as they should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square, kolmogorov_smirnov, mean_test
from scorerbm import CosineAnnealing, GeometricAnnealing, LinearAnnealing
from scorerbm.backends import get_backend
from scorerbm.backends.protocol import Domain
from scorerbm.gumbel import relaxed_bernoulli

LOG_ODDS = np.array([-4.0, -1.5, -0.1, 0.0, 0.7, 3.0])
N_DRAWS = 20000


def draws(noise, tau, seed=11):
    """Relaxed units, (N_DRAWS, 6), from logistic noise or from a wrong one."""
    backend, chains = get_backend(), np.arange(N_DRAWS, dtype=np.uint32)
    make = getattr(backend, noise)
    u = make(chains, len(LOG_ODDS), (seed, 5), step=0, domain=Domain.LOGISTIC_HIDDEN)
    log_odds = np.broadcast_to(LOG_ODDS, u.shape)
    return relaxed_bernoulli(np.ascontiguousarray(log_odds), u, tau, backend)


def mean_at_tau_one(x):
    """E[σ(x + L)] = P(L' - L < x) for independent logistic L, L' = eˣ(eˣ - 1 - x)/(eˣ - 1)²."""
    with np.errstate(invalid="ignore"):
        e = np.exp(x)
        return np.where(x == 0.0, 0.5, e * (np.expm1(x) - x) / np.expm1(x) ** 2)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def p_value_of_mean(noise):
    columns = draws(noise, 1.0).T
    return bonferroni(map(mean_test, columns, mean_at_tau_one(LOG_ODDS)))


def test_mean_at_tau_one_is_the_closed_form():
    assert p_value_of_mean("logistic") > ACCEPT
    assert p_value_of_mean("normal") < REJECT


@pytest.mark.parametrize("tau", [0.5, 1.0, 2.0])
def test_distribution_at_any_temperature(tau):
    """P(y < q) = P(L < τ logit q - ℓ) = σ(τ logit q - ℓ): the binary concrete distribution."""

    def cdf(q, x):
        return sigmoid(tau * (np.log(q) - np.log1p(-q)) - x)

    def p_value(drawn_at):
        columns = draws("logistic", drawn_at).T
        return bonferroni(
            kolmogorov_smirnov(column, lambda q, x=x: cdf(q, x))
            for x, column in zip(LOG_ODDS, columns, strict=True)
        )

    assert p_value(tau) > ACCEPT
    assert p_value(1.2 * tau) < REJECT


def p_value_of_bits(noise, tau):
    """χ² of the units above ½, which at any τ are Bernoulli(σ(ℓ)) bits."""
    ones = (draws(noise, tau) > 0.5).sum(axis=0)
    p = sigmoid(LOG_ODDS)
    return bonferroni(
        chi_square([N_DRAWS - k, k], [1.0 - q, q]) for k, q in zip(ones, p, strict=True)
    )


def test_units_tend_to_bits():
    cold = draws("logistic", 1e-4)
    assert np.mean((cold > 1e-6) & (cold < 1.0 - 1e-6)) < 1e-3
    assert p_value_of_bits("logistic", 1e-4) > ACCEPT
    assert p_value_of_bits("normal", 1e-4) < REJECT


ANNEALINGS = [GeometricAnnealing, LinearAnnealing, CosineAnnealing]
temperatures = st.floats(1e-6, 1e6)


@pytest.mark.parametrize("kind", ANNEALINGS)
@given(a=temperatures, b=temperatures, x=st.floats(0.0, 1.0), y=st.floats(0.0, 1.0))
def test_temperatures_fall_from_start_to_stop(kind, a, b, x, y):
    start, stop = max(a, b), min(a, b)
    annealing = kind(start, stop)
    assert annealing(0.0) == pytest.approx(start, rel=1e-12)
    assert annealing(1.0) == pytest.approx(stop, rel=1e-9)
    early, late = annealing(min(x, y)), annealing(max(x, y))
    assert late <= early * (1.0 + 1e-12)
    assert stop * (1.0 - 1e-9) <= late
    assert early <= start * (1.0 + 1e-12)


def test_midpoints():
    assert GeometricAnnealing(4.0, 0.25)(0.5) == pytest.approx(1.0)
    assert LinearAnnealing(4.0, 2.0)(0.25) == pytest.approx(3.5)
    assert CosineAnnealing(3.0, 1.0)(1.0 / 3.0) == pytest.approx(2.5)


@pytest.mark.parametrize("kind", ANNEALINGS)
def test_bad_annealing(kind):
    with pytest.raises(ValueError, match=r"stop: got 0\.0, expected more than 0"):
        kind(1.0, 0.0)
    with pytest.raises(ValueError, match=r"start: got 0\.5, expected at least 1\.0"):
        kind(0.5, 1.0)
    with pytest.raises(TypeError, match=r"start: got str 'hot', expected a number"):
        kind("hot", 0.1)
    for bad in (-0.1, 1.1):
        with pytest.raises(ValueError, match=rf"progress: got {bad}"):
            kind(1.0, 0.1)(bad)
