"""The arithmetic of chains of real units: grids, errors of log-odds, and what they hold fixed."""

import contextlib

import numpy as np
import pytest

from helpers.gaussian import random_gaussian
from scorerbm import BlockGibbs, GaussianRBM
from scorerbm.backends import get_backend
from scorerbm.rbm import Chains
from scorerbm.rbm.chains import chain_ids
from scorerbm.rbm.real_chains import advance, sampling_precision
from scorerbm.rbm.real_grid import real_grid


@pytest.mark.parametrize("size", [1e-12, 1e-3, 1.0, 1e9])
def test_sums_on_the_grid_fit_32_bits_and_none_finer_does(size):
    rng = np.random.default_rng(3)
    coupling = size * rng.standard_normal((40, 70)) * np.geomspace(1e-4, 1.0, 40)[:, None]
    coupling[3], coupling[5] = 0.0, np.abs(coupling[5])
    grid = real_grid(coupling, coupling.T.copy())
    integers = grid.weights.integers.astype(np.int64)
    assert np.abs(integers).sum(axis=0).max() < 2**31
    assert (np.abs(integers / grid.scale - coupling.T) <= 0.5 / grid.scale).all()
    used = np.arange(40) != 3
    finer = 2.0 * np.abs(coupling * grid.scale[:, None]).sum(axis=1) + 35.0
    assert (finer[used] > 2**31 - 1).all()


def test_models_that_have_diverged_have_a_grid():
    coupling = np.array([[np.inf, 1.0], [np.nan, 2.0], [3.0, 4.0], [1e45, 5.0], [1e38, 0.0]])
    grid = real_grid(coupling, coupling.T.copy())
    assert not np.isfinite(grid.weights.coupling[[0, 1, 3], 0]).any()
    assert (grid.weights.integers[:, [0, 1, 3]] == 0).all()
    assert grid.weights.integers[0, 4] / grid.scale[4] == pytest.approx(1e38)
    assert (grid.weights.integers[:, 2] / grid.scale[2] == [3.0, 4.0]).all()


def test_log_odds_err_by_no_more_than_is_told():
    model = random_gaussian(150, 20, seed=2, scale=0.3)
    known, backend = model.conditionals, get_backend()
    bound = sampling_precision(known)["log_odds_error"]
    h = np.random.default_rng(1).integers(0, 2, (4000, 20))
    noise = backend.normal(chain_ids(4000), 150, (1, 2), step=0, domain=1)
    v = (model.visible_mean(h) + model.sigma * noise).astype(np.float32)
    narrow = [x.astype(np.float32) for x in (known.coupling, known.hidden)]
    error = np.abs(backend.fused_product(v, *narrow, 1) - (v @ known.coupling + known.hidden))
    assert error.max() < bound
    assert error.max() > 1e-3 * bound  # which is of use
    half = np.abs(v.astype(np.float16) @ known.coupling + known.hidden - v @ known.coupling)
    assert half.max() > bound


def test_widths_that_single_precision_does_not_resolve_are_told_of():
    for bias, drawn in ((1e6, "few"), (10.0, "many")):
        model = GaussianRBM(np.full((2, 1), 0.01), np.full(2, bias), [0.0], 0.01)
        few = drawn == "few"
        told = pytest.warns(RuntimeWarning, match=r"visible_bias: got 1e\+08 widths")
        with told if few else contextlib.nullcontext():
            states = BlockGibbs(2).sample(model, 200).visible[:, 0]
        assert (len(np.unique(states)) < 10) == few


def test_units_that_are_held_keep_every_digit():
    model = random_gaussian(5, 3)
    start = np.random.default_rng(0).standard_normal((7, 5))
    held = np.array([1, 0, 0, 1, 0], np.uint8)
    chains = Chains(start.copy(), chain_ids(7), (1, 2), frozen=held)
    mean = model.gibbs(chains, 3, backend=get_backend(), mean=True)
    for kept in (chains.visible, mean):
        assert np.array_equal(kept[:, held == 1], start[:, held == 1])
        assert not np.isclose(kept[:, held == 0], start[:, held == 0]).any()


def test_weights_are_prepared_once_for_models_that_share_them():
    model = random_gaussian(6, 4)
    tilted = model.tilt(np.zeros((3, 6)), 0.6, 0.8)
    assert tilted.conditionals.prepared is model.conditionals.prepared
    BlockGibbs(2).sample(model, 3)
    grid = model.conditionals.prepared["grid"]
    tilted.gibbs(Chains(np.zeros((3, 6)), chain_ids(3), (1, 2)), 1, backend=get_backend())
    assert tilted.conditionals.prepared["grid"] is grid
    assert model.interpolate(model.independent(), 0.5).conditionals.prepared == {}


def test_chains_at_betas_of_their_own_are_those_of_their_models():
    """Row by row the same bits, and others if the fields and widths stay those of β = 1."""
    model, backend = random_gaussian(4, 3, seed=1), get_backend()
    betas, start = np.array([0.3, 1.0, 1.7]), np.zeros((3, 4))
    chains = Chains(start.copy(), chain_ids(3), (1, 2))
    model.gibbs(chains, 20, backend=backend, beta=betas)
    for i, beta in enumerate(betas):
        alone = Chains(start[:1].copy(), chain_ids(1, i), (1, 2))
        model.gibbs(alone, 20, backend=backend, beta=float(beta))
        assert np.array_equal(alone.visible[0], chains.visible[i])
    wrong = Chains(start.copy(), chain_ids(3), (1, 2))
    advance(model.conditionals, wrong, 20, backend=backend, beta=betas)
    assert not np.allclose(wrong.visible[0], chains.visible[0])
