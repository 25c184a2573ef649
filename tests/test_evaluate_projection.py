"""Projected densities and modes, against densities that are known."""

import sys

import numpy as np
import pytest

from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square, mean_test, z_test
from scorerbm.evaluate import (
    ProjectedDensity,
    density_distance,
    density_floor,
    mode_centres,
    mode_weights,
    principal_components,
    projected_density,
)

CENTRES = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 8.0]])


def clusters(n, weights, seed=0):
    """Points around the three centres, at unit distance, and which centre each has."""
    rng = np.random.default_rng(seed)
    which = rng.choice(3, n, p=weights)
    return CENTRES[which] + rng.normal(0.0, 1.0, (n, 2)), which


def disc(n, seed=0, shift=0.0):
    return np.random.default_rng(seed).normal(0.0, 1.0, (n, 2)) + np.array([shift, 0.0])


# -- principal components --------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(200, 7), (5, 12), (9, 9)])
def test_components_diagonalise_the_covariance(shape):
    data = np.random.default_rng(1).normal(size=shape) * np.arange(1, shape[1] + 1) + 3.0
    pca = principal_components(data, n=3)
    values, vectors = np.linalg.eigh(np.cov(data.T))
    np.testing.assert_allclose(pca.mean, data.mean(axis=0))
    np.testing.assert_allclose(pca.explained, values[::-1][:3] / values.sum(), rtol=1e-9)
    overlap = np.abs(pca.components @ vectors[:, ::-1][:, :3])
    np.testing.assert_allclose(overlap, np.eye(3), atol=1e-7)
    np.testing.assert_allclose(pca.components @ pca.components.T, np.eye(3), atol=1e-12)


def test_projections_are_centred_and_uncorrelated():
    bits = np.random.default_rng(2).random((300, 10)) < np.linspace(0.2, 0.8, 10)
    pca = principal_components(bits)
    points = pca.project(bits)
    assert points.shape == (300, 2)
    np.testing.assert_allclose(points.mean(axis=0), 0.0, atol=1e-12)
    total = bits.var(axis=0).sum()
    np.testing.assert_allclose(np.cov(points.T, ddof=0), np.diag(pca.explained * total), atol=1e-12)
    np.testing.assert_allclose(pca.project(pca.mean + pca.components), np.eye(2), atol=1e-12)


def test_signs_do_not_depend_on_the_order_of_rows_or_the_route():
    data = np.random.default_rng(3).normal(size=(40, 6)) * [5, 4, 3, 2, 1, 1]
    pca = principal_components(data, 4)
    largest = np.abs(pca.components).argmax(axis=1)
    assert (pca.components[np.arange(4), largest] > 0.0).all()
    mirrored = 2.0 * data.mean(axis=0) - data
    with_zeros = np.hstack([data, np.zeros((40, 60))])  # more units than rows: no QR
    for other in (data[::-1], mirrored, with_zeros):
        components = principal_components(other, 4).components[:, :6]
        np.testing.assert_allclose(components, pca.components, atol=1e-9)


def test_equal_entries_take_the_sign_of_the_first():
    line = np.outer([-2.0, 1.0, 1.0], [-1.0, 1.0, 1.0])
    (component,) = principal_components(line, 1).components
    np.testing.assert_allclose(component, np.array([1.0, -1.0, -1.0]) / np.sqrt(3.0))


# -- densities -------------------------------------------------------------------------------


def test_a_histogram_by_hand():
    points = [[0.0, 0.0], [0.5, 0.0], [1.0, 3.0], [2.0, 1.0], [2.5, 1.0]]
    p = projected_density(points, edges=([0.0, 1.0, 2.0], [0.0, 2.0, 4.0]))
    np.testing.assert_array_equal(p.counts, [[2, 0], [1, 1]])  # the upper end is inside
    assert (p.n_outside, p.n_points) == (1, 5)
    np.testing.assert_allclose(p.probability, np.array([[2, 0], [1, 1]]) / 5.0)
    np.testing.assert_allclose(p.values, p.probability / 2.0)


