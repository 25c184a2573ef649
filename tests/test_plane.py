"""The exact density of two real units, and its picture beside samples."""

import numpy as np
import pytest

from helpers.gaussian import changed, components, exact_parameters, random_gaussian
from helpers.models import random_bernoulli
from scorerbm import BlockGibbs, GaussianRBM
from scorerbm.evaluate import plane_probability

MODEL = random_gaussian(2, 3, seed=45, scale=1.0)
EDGES = np.linspace(-4.0, 3.0, 21), np.linspace(-3.0, 5.0, 31)


def exact(model):
    """By the normal distribution function: widths of a component are those of independent units."""
    stats = pytest.importorskip("scipy.stats")
    p, mean = components(model)
    width = exact_parameters(model)[3]
    x, y = (
        np.diff(stats.norm.cdf((edge - mean[:, i, None]) / width[i]), axis=1)
        for i, edge in enumerate(EDGES)
    )
    return np.einsum("k,ki,kj->ij", p, x, y)


def test_cells_have_the_probability_of_the_mixture():
    found = plane_probability(MODEL, EDGES)
    assert np.allclose(found, exact(MODEL), atol=1e-8)
    wrong = changed(MODEL, sigma=1.01 * MODEL.sigma)
    assert not np.allclose(found, exact(wrong), atol=1e-6)


def test_edges_are_in_the_units_of_the_data():
    mean, scale = np.array([5.0, -2.0]), np.array([3.0, 0.2])
    model = changed(MODEL, data_mean=mean, data_scale=scale)
    edges = tuple(m + s * e for m, s, e in zip(mean, scale, EDGES, strict=True))
    assert np.allclose(plane_probability(model, edges), exact(MODEL), atol=1e-8)


def test_a_picture_shows_models_and_points():
    pytest.importorskip("matplotlib")
    from scorerbm.plot import plot_plane

    points = BlockGibbs(20).sample(MODEL, 500).data
    figure = plot_plane({"a": {"model": MODEL, "Gibbs": points}, "b": {"data": points + 9.0}})
    first, second, third, empty = figure.axes
    assert [a.get_title() for a in (first, second, third)] == ["model", "Gibbs", "data"]
    assert first.get_xlim() == pytest.approx(second.get_xlim())
    assert (first.get_ylabel(), third.get_ylabel()) == ("a", "b")
    density = first.collections[0].get_array()
    assert second.collections[0].get_clim() == (0.0, pytest.approx(density.max()))
    assert not empty.axison
    for bad, message in (
        ({}, "rows: got none"),
        ({"a": {"model": MODEL}}, r"rows\['a'\]: got no points"),
        ({"a": {"x": np.zeros((3, 3))}}, r"rows\['a'\]\['x'\]: got shape"),
        ({"a": {"x": points, "m": random_gaussian(3, 2)}}, "model: got 3 visible units"),
    ):
        with pytest.raises(ValueError, match=message):
            plot_plane(bad)


def test_other_models_have_no_density_in_the_plane():
    with pytest.raises(TypeError, match="model: got BernoulliRBM, expected a GaussianRBM"):
        plane_probability(random_bernoulli(2, 2), EDGES)
    with pytest.raises(ValueError, match="model: got a batch of 3 tilted models"):
        plane_probability(MODEL.tilt(np.zeros((3, 2)), 0.5, 0.5), EDGES)
    with pytest.raises(ValueError, match="model: got 3 visible units, expected 2"):
        plane_probability(GaussianRBM(np.ones((3, 1)), np.zeros(3), [0.0], 1.0), EDGES)


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        (([3.0, 2.0], [0.0, 1.0]), r"edges\[0\]: got \[3\. 2\.\], expected at least two"),
        (([0.0, 1.0], [0.0]), r"edges\[1\]: got \[0\.\], expected at least two increasing"),
        (([0.0, 1.0], [0.0, 0.0, 1.0]), r"edges\[1\]: got"),
        (([0.0, 1.0], [0.0, np.inf]), r"edges\[1\]: got inf"),
        (([0.0, 1.0],), "edges: got 1 arrays, expected 2"),
    ],
)
def test_edges_must_make_cells(edges, message):
    with pytest.raises(ValueError, match=message):
        plane_probability(MODEL, edges)
