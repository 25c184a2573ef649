"""Chains of trained models against what enumeration says of them: moments, energy, ln Z."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from helpers.exactness import NATIVE, PRECISIONS, target
from helpers.models import states
from helpers.statistics import ACCEPT, REJECT, bonferroni, z_test
from scorerbm import BlockGibbs, ScoreMatching, exact_moments, log_partition
from scorerbm.data import load_data, split
from scorerbm.evaluate import reverse_annealed_importance
from scorerbm.rbm import Chains
from scorerbm.rbm.chains import chain_ids

pytestmark = pytest.mark.slow

N_CHAINS = 20_000
SWEEPS = {"digits": 600, "plants": 1500}
SHORT = {"digits": 15, "plants": 300}


@cache
def digits():
    train, _ = split(load_data("digits"), seed=0)
    return ScoreMatching(n_hidden=14, n_epochs=60, monitor="never").fit(train.values, seed=0).model


@cache
def plants():
    """69 states and provinces, 17412 species; from a folder beside the repository."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    path = Path(os.environ.get("SCORERBM_DATA") or beside) / "plants.npz"
    if not path.exists():
        pytest.skip(f"{path} does not exist; SCORERBM_DATA names the folder of plants.npz")
    data = load_data(path, key="train")
    return ScoreMatching(n_hidden=16, n_epochs=5, monitor="never").fit(data.values, seed=0).model


TRAINED = {"digits": digits, "plants": plants}


def moments_p_value(v, model):
    """Of E[v] and E[v vᵀ]: counts in independent samples are binomial."""
    exact, x = exact_moments(model), v.astype(np.float64)
    upper = np.triu_indices(v.shape[1])
    counts, p = (x.T @ x)[upper], np.clip(exact.second[upper], 0.0, 1.0)
    np.testing.assert_allclose(np.diag(exact.second), exact.first, rtol=1e-9)
    less, more = stats.binom.cdf(counts, len(v), p), stats.binom.sf(counts - 1, len(v), p)
    return bonferroni(np.minimum(1.0, 2.0 * np.minimum(less, more)))


def energy_cumulants(model):
    """E[E] and Var[E]: minus the first and the second derivative of ln Z(β), at β = 1.

    ln Z(β) = ln Σ_h exp(β cᵀh + Σᵢ softplus(β fᵢ)) with f = Wh + b.
    """
    w, b, c = model.parameters.values()
    h = states(model.n_hidden)
    f = h @ w.T + b
    log_weight = h @ c + np.logaddexp(0.0, f).sum(axis=1)
    p = np.exp(log_weight - log_weight.max())
    p /= p.sum()
    on = 1.0 / (1.0 + np.exp(-f))
    minus_energy = h @ c + (on * f).sum(axis=1)
    within = (on * (1.0 - on) * f**2).sum(axis=1)
    mean = p @ minus_energy
    return -mean, p @ ((minus_energy - mean) ** 2 + within)


def energy_p_value(v, h, model):
    mean, variance = energy_cumulants(model)
    return z_test(model.energy(v, h).mean(), mean, np.sqrt(variance / len(v)))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", TRAINED)
def test_long_chains_have_the_exact_moments(name, precision):
    model = TRAINED[name]()
    sampled = target(model.integers(precision))
    short = BlockGibbs(SHORT[name], precision=precision).sample(model, N_CHAINS)
    n_more = SWEEPS[name] - SHORT[name]
    long = BlockGibbs(n_more, precision=precision).sample(model, N_CHAINS, init=short)
    assert long.info["precision"] == precision
    assert moments_p_value(long.visible, sampled) > ACCEPT
    assert energy_p_value(long.visible, long.hidden, sampled) > ACCEPT
    # Chains that are too short, and a model that lacks one bias.
    assert moments_p_value(short.visible, sampled) < REJECT
    w, b, c = sampled.parameters.values()
    other = sampled.from_trusted(w, np.where(np.abs(b) == np.abs(b).max(), 0.0, b), c, None)
    assert moments_p_value(long.visible, other) < REJECT


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_mean_energy_is_the_derivative_of_ln_z(precision):
    model = digits()
    grid = model.integers(precision)
    step, (mean, _) = 1e-3, energy_cumulants(target(grid))
    ends = [log_partition(target(grid, 1.0 + s), "exact").value for s in (-step, step)]
    assert -np.diff(ends)[0] / (2.0 * step) == pytest.approx(mean, rel=1e-5)
    for beta, holds in ((1.0, True), (1.02, False)):
        start = model.random_visible(chain_ids(N_CHAINS), (1, 1), NATIVE)
        chains = Chains(start, chain_ids(N_CHAINS), (2, 2), precision=precision)
        model.gibbs(chains, SWEEPS["digits"], backend=NATIVE, beta=beta)
        p = energy_p_value(chains.visible, chains.hidden, target(grid))
        assert p > ACCEPT if holds else p < REJECT


@pytest.mark.parametrize("name", TRAINED)
def test_annealing_encloses_the_exact_ln_z(name):
    model = TRAINED[name]()
    exact = log_partition(model, "exact").value
    v = BlockGibbs(SWEEPS[name], precision="int32").sample(model, 1024, seed=1).visible
    up = log_partition(model, "ais", n_runs=1024)
    down = reverse_annealed_importance(model, v)
    for estimate in (up, down):
        assert z_test(estimate.value, exact, estimate.standard_error) > ACCEPT
        assert z_test(estimate.value, exact + 0.2, estimate.standard_error) < REJECT
