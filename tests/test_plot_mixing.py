"""Figures of mixing show what they are given, on axes that can be compared."""

import sys

import numpy as np
import pytest

from scorerbm.plot import plot_autocorrelation, plot_projected_density, plot_replica_flow

RNG = np.random.default_rng(1)
DATA = np.concatenate([RNG.normal([0, 0], 0.3, (1000, 2)), RNG.normal([4, 1], 0.3, (1000, 2))])
ONE_MODE = DATA[:1000]
BETAS = np.array([0.0, 0.2, 0.5, 1.0])
FLOW = np.array([1.0, 0.8, 0.1, 0.0])
ACCEPTANCE = np.array([0.9, 0.2, 0.7])


def shown(panel):
    """Densities of a panel, the first index along x, zero where nothing is drawn."""
    (mesh, *_) = panel.collections
    return np.asarray(mesh.get_array().filled(0.0)).T


def texts(figure):
    figure.draw_without_rendering()
    edge = figure.bbox
    for panel in figure.axes:
        box = panel.get_tightbbox()
        assert box.x0 >= edge.x0 - 1.0
        assert box.y0 >= edge.y0 - 1.0
        assert box.x1 <= edge.x1 + 1.0
        assert box.y1 <= edge.y1 + 1.0
    return [panel.get_title() for panel in figure.axes]


# -- densities -------------------------------------------------------------------------------


def test_densities_are_those_of_the_points():
    figure = plot_projected_density(DATA, {"one mode": ONE_MODE}, bins=20)
    assert texts(figure)[:2] == ["data", "one mode"]
    for panel, points in zip(figure.axes[:2], (DATA, ONE_MODE), strict=True):
        (mesh, *_) = panel.collections
        x, y = mesh.get_coordinates()[0, :, 0], mesh.get_coordinates()[:, 0, 1]
        assert x[0] < DATA[:, 0].min()
        assert x[-1] > DATA[:, 0].max()
        expected = np.histogram2d(*points.T, bins=(x, y), density=True)[0]
        np.testing.assert_allclose(shown(panel), expected)


def test_panels_share_axes_shading_and_contours():
    figure = plot_projected_density(DATA, {"a": ONE_MODE, "b": DATA[1000:]})
    first, *others = figure.axes[:3]
    for panel in others:
        assert panel.get_xlim() == first.get_xlim()
        assert panel.get_ylim() == first.get_ylim()
        assert panel.collections[0].norm is first.collections[0].norm
        outlines = [p.collections[1].get_paths() for p in (panel, first)]
        for mine, theirs in zip(*outlines, strict=True):
            np.testing.assert_array_equal(mine.vertices, theirs.vertices)
    widths = [np.ptp(f()) for f in (first.get_xlim, first.get_ylim)]
    assert widths[0] == pytest.approx(widths[1])  # a length is as long along both


def test_contours_enclose_their_masses_of_the_data():
    figure = plot_projected_density(DATA, {"a": ONE_MODE}, bins=60)
    contours = figure.axes[1].collections[1]
    inside = [
        np.mean(path.contains_points(DATA)) if len(path.vertices) else 0.0
        for path in contours.get_paths()
    ]
    # The blur by a cell, a third of the modes' width, moves the lines outwards.
    assert 0.95 <= inside[0] <= 1.0
    assert 0.5 <= inside[1] < 0.65


def test_a_collapsed_sampler_does_not_hide_the_data():
    point = np.zeros((500, 2))
    figure = plot_projected_density(DATA, {"collapsed": point})
    norm = figure.axes[0].collections[0].norm
    assert norm.vmax == shown(figure.axes[0]).max() < shown(figure.axes[1]).max()
    assert 0.0 < norm.vmin < norm.vmax


def test_many_sets_wrap_and_the_lowest_panels_are_labelled():
    sets = {f"set {k}": DATA + 0.1 * k for k in range(5)}
    figure = plot_projected_density(DATA, sets, data_title="digits")
    assert texts(figure)[:6] == ["digits", *sets]
    labels = [bool(panel.get_xlabel()) for panel in figure.axes[:6]]
    assert labels == [False, False, True, True, True, True]


def test_points_in_one_place_are_drawn():
    figure = plot_projected_density(np.ones((3, 2)), {"same": np.ones((5, 2))})
    texts(figure)
    assert np.count_nonzero(shown(figure.axes[0])) == 1


# -- autocorrelations ------------------------------------------------------------------------


def test_autocorrelations_start_at_lag_one():
    rho = {"fast": 0.5 ** np.arange(20), "slow": 0.95 ** np.arange(100)}
    figure = plot_autocorrelation(rho, step="rounds")
    texts(figure)
    (panel,) = figure.axes
    assert panel.get_xscale() == "log"
    assert "rounds" in panel.get_xlabel()
    lines = {line.get_label(): line for line in panel.lines}
    for label, values in rho.items():
        np.testing.assert_array_equal(lines[label].get_xdata(), np.arange(1, len(values)))
        np.testing.assert_array_equal(lines[label].get_ydata(), values[1:])
    assert [t.get_text() for t in figure.legends[0].get_texts()] == list(rho)


