"""The integer grid: no sum leaves 32 bits, and the stated error is the largest there is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.models import random_bernoulli, states
from scorerbm import BernoulliRBM
from scorerbm.backends import get_backend
from scorerbm.rbm.grid import SATURATION, grid_error, round_weights

LARGEST = 2**31 - 1

shapes = st.tuples(st.integers(1, 7), st.integers(1, 7))
extremes = st.one_of(
    st.floats(-1e6, 1e6, width=32),
    st.sampled_from([0.0, 1e-30, 2.0**-25, 0.5 + 2.0**-24, 1e5, -1e5, 3e6, -3e6]),
)


def numbers(shape):
    return hnp.arrays(np.float64, shape, elements=extremes)


parameters = shapes.flatmap(lambda s: st.tuples(numbers(s), numbers(s[:1]), numbers(s[1:])))


def sums(weights, bias):
    """Largest and smallest value of bias plus any subset of the weights, exactly, per column."""
    w = weights.astype(object)
    high = bias.astype(object) + np.where(weights > 0, w, 0).sum(axis=0)
    low = bias.astype(object) + np.where(weights < 0, w, 0).sum(axis=0)
    return low, high


@given(parameters)
@settings(max_examples=300)
def test_no_sum_leaves_32_bits(model):
    w, b, c = model
    grid = round_weights(w).with_biases(b, c)
    for weights, bias in ((grid.weights, grid.hidden_bias), (grid.weights.T, grid.visible_bias)):
        low, high = sums(weights, bias)
        # A sum of any subset in any order lies between these, and so does every bias alone.
        assert max(high) <= LARGEST
        assert min(low) >= -LARGEST
    assert np.array_equal(grid.weights_transposed, grid.weights.T)


@given(parameters)
@settings(max_examples=300)
def test_the_grid_is_as_fine_as_fits(model):
    w, _, _ = model
    grid = round_weights(w)
    assert np.log2(grid.scale).is_integer()
    assert 16.0 <= grid.scale <= 2.0**24
    reach = max(np.abs(w).sum(axis=0).max(), np.abs(w).sum(axis=1).max())
    # One power of two finer would not fit, unless float32 has no finer digits to give.
    assert grid.scale == 2.0**24 or 2.0 * grid.scale * (2.0 * reach + SATURATION) > LARGEST - 64


@given(parameters)
@settings(max_examples=200)
def test_stated_error_bounds_every_log_odds(model):
    """Against the log-odds of every state; saturated units may differ by 4e-18 in probability."""
    w, b, c = model
    grid = round_weights(w).with_biases(b, c)
    bound = grid_error(w, b, c, grid)
    for weights, bias, integers, rounded in (
        (w, c, grid.weights, grid.hidden_bias),
        (w.T, b, grid.weights_transposed, grid.visible_bias),
    ):
        x = states(len(weights))
        true = bias + x @ weights
        sampled = (rounded + x @ integers.astype(np.float64)) / grid.scale
        terms = np.abs(bias) + x @ np.abs(weights)  # what rounding here is relative to
        within = np.abs(true - sampled) <= bound * (1.0 + 1e-9) + 1e-14 * terms
        # 1 - σ(|x|) < exp(-|x|).
        same_side = np.sign(true) == np.sign(sampled)
        least = np.minimum(np.abs(true), np.abs(sampled))
        saturated = same_side & (np.exp(-least) < 1e-17)
        assert (within | saturated).all()


def test_stated_error_is_attained():
    """It is the largest error and not a loose bound: some state of some unit has it."""
    for seed in range(20):
        model = random_bernoulli(6, 5, seed=seed, scale=2.0)
        w, b, c = (np.asarray(p, np.float64) for p in model.parameters.values())
        grid = round_weights(w * 1000.0).with_biases(b, c)
        bound = grid_error(w * 1000.0, b, c, grid)
        worst = 0.0
        for dw, db in (
            (grid.weights / grid.scale - w * 1000.0, grid.hidden_bias / grid.scale - c),
            ((grid.weights / grid.scale - w * 1000.0).T, grid.visible_bias / grid.scale - b),
        ):
            worst = max(worst, np.abs(db + states(len(dw)) @ dw).max())
        assert worst == pytest.approx(bound, rel=1e-9)
        assert bound > 0.0


def test_float32_weights_are_exact_while_they_are_small():
    """Multiples of 2⁻²⁴ lose nothing; the samplers' result says so."""
    w = np.arange(-6, 6).reshape(4, 3) / 2.0**10
    info = BernoulliRBM(w, np.zeros(4), np.full(3, 0.5)).sampling_info(
        "int32", 5, backend=get_backend()
    )
    expected = {"precision": "int32", "grid": 2.0**-24, "log_odds_error": 0.0}
    assert info.items() >= expected.items()


