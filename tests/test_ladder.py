"""Ladders of inverse temperatures: where rungs are put, and whether neighbours then exchange."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from helpers.models import joint_log_weights, random_bernoulli, states
from scorerbm import BernoulliRBM, ParallelTempering, tune_ladder
from scorerbm.sample.ladder import equal_rejection, geometric_ladder
from test_tempering import two_modes

MODEL = random_bernoulli(5, 4, seed=2, scale=2.0, data_mean=True)


def exact_rejection(model, betas, reference="uniform"):
    """1 - E min(1, exp((β - β')(E - E'))) of neighbours, by summing over all pairs of states."""
    energy = -joint_log_weights(model)
    if reference == "data":
        p = model.data_mean
        r = states(model.n_visible) @ np.log(p / (1.0 - p))
        energy = energy + r[:, None]  # E - E_ref
        prior = np.broadcast_to(r[:, None], energy.shape).ravel()
    else:
        prior = np.zeros(energy.size)
    energy = energy.ravel()
    out = []
    for a, b in pairwise(betas):
        p, q = (np.exp(prior - beta * energy) for beta in (a, b))
        exponent = np.minimum((a - b) * (energy[:, None] - energy[None, :]), 0.0)
        out.append(1.0 - (p / p.sum()) @ np.exp(exponent) @ (q / q.sum()))
    return np.array(out)


# -- placing rungs --------------------------------------------------------------------------


def test_geometric_ladders():
    betas = geometric_ladder(6, 0.1)
    assert betas[0] == pytest.approx(0.1, rel=1e-15)
    assert betas[-1] == 1.0
    assert np.allclose(betas[1:] / betas[:-1], 10.0**0.2, rtol=1e-14)


def test_rungs_of_equal_rejection_stay_where_they_are():
    betas = np.array([0.0, 0.1, 0.5, 1.0])
    assert np.allclose(equal_rejection(betas, [0.3, 0.3, 0.3], 4), betas, atol=1e-15)


def test_rungs_go_where_replicas_are_refused():
    betas = np.linspace(0.0, 1.0, 11)
    rejection = np.full(10, 0.05)
    rejection[3] = 0.9
    placed = equal_rejection(betas, rejection, 20)
    assert (np.diff(placed) > 0.0).all()
    assert ((placed > 0.3) & (placed < 0.4)).sum() >= 11
    assert (placed[0], placed[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("seed", range(20))
def test_rungs_always_increase(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 40))
    betas = np.concatenate([[0.0], np.sort(rng.random(n - 2)), [1.0]])
    rejection = rng.random(n - 1) ** 8 * (rng.random(n - 1) < 0.7)
    for n_replicas in (2, 3, n, 5 * n):
        placed = equal_rejection(betas, rejection, n_replicas)
        assert len(placed) == n_replicas
        assert (np.diff(placed) > 0.0).all()


def test_a_smooth_barrier_is_met_to_second_order():
    """Λ(β) = β² from eleven rungs: equal steps of it are at √(k/n)."""
    betas = np.linspace(0.0, 1.0, 11)
    placed = equal_rejection(betas, np.diff(betas**2), 9)
    assert np.allclose(placed[2:], np.sqrt(np.arange(2, 9) / 8), atol=2e-3)


# -- measuring ------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["uniform", "data"])
def test_rates_are_those_of_the_rungs(reference):
    """Measured with at least 8 · 192 correlated pairs a rung: errors of about 0.02."""
    ladder = tune_ladder(MODEL, reference=reference)
    exact = exact_rejection(MODEL, ladder.betas, reference)
    assert np.abs(1.0 - ladder.acceptance - exact).max() < 0.08
    assert ladder.barrier == pytest.approx(exact.sum(), abs=0.15)
    # A ladder of the other energy would have other rates.
    other = "data" if reference == "uniform" else "uniform"
    assert abs(exact_rejection(MODEL, ladder.betas, other).sum() - ladder.barrier) > 0.15


@pytest.mark.parametrize(
    ("model", "target"), [(MODEL, 0.3), (MODEL, 0.5), (two_modes(), 0.5), (MODEL, 0.7)]
)
def test_neighbours_exchange_at_the_rate_wanted(model, target):
    betas = tune_ladder(model, target_acceptance=target).betas
    rejection = exact_rejection(model, betas)
    # R is a whole number; what is left is that of one rung more or less, and noise.
    assert rejection.mean() == pytest.approx(1.0 - target, abs=0.12)
    spread = np.abs(rejection - rejection.mean()).max()
    assert spread < 0.12
    even = exact_rejection(model, np.linspace(0.0, 1.0, len(betas)))
    assert np.abs(even - even.mean()).max() > spread


def test_the_number_of_replicas_may_be_given():
    ladder = tune_ladder(MODEL, n_replicas=9)
    assert len(ladder.betas) == 9
    assert len(ladder.acceptance) == 8
    rejection = exact_rejection(MODEL, ladder.betas)
    assert np.abs(rejection - rejection.mean()).max() < 0.1


def test_independent_units_need_two_rungs():
    ladder = tune_ladder(MODEL.independent(), reference="data")
    assert ladder.betas.tolist() == [0.0, 1.0]
    assert ladder.acceptance.tolist() == [1.0]


def test_samplers_take_the_ladder_of_their_seed():
    for options in ({}, {"reference": "data", "target_acceptance": 0.4}):
        sampler = ParallelTempering(2, **options)
        info = sampler.sample(MODEL, 30, seed=4, first_chain=17).info
        assert info["betas"] == tune_ladder(MODEL, seed=4, **options).betas.tolist()
    assert info["betas"] != sampler.sample(MODEL, 1, seed=5).info["betas"]
    info = ParallelTempering(2, "geometric", first_beta=0.25, n_replicas=3).sample(MODEL, 1).info
    assert info["betas"] == pytest.approx([0.25, 0.5, 1.0])
    assert len(ParallelTempering(2, "geometric").sample(MODEL, 1).info["betas"]) == 10


def test_threads_and_backend_do_not_change_the_ladder():
    short = {"seed": 3, "n_sweeps": 16, "n_rounds": 3}
    expected = tune_ladder(MODEL, n_threads=1, **short)
    for options in ({"n_threads": 3}, {"backend": "reference"}, {}):
        ladder = tune_ladder(MODEL, **options, **short)
        assert ladder.betas.tobytes() == expected.betas.tobytes()
        assert ladder.acceptance.tobytes() == expected.acceptance.tobytes()


def test_a_tuned_ladder_may_be_used_again():
    ladder = tune_ladder(MODEL, seed=4)
    tuned = ParallelTempering(5).sample(MODEL, 20, seed=4)
    given = ParallelTempering(5, ladder.betas).sample(MODEL, 20, seed=4)
    assert np.array_equal(tuned.visible, given.visible)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"model": "x"}, TypeError, "model: got str, expected an RBM"),
        ({"target_acceptance": 0.0}, ValueError, r"target_acceptance: got 0\.0"),
        ({"target_acceptance": 1.0}, ValueError, r"target_acceptance: got 1\.0"),
        ({"n_replicas": 1}, ValueError, "n_replicas: got 1, expected at least 2"),
        ({"reference": "x"}, ValueError, "reference: got 'x'"),
        (
            {"reference": "data", "model": BernoulliRBM([[1.0]], [0.0], [0.0])},
            ValueError,
            "reference: got 'data' for a model without data_mean",
        ),
        ({"n_ladders": 0}, ValueError, "n_ladders: got 0"),
        ({"n_rounds": 0}, ValueError, "n_rounds: got 0"),
        ({"n_sweeps": 0}, ValueError, "n_sweeps: got 0"),
        ({"seed": 1.5}, TypeError, r"seed: got float 1\.5"),
        ({"backend": "x"}, ValueError, "backend: got 'x'"),
        ({"precision": "x"}, ValueError, "precision: got 'x'"),
        ({"n_threads": 0}, ValueError, "n_threads: got 0"),
    ],
)
def test_bad_arguments(options, error, message):
    with pytest.raises(error, match=message):
        tune_ladder(**({"model": MODEL} | options))