def test_bins_cover_all_points():
    points = disc(500)
    p = projected_density(points, bins=7)
    assert p.counts.shape == (7, 7)
    assert (p.n_outside, p.n_points) == (0, 500)
    for edges, x in zip(p.edges, points.T, strict=True):
        assert (edges[0], edges[-1]) == (x.min(), x.max())
    assert (p.values * np.outer(*map(np.diff, p.edges))).sum() == pytest.approx(1.0)
    line = projected_density([[1.0, 0.0], [1.0, 2.0]], bins=2)  # of no width along one coordinate
    np.testing.assert_array_equal(line.counts, [[0, 0], [1, 1]])


def test_the_density_of_a_known_distribution():
    uniform = np.random.default_rng(4).random((20000, 2)) * [2.0, 1.0]
    edges = (np.linspace(0.0, 2.0, 6), np.linspace(0.0, 1.0, 5))
    flat = np.full(20, 0.05)
    assert chi_square(projected_density(uniform, edges=edges).counts, flat) > ACCEPT
    assert chi_square(projected_density(uniform**1.05, edges=edges).counts, flat) < REJECT


def test_distances_by_hand():
    edges = ([0.0, 1.0, 2.0], [0.0, 1.0])
    here, there, out = (projected_density([[x, 0.5]] * 4, edges=edges) for x in (0.5, 1.5, 9.0))
    mixed = projected_density([[0.5, 0.5], [1.5, 0.5]], edges=edges)
    assert density_distance(here, here) == 0.0
    assert density_distance(here, there) == density_distance(there, here) == 1.0
    assert density_distance(here, out) == 1.0  # what is outside counts
    assert density_distance(mixed, here) == pytest.approx(0.5)


# -- the floor -------------------------------------------------------------------------------


def pair(n, m, seed, shift=0.0, bins=12):
    p = projected_density(disc(n, seed=2 * seed), edges=[np.linspace(-3.0, 3.0, bins + 1)] * 2)
    return p, projected_density(disc(m, seed=2 * seed + 1, shift=shift), edges=p.edges)


@pytest.mark.parametrize(("n", "m", "bins"), [(400, 400, 12), (1000, 200, 12), (60, 60, 40)])
def test_the_floor_is_the_distance_of_independent_samples(n, m, bins):
    """Without bias, even where most cells hold one point, as redrawing the points would have."""
    differences, redrawn = [], []
    for seed in range(60):
        p, q = pair(n, m, seed, bins=bins)
        seen = density_distance(p, q)
        differences.append(seen - density_floor(p, q, n_draws=100, seed=seed).mean)
        rng, both = np.random.default_rng(seed), p.all_counts() + q.all_counts()
        a, b = (rng.multinomial(k, both / both.sum(), size=100) / k for k in (n, m))
        redrawn.append(seen - 0.5 * np.abs(a - b).sum(axis=1).mean())
    assert mean_test(np.array(differences), 0.0) > ACCEPT
    if bins == 40:
        assert mean_test(np.array(redrawn), 0.0) < REJECT