def test_a_grid_too_coarse_is_reported():
    """The stated error would be 2⁴ times smaller on a grid 2⁴ finer: it is a real bound."""
    rng = np.random.default_rng(0)
    w = rng.standard_normal((30, 20))
    small, large = (BernoulliRBM(s * w, np.zeros(30), np.zeros(20)) for s in (1.0, 1000.0))
    fine, coarse = (m.sampling_info("int32", 5, backend=get_backend()) for m in (small, large))
    assert fine["log_odds_error"] < 1e-5
    assert coarse["log_odds_error"] > 100.0 * fine["log_odds_error"]
    assert coarse["grid"] > fine["grid"]


@pytest.mark.parametrize("bias", [41.0, 1e3, 1e30, -41.0, -1e30])
def test_saturated_units_are_constant(bias):
    w = np.array([[1.0, -0.5]])
    grid = round_weights(w).with_biases(np.array([bias]), np.zeros(2))
    field = (grid.visible_bias + states(2) @ grid.weights.T.astype(float))[:, 0] / grid.scale
    assert (np.exp(-np.abs(field)) < 1e-17).all()
    assert (np.sign(field) == np.sign(bias)).all()
    assert grid_error(w, np.array([bias]), np.zeros(2), grid) < 1e-6


def test_batches_of_biases_round_like_single_ones():
    rng = np.random.default_rng(1)
    w, c = rng.standard_normal((4, 3)), rng.standard_normal(3)
    b = 30.0 * rng.standard_normal((5, 4))
    grid = round_weights(w)
    batch = grid.with_biases(b, c).visible_bias
    assert np.array_equal(batch, [grid.with_biases(row, c).visible_bias for row in b])


@pytest.mark.parametrize("bad", [1e8, 3e38, np.nan, np.inf])
def test_divergence(bad):
    w = np.zeros((3, 2))
    w[1, 1] = bad
    with pytest.raises(
        OverflowError, match=r"weights: sums of weights and biases reach .*has diverged"
    ):
        round_weights(w)


def test_tilted_models_take_the_precision_of_their_origin():
    """The choice does not depend on the observation, and is made once."""
    rng = np.random.default_rng(3)
    for size, expected in [(0.05, 16), (20.0, 32)]:
        model = BernoulliRBM(size * rng.normal(size=(40, 30)), np.zeros(40), np.zeros(30))
        assert model.integers("auto").bits == expected
        tilted = model.tilt(1e3 * rng.normal(size=(4, 40)), 0.9, 0.1)
        assert tilted.integers("auto").bits == expected
        assert tilted.tilt(rng.normal(size=(4, 40)), 0.5, 0.5).integers("auto").bits == expected


def test_tempered_biases_are_kept_at_both_precisions():
    """Far beyond what saturates a unit at beta = 1, and beyond what a fine grid would hold."""
    model = BernoulliRBM(np.full((3, 2), 1e-4), np.full(3, 100.0), np.full(2, -3000.0))
    for precision in ("int16", "int32"):
        rbm = model.integers(precision, tempered=True)
        assert np.allclose(rbm.visible_bias / rbm.scale, 100.0, atol=1e-3)
        assert np.allclose(rbm.hidden_bias / rbm.scale, -3000.0, atol=1e-3)
    assert np.allclose(
        model.integers("int16").visible_bias / model.integers("int16").scale, 40.0, atol=0.01
    )
