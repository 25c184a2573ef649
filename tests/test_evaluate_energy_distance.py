"""The energy distance against its definition, and the test that is made of it."""

import numpy as np
import pytest
from scipy import stats

from helpers.statistics import ACCEPT, REJECT, energy_test, kolmogorov_smirnov, mean_test
from scorerbm import energy_distance
from scorerbm.evaluate import _distances


def by_definition(x, y):
    def mean(a, b, pairs):
        return sum(np.linalg.norm(u - v) for u in a for v in b) / pairs

    m, n = len(x), len(y)
    return 2.0 * mean(x, y, m * n) - mean(x, x, m * (m - 1)) - mean(y, y, n * (n - 1))


@pytest.mark.parametrize("block", [1 << 22, 20])
def test_it_is_that_of_all_pairs(block, monkeypatch):
    monkeypatch.setattr(_distances, "_NUMBERS_AT_ONCE", block)
    rng = np.random.default_rng(1)
    x, y = rng.normal(1e4, 2.0, (7, 3)), rng.normal(1e4, 1.0, (9, 3))
    # A row's distance to itself is the root of what the rounded squares of its norm leave of 0.
    assert energy_distance(x, y) == pytest.approx(by_definition(x, y), abs=1e-7)
    bits = rng.integers(0, 2, (8, 5)).astype(np.uint8)
    real = bits.astype(float)
    assert energy_distance(bits, bits[:4]) == pytest.approx(by_definition(real, real[:4]))


def test_its_mean_is_zero_for_one_distribution_and_known_for_two():
    rng = np.random.default_rng(2)
    same = [energy_distance(*rng.normal(size=(2, 10, 1))) for _ in range(400)]
    assert mean_test(same, 0.0) > ACCEPT
    # E|x - y| of normal numbers whose difference has mean d and variance 2: a folded normal.
    d = 1.5
    between = stats.foldnorm.mean(d / np.sqrt(2.0), scale=np.sqrt(2.0))
    expected = 2.0 * between - 2.0 * 2.0 / np.sqrt(np.pi)
    moved = [energy_distance(*rng.normal([[[0.0]], [[d]]], 1.0, (2, 10, 1))) for _ in range(400)]
    assert mean_test(moved, expected) > ACCEPT
    assert mean_test(moved, 0.0) < REJECT


def test_p_values_are_uniform_without_a_difference():
    rng = np.random.default_rng(3)
    p = [energy_test(*rng.standard_t(5, (2, 25, 2)), seed=k) for k in range(120)]
    assert kolmogorov_smirnov(p, stats.uniform.cdf) > ACCEPT
    wider = [energy_test(rng.normal(0, 1, (25, 2)), rng.normal(0, 2, (25, 2))) for _ in range(40)]
    assert kolmogorov_smirnov(wider, stats.uniform.cdf) < REJECT


def test_samples_that_cannot_be_compared():
    with pytest.raises(ValueError, match="x: got 1 states, expected at least 2"):
        energy_distance(np.zeros((1, 2)), np.zeros((3, 2)))
    with pytest.raises(ValueError, match="x: got 2 units, expected the 3 of y"):
        energy_distance(np.zeros((3, 2)), np.zeros((3, 3)))
