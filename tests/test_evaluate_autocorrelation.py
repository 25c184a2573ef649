"""Memory of chains: autoregressive processes, whose autocorrelation is known in closed form."""

import math
import warnings
from importlib import import_module

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from helpers.statistics import ACCEPT, REJECT, bonferroni, z_test
from scorerbm.evaluate import (
    AutocorrelationTime,
    ShortSeriesWarning,
    autocorrelation,
    autocorrelation_time,
    effective_sample_size,
    potential_scale_reduction,
)


def ar1(phi, n, n_chains=1, seed=0):
    """x_s = φ x_{s-1} + ε_s in equilibrium, of unit innovations: ρ(t) = φ^|t|."""
    noise = np.random.default_rng(seed).normal(size=(n, n_chains))
    noise[0] /= math.sqrt(1.0 - phi**2)
    return lfilter([1.0], [1.0, -phi], noise, axis=0)


def exact_time(phi):
    return (1.0 + phi) / (1.0 - phi)


def in_two_modes(n=2000, n_chains=4, apart=8.0):
    """Chains of white noise, every other one in another mode, which none ever leaves."""
    return ar1(0.0, n, n_chains, seed=5) + apart * (np.arange(n_chains) % 2)


# -- autocorrelation -------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4,), (31,), (64, 3), (50, 1)])
def test_autocorrelation_is_its_definition(shape):
    x = np.random.default_rng(1).normal(3.0, 2.0, size=shape)
    n, y = len(x), x.reshape(len(x), -1) - x.mean()
    sums = [(y[: n - t] * y[t:]).sum() / ((n - t) * y.shape[1]) for t in range(n)]
    rho = autocorrelation(x, max_lag=n - 1)
    np.testing.assert_allclose(rho, np.array(sums) / sums[0], atol=1e-13)
    assert rho[0] == 1.0
    np.testing.assert_allclose(autocorrelation(x), rho[: n // 2 + 1], atol=1e-13)


def test_chains_in_blocks_are_the_same(monkeypatch):
    x = ar1(0.5, 100, 7)
    whole = autocorrelation(x)
    # The package has a function of the module's name.
    module = import_module("scorerbm.evaluate.autocorrelation")
    monkeypatch.setattr(module, "_NUMBERS_AT_ONCE", 1)
    np.testing.assert_allclose(autocorrelation(x), whole, atol=1e-14)


def bartlett_error(rho, n):
    """Standard error of ρ(1) of n numbers: Bartlett's formula of an AR(1) process."""
    return math.sqrt((1.0 - rho**2) / n)


def test_the_first_lag_of_an_autoregressive_process():
    seen = autocorrelation(ar1(0.8, 20000, 5))[1]
    assert z_test(seen, 0.8, bartlett_error(0.8, 100000)) > ACCEPT
    assert z_test(seen, 0.78, bartlett_error(0.78, 100000)) < REJECT


def test_chains_that_stay_apart_correlate_at_every_lag():
    """The common mean sees what the mean of each chain hides."""
    x = in_two_modes()
    assert autocorrelation(x).min() > 0.9  # apart²/4 of apart²/4 + 1 is 16/17, ± 1/√8000
    assert np.abs(autocorrelation(x - x.mean(axis=0))[1:20]).max() < 0.06  # 5/√8000


@pytest.mark.parametrize("scale", [1e-170, 1.0, 1e170])
def test_neither_scale_nor_offset_matter(scale):
    x = ar1(0.7, 200, 2)
    np.testing.assert_allclose(autocorrelation(scale * x), autocorrelation(x), atol=1e-13)
    shifted = autocorrelation(x - 1e6)  # which costs six digits
    np.testing.assert_allclose(shifted, autocorrelation(x), atol=1e-8)


# -- integrated time -------------------------------------------------------------------------

PROCESSES = [(-0.5, 50000, 1), (0.0, 20000, 4), (0.5, 50000, 2), (0.9, 20000, 8), (0.98, 400000, 1)]


@pytest.mark.parametrize(("phi", "n", "n_chains"), PROCESSES)
def test_the_time_of_an_autoregressive_process(phi, n, n_chains):
    tau = autocorrelation_time(ar1(phi, n, n_chains, seed=2))
    assert z_test(tau.value, exact_time(phi), tau.error) > ACCEPT
    assert z_test(2.0 * tau.value, exact_time(phi), 2.0 * tau.error) < REJECT  # half as long
    assert (tau.n_steps, tau.n_chains, tau.n_samples) == (n, n_chains, n * n_chains)
    assert not tau.is_short


def test_chains_together_or_one_by_one_have_the_same_time():
    x = ar1(0.9, 40000, 4, seed=3)
    together = autocorrelation_time(x)
    alone = [autocorrelation_time(chain) for chain in x.T]
    assert together.error < 0.6 * min(t.error for t in alone)  # half, as of four times the steps
    p = bonferroni(z_test(t.value, exact_time(0.9), t.error) for t in (together, *alone))
    assert p > ACCEPT


def test_the_standard_error_is_the_spread_of_estimates():
    """To leading order in τ/M = 1/3: from 200 series, whose own spread is known to 5 %."""
    times = [autocorrelation_time(ar1(0.8, 5000, seed=s)) for s in range(200)]
    values, errors = (np.array([getattr(t, k) for t in times]) for k in ("value", "error"))
    ratio = values.std(ddof=1) / errors.mean()
    assert 1.0 - 1.0 / 3.0 < ratio < 1.0 + 3 * 0.05
    independent = values.mean() * math.sqrt(2.0 / 5000)  # as if no lag had been summed
    assert values.std(ddof=1) / independent > 3.0
    # No bias but what is stated: (2M + 1)/n, and e^-6.
    bias = values.mean() / exact_time(0.8) - 1.0
    stated = (2 * np.mean([t.window for t in times]) + 1) / 5000 + math.exp(-6.0)
    assert abs(bias) < stated + 3.0 * values.std() / math.sqrt(200) / exact_time(0.8)


def test_the_window_is_sokals():
    x = ar1(0.9, 20000, seed=4)
    rho = autocorrelation(x)
    for c in (4.0, 6.0, 10.0):
        tau = autocorrelation_time(x, window=c)
        sums = [1.0 + 2.0 * rho[1 : m + 1].sum() for m in range(tau.window + 1)]
        assert tau.value == pytest.approx(sums[-1])
        assert tau.window >= 0.5 * c * sums[-1]
        assert all(m < 0.5 * c * s for m, s in enumerate(sums[:-1]))
        expected = tau.value * math.sqrt(2.0 * (2 * tau.window + 1) / 20000)
        assert tau.error == pytest.approx(expected)


def test_an_alternating_chain_does_not_end_the_window_too_early():
    """Sokal's rule alone stops at the first lag, where 1 + 2ρ(1) = -0.8."""
    tau = autocorrelation_time(ar1(-0.9, 40000, seed=1))
    assert tau.window > 40
    assert tau.value == pytest.approx(1.0 / math.log10(40000))  # 1/19 is below it


def test_the_effective_sample_size_predicts_the_error_of_the_mean():
    """2000 chains of known variance: the spread of their means, known to 1/√4000 in σ."""
    phi, n, n_chains = 0.9, 1000, 2000
    x = ar1(phi, n, n_chains, seed=6)
    size = effective_sample_size(x)
    tau = autocorrelation_time(x)
    assert size == pytest.approx(n * n_chains / tau.value)
    # Of a chain of n steps: τ less 2φ/(n(1 - φ)²) for the lags that it has not.
    predicted = x.std() * math.sqrt(n_chains / size)
    error = predicted * (1.0 / math.sqrt(2 * n_chains) + 0.5 * tau.error / tau.value)
    edge = 0.5 * predicted * 2.0 * phi / (n * (1.0 - phi) ** 2) / exact_time(phi)
    spread = x.mean(axis=0).std()
    assert abs(spread - predicted) < 3.0 * error + edge
    independent = x.std() / math.sqrt(n)
    assert spread > 4.0 * independent


# -- series that are too short ---------------------------------------------------------------


def test_a_short_series_is_flagged():
    x = ar1(0.98, 1000, seed=7)  # ten times τ = 99
    with pytest.warns(ShortSeriesWarning, match="x: got 1 × 1000 steps with .* expected 50 times"):
        tau = autocorrelation_time(x)
    assert tau.is_short
    with pytest.warns(ShortSeriesWarning):
        effective_sample_size(x)


def test_chains_shorter_than_their_time_are_flagged_however_many():
    """Each has three times τ = 199; 100 of them have 300 τ in all."""
    x = ar1(0.99, 600, 100, seed=8)
    with pytest.warns(ShortSeriesWarning, match="100 × 600 steps"):
        autocorrelation_time(x)


@pytest.mark.parametrize(
    ("n_steps", "n_chains", "short"),
    [(500, 1, False), (499, 1, True), (100, 5, False), (99, 50, True), (100, 4, True)],
)
def test_a_series_of_50_times_and_10_of_each_chain_is_long_enough(n_steps, n_chains, short):
    assert AutocorrelationTime(10.0, 1.0, 30, n_steps, n_chains).is_short == short


def test_correlations_that_outlast_the_series_have_no_error():
    with pytest.warns(ShortSeriesWarning, match="autocorrelation time of at least"):
        tau = autocorrelation_time(np.arange(100.0) < 50)  # one jump
    assert tau.error == math.inf
    assert tau.is_short


def test_the_warning_points_at_the_caller():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        autocorrelation_time(np.arange(50.0))
        effective_sample_size(np.arange(50.0))
    assert [w.filename for w in caught] == [__file__] * 2


# -- potential scale reduction ---------------------------------------------------------------


def brute_force_r_hat(x):
    n = len(x)
    parts = [c for chain in x.T for c in (chain[: n // 2], chain[(n + 1) // 2 :])]
    m = n // 2
    within = np.mean([p.var(ddof=1) for p in parts])
    between = m * np.var([p.mean() for p in parts], ddof=1)
    return math.sqrt(((m - 1) / m * within + between / m) / within)


@pytest.mark.parametrize("shape", [(10, 3), (11, 3), (200, 1)])
def test_split_r_hat_is_its_definition(shape):
    x = np.random.default_rng(2).normal(size=shape)
    assert potential_scale_reduction(x, rank_normalised=False) == pytest.approx(
        brute_force_r_hat(x)
    )


@pytest.mark.parametrize("shape", [(10, 3), (200, 2)])
def test_rank_normalised_r_hat_is_its_definition(shape):
    x = np.random.default_rng(7).integers(0, 20, shape) * np.arange(1, shape[1] + 1)
    expected = []
    for y in (x, np.abs(x - np.median(x))):
        rank = stats.rankdata(y).reshape(shape)
        scores = stats.norm.ppf((rank - 3.0 / 8.0) / (x.size + 1.0 / 4.0))
        expected.append(brute_force_r_hat(scores))
    assert potential_scale_reduction(x) == pytest.approx(max(expected))


@pytest.mark.parametrize("rank_normalised", [False, True])
def test_chains_that_agree_are_not_flagged(rank_normalised):
    for phi in (0.0, 0.9):
        # B/W is χ²/m of 7 degrees of freedom times τ/7: R̂ - 1 is about half of it.
        limit = 1.0 + 0.5 * 24.3 / 7.0 * exact_time(phi) / 10000  # χ² exceeds 24.3 once in 1000
        x = ar1(phi, 20000, 4, seed=9)
        assert potential_scale_reduction(x, rank_normalised=rank_normalised) < limit


@pytest.mark.parametrize("rank_normalised", [False, True])
def test_chains_stuck_in_different_modes_are_flagged(rank_normalised):
    """Each looks perfect to itself; only against each other do they show it."""
    x = in_two_modes()
    for chain in x.T:
        tau = autocorrelation_time(chain)
        assert not tau.is_short
        assert z_test(tau.value, 1.0, tau.error) > ACCEPT
        assert potential_scale_reduction(chain, rank_normalised=rank_normalised) < 1.01
    assert potential_scale_reduction(x, rank_normalised=rank_normalised) > 1.5
    with pytest.warns(ShortSeriesWarning):
        assert effective_sample_size(x) < 20.0


def test_a_drift_is_flagged_within_one_chain():
    x = ar1(0.0, 2000) + np.linspace(0.0, 3.0, 2000)[:, None]
    assert potential_scale_reduction(x) > 1.2


def test_ranks_see_chains_that_differ_in_scale():
    x = ar1(0.0, 2000, 4) * np.array([1.0, 1.0, 3.0, 3.0])
    assert potential_scale_reduction(x, rank_normalised=False) < 1.01
    assert potential_scale_reduction(x) > 1.1


def test_ranks_see_a_shift_under_heavy_tails():
    cauchy = np.random.default_rng(3).standard_cauchy((2000, 4))
    assert potential_scale_reduction(cauchy) < 1.01
    shifted = cauchy + np.array([0.0, 0.0, 3.0, 3.0])
    assert potential_scale_reduction(shifted, rank_normalised=False) < 1.01
    assert potential_scale_reduction(shifted) > 1.1


def test_ranks_do_not_depend_on_a_monotone_map():
    x = ar1(0.5, 500, 3)
    scores = [potential_scale_reduction(y) for y in (x, x**3)]  # whose median is mapped, too
    assert scores[0] == pytest.approx(scores[1], rel=0.01)


def test_bits_tie():
    rng = np.random.default_rng(4)
    bits = rng.integers(0, 2, (4000, 4))
    assert potential_scale_reduction(bits) < 1.01
    biased = rng.random((4000, 4)) < [0.2, 0.2, 0.8, 0.8]
    assert potential_scale_reduction(biased) > 1.1


def test_constant_chains_that_differ_have_no_finite_ratio():
    x = np.full((100, 3), [0.1, 0.1, 0.7])
    assert potential_scale_reduction(x) == potential_scale_reduction(x, rank_normalised=False)
    assert potential_scale_reduction(x) == math.inf
    middle_only = np.full(9, 0.1)
    middle_only[4] = 1.0
    assert potential_scale_reduction(middle_only, rank_normalised=False) == 1.0


# -- arguments -------------------------------------------------------------------------------

CALLS = [
    autocorrelation,
    autocorrelation_time,
    effective_sample_size,
    potential_scale_reduction,
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.full((20, 2), 0.1), ValueError, "x: got 40 times 0.1, expected a series that varies"),
        ([1.0, 2.0, 3.0], ValueError, r"x: got shape \(3,\), expected at least 4 steps"),
        (np.zeros((9, 0)), ValueError, r"x: got shape \(9, 0\), expected at least 4 steps"),
        (np.zeros((5, 2, 2)), ValueError, r"x: got shape \(5, 2, 2\), expected \(any\) or"),
        ([0.0, np.nan, 1.0, 2.0], ValueError, "x: got nan at index"),
        ("chain", TypeError, "x: got"),
    ],
)
def test_bad_series_are_named(call, x, error, message):
    with pytest.raises(error, match=message):
        call(x)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: autocorrelation(x, max_lag=10), "max_lag: got 10, expected at most 9"),
        (lambda x: autocorrelation(x, max_lag=-1), "max_lag: got -1"),
        (lambda x: autocorrelation_time(x, window=0.0), "window: got 0.0, expected more than 0"),
        (lambda x: effective_sample_size(x, window=-1.0), "window: got -1.0"),
    ],
)
def test_bad_settings_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.arange(10.0))