def test_two_cells_are_binomial():
    """With all points in two cells, half each, the distance is |k₁ - k₂|/n: E = √(1/(πn))."""
    n = 5000
    points = np.repeat([[0.5, 0.5], [1.5, 0.5]], n // 2, axis=0)
    p = projected_density(points, edges=([0.0, 1.0, 2.0], [0.0, 1.0]))
    floor = density_floor(p, p, n_draws=20000)
    # k₁ - k₂ = 2k₁ - n, k₁ hypergeometric of variance n/8 · 2n/(2n - 1)
    expected = 2.0 * np.sqrt(n / 8.0) * np.sqrt(2.0 / np.pi) / n
    assert z_test(floor.mean, expected, floor.std / np.sqrt(20000)) > ACCEPT
    assert z_test(floor.mean, 1.05 * expected, floor.std / np.sqrt(20000)) < REJECT
    assert floor.std == pytest.approx(expected * np.sqrt(np.pi / 2.0 - 1.0), rel=0.03)


def p_value(shift, seed):
    p, q = pair(500, 500, seed, shift=shift)
    return density_floor(p, q, seed=seed).p_value(density_distance(p, q))


def test_p_values_are_uniform_if_the_densities_are_equal():
    values = np.array([p_value(0.0, seed) for seed in range(100)])
    low, middle, _ = np.histogram(values, [0.0, 0.2, 0.6, 1.0])[0] / 100.0
    p = bonferroni(z_test(x, e, np.sqrt(e * (1 - e) / 100)) for x, e in ((low, 0.2), (middle, 0.4)))
    assert p > ACCEPT


def test_other_densities_are_told_apart():
    assert max(p_value(0.8, seed) for seed in range(5)) == 1e-3  # the smallest of 999 divisions


def test_correlated_points_lie_above_the_floor():
    """As the docstring warns: each point ten times over counts as ten."""
    p, q = pair(100, 1000, seed=1)
    ten = ProjectedDensity(10 * p.counts, p.edges, 10 * p.n_outside)
    distance = density_distance(p, q)
    assert density_distance(ten, q) == distance
    assert density_floor(p, q).p_value(distance) > 0.01
    assert density_floor(ten, q).p_value(distance) == 1e-3


def test_the_seed_decides():
    p, q = pair(300, 200, seed=1)
    same = [density_floor(p, q, n_draws=10, seed=s).draws for s in (3, 3, 4)]
    np.testing.assert_array_equal(same[0], same[1])
    assert (same[0] != same[2]).any()


# -- modes -----------------------------------------------------------------------------------

WEIGHTS = np.array([0.5, 0.3, 0.2])


def test_centres_are_found_and_ordered_by_weight():
    points, _ = clusters(6000, WEIGHTS)
    found = mode_centres(points, 3)
    # 1/√n of a cluster of unit width; the cut between clusters, 3σ away, moves it less.
    assert np.abs(found - CENTRES).max() < 5.0 / np.sqrt(0.2 * 6000)
    np.testing.assert_array_equal(mode_centres(points, 3), found)
    np.testing.assert_allclose(mode_centres(points[::-1], 3, seed=5), found, atol=1e-2)


def weight_test(seen, expected):
    return bonferroni(
        z_test(*args) for args in zip(seen.values, expected, seen.errors, strict=True)
    )


def test_weights_are_those_of_the_mixture():
    points, _ = clusters(20000, WEIGHTS, seed=1)
    seen = mode_weights(points, CENTRES)
    assert seen.values.sum() == pytest.approx(1.0)
    # Of a normal 0.00135 and 3e-5 are beyond the lines halfway, at three and four widths.
    a, b = 1.35e-3, 3e-5
    beyond = np.array([[-a - b, a, b], [a, -a, 0.0], [b, 0.0, -b]])
    expected = WEIGHTS + WEIGHTS @ beyond
    assert weight_test(seen, expected) > ACCEPT
    other, _ = clusters(20000, [0.45, 0.35, 0.2], seed=1)
    assert weight_test(mode_weights(other, CENTRES), expected) < REJECT


def test_each_point_goes_to_its_closest_centre():
    rng = np.random.default_rng(5)
    points, centres = rng.normal(size=(200, 4)) + 50.0, rng.normal(size=(6, 4)) + 50.0
    closest = np.linalg.norm(points[:, None] - centres, axis=2).argmin(axis=1)
    np.testing.assert_array_equal(
        mode_weights(points, centres).values, np.bincount(closest, minlength=6) / 200
    )


def test_errors_are_binomial_and_never_zero():
    points = np.array([[0.1]] * 600 + [[0.9]] * 400)
    seen = mode_weights(points, [[0.0], [1.0], [2.0]])
    np.testing.assert_allclose(seen.values, [0.6, 0.4, 0.0])
    np.testing.assert_allclose(seen.errors[:2], np.sqrt(0.24 / 1000), rtol=2e-3)
    assert seen.errors[2] == pytest.approx(1.0 / 1000, rel=0.01)
    fewer = mode_weights(points, [[0.0], [1.0], [2.0]], n_independent=100.0)
    np.testing.assert_array_equal(fewer.values, seen.values)
    np.testing.assert_allclose(fewer.errors[:2], np.sqrt(0.24 / 100), rtol=2e-2)


def test_a_missing_extra_is_one_sentence(monkeypatch):
    for module in ("sklearn", "sklearn.cluster"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        ImportError, match=r'mode_centres needs scikit-learn: pip install "scorerbm\[sklearn\]"'
    ):
        mode_centres(disc(10), 2)


# -- arguments -------------------------------------------------------------------------------

ONE = projected_density(disc(10), bins=3)
OTHER = projected_density(disc(10), bins=4)
OUTLINE = [[0.0, 1.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: principal_components(disc(1)), ValueError, "data: got 1 rows, expected at least"),
        (lambda: principal_components([[0.1] * 4] * 7), ValueError, "data: got variance in 0 dir"),
        (lambda: principal_components(disc(9), 3), ValueError, "in 2 directions, .* least n=3"),
        (lambda: principal_components(disc(9), 0), ValueError, "n: got 0"),
        (lambda: principal_components([1.0, 2.0]), ValueError, r"data: got shape \(2,\)"),
        (lambda: principal_components(np.zeros((3, 0))), ValueError, "data: got variance in 0"),
        (
            lambda: principal_components(disc(9)).project(np.zeros((4, 3))),
            ValueError,
            r"v: got shape \(4, 3\), expected \(any, 2\)",
        ),
        (lambda: projected_density(np.zeros((0, 2))), ValueError, "points: got none"),
        (lambda: projected_density(np.zeros((3, 3))), ValueError, r"points: got shape \(3, 3\)"),
        (lambda: projected_density(disc(3), bins=0), ValueError, "bins: got 0"),
        (lambda: projected_density(disc(3), edges=3), TypeError, "edges: got int, expected two"),
        (
            lambda: projected_density(disc(3), edges=([0.0, 0.0], [0.0, 1.0])),
            ValueError,
            r"edges: got \[0\. 0\.\], expected at least two increasing",
        ),
        (lambda: density_distance(ONE, OTHER), ValueError, r"q: got other edges, .*\(4, 4\)"),
        (lambda: density_distance(ONE, OUTLINE), TypeError, "q: got list, expected a Projected"),
        (lambda: density_floor(None, ONE), TypeError, "p: got NoneType"),
        (lambda: density_floor(ONE, ONE, n_draws=1), ValueError, "n_draws: got 1"),
        (lambda: density_floor(ONE, ONE, seed=-1), ValueError, "seed: got -1"),
        (lambda: density_floor(ONE, ONE).p_value(2.0), ValueError, "distance: got 2.0"),
        (lambda: mode_centres(disc(3), 4), ValueError, "points: got 3 distinct ones, .*n_modes=4"),
        (lambda: mode_centres(np.zeros((9, 2)), 2), ValueError, "points: got 1 distinct"),
        (lambda: mode_centres(np.zeros((0, 2)), 1), ValueError, "points: got 0 distinct"),
        (lambda: mode_centres(disc(3), 0), ValueError, "n_modes: got 0"),
        (lambda: mode_weights(disc(3), np.zeros((2, 3))), ValueError, "centres: got shape"),
        (lambda: mode_weights(np.zeros((0, 2)), CENTRES), ValueError, "points: got shape"),
        (lambda: mode_weights(disc(3), np.zeros((0, 2))), ValueError, "centres: got shape"),
        (
            lambda: mode_weights(disc(3), CENTRES, n_independent=0.0),
            ValueError,
            "n_independent: got 0.0",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