def test_more_lines_than_colours_can_be_told_apart():
    figure = plot_autocorrelation({str(k): 0.9 ** np.arange(k + 2) for k in range(9)})
    lines = figure.axes[0].lines[1:]
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 9


def test_negative_correlations_are_in_view():
    (panel,) = plot_autocorrelation({"alternating": (-0.9) ** np.arange(30)}).axes
    low, high = panel.get_ylim()
    assert low < -0.9
    assert high > 1.0


# -- replica flow ----------------------------------------------------------------------------


def heights(panel):
    return panel.patches[0].get_data()


def test_flow_and_acceptance_are_drawn_at_their_temperatures():
    figure = plot_replica_flow(BETAS, FLOW, ACCEPTANCE)
    texts(figure)
    above, below = figure.axes
    even, flow = above.lines
    np.testing.assert_array_equal(flow.get_xydata(), np.column_stack([BETAS, FLOW]))
    np.testing.assert_allclose(even.get_ydata(), [1.0, 2.0 / 3.0, 1.0 / 3.0, 0.0])
    assert r"\beta = 0$" in above.get_ylabel()
    values, edges, _ = heights(below)
    np.testing.assert_array_equal(values, ACCEPTANCE)
    np.testing.assert_array_equal(edges, BETAS)


def test_the_order_of_the_ladder_does_not_matter():
    figures = [
        plot_replica_flow(BETAS, FLOW, ACCEPTANCE),
        plot_replica_flow(BETAS[::-1], FLOW[::-1], ACCEPTANCE[::-1]),
    ]
    for one, other in zip(*(figure.axes[0].lines for figure in figures), strict=True):
        np.testing.assert_array_equal(one.get_xydata(), other.get_xydata())
    for k in (0, 1):
        one, other = (heights(figure.axes[1])[k] for figure in figures)
        np.testing.assert_array_equal(one, other)


def test_flow_from_the_cold_end_rises():
    above = plot_replica_flow(BETAS, 1.0 - FLOW, ACCEPTANCE).axes[0]
    np.testing.assert_allclose(above.lines[0].get_ydata(), [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0])
    assert r"\beta = 1$" in above.get_ylabel()


def test_what_was_not_measured_is_a_gap():
    figure = plot_replica_flow(BETAS, [1.0, np.nan, 0.5, 0.0], [np.nan, 0.5, 0.5])
    texts(figure)
    assert np.isnan(figure.axes[0].lines[1].get_ydata()[1])
    assert np.isnan(heights(figure.axes[1])[0][0])


# -- arguments -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plot_projected_density(DATA, {}), "samples: got no set, expected at least one"),
        (lambda: plot_projected_density(DATA, {"data": DATA}), "samples: got a set 'data'"),
        (lambda: plot_projected_density(DATA[:0], {"a": DATA}), "data_points: got no point"),
        (
            lambda: plot_projected_density(DATA, {"a": np.zeros((3, 3))}),
            r"samples\['a'\]: got shape \(3, 3\), expected \(any, 2\)",
        ),
        (lambda: plot_projected_density(DATA, {"a": DATA}, bins=7), "bins: got 7, expected at"),
        (lambda: plot_autocorrelation({}), "rho: got no autocorrelation"),
        (lambda: plot_autocorrelation({"a": [1.0]}), r"rho\['a'\]: got 1 lags, expected at least"),
        (lambda: plot_autocorrelation({"a": [1.0, np.inf]}), r"rho\['a'\]: got inf"),
        (lambda: plot_replica_flow([0.0], [1.0], []), r"betas: got \[0\.\], expected at least two"),
        (
            lambda: plot_replica_flow([0.0, 1.0, 0.5, 2.0], FLOW, ACCEPTANCE),
            "betas: got .*, expected at least two in order",
        ),
        (lambda: plot_replica_flow(BETAS, FLOW[:3], ACCEPTANCE), "fraction_up: got shape"),
        (
            lambda: plot_replica_flow(BETAS, FLOW, FLOW),
            r"acceptance: got shape \(4,\), expected \(3,\)",
        ),
        (
            lambda: plot_replica_flow(BETAS, 2.0 * FLOW, ACCEPTANCE),
            "fraction_up: got 2.0, expected fractions between 0 and 1",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_missing_extra_is_one_sentence(monkeypatch):
    for module in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, module, None)
    for call in (
        lambda: plot_projected_density(DATA, {"a": DATA}),
        lambda: plot_autocorrelation({"a": [1.0, 0.5]}),
        lambda: plot_replica_flow(BETAS, FLOW, ACCEPTANCE),
    ):
        with pytest.raises(ImportError, match=r'plots need matplotlib: pip install "scorerbm\[pl'):
            call()
