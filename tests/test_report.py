"""Figures show what was measured, and the report is one whole, self-contained page."""

import base64
import math
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from importlib.metadata import version

import numpy as np
import pytest

from helpers.models import random_bernoulli
from scorerbm import BlockGibbs, Exact, ReverseSDE, cpu_levels
from scorerbm.plot import plot_quality, plot_samples, plot_trajectory
from scorerbm.report import compare
from scorerbm.report.pictures import Picture
from scorerbm.report.text import duration, fact_tables, number, p_value, value

MODEL = random_bernoulli(6, 3, scale=2.0, seed=3)
FILES = ["quality.png", "report.html", "table.csv", "table.json"]


@pytest.fixture(scope="module")
def measured():
    data = Exact().sample(MODEL, 70, seed=9).visible
    roads = ["sde-restarted", "gibbs", "exact"]
    return compare(MODEL, data, samplers=roads, budgets=[2, 100], n_samples=200)


@pytest.fixture
def undrawn(monkeypatch):
    """Replace the pictures, which take their time, by a stand-in."""
    drawn = [Picture("quality", "Quality", "caption", b"png")]
    monkeypatch.setattr("scorerbm.report.page.pictures", lambda *_: drawn)


def names(folder):
    return sorted(p.name for p in folder.iterdir())


# -- figures ---------------------------------------------------------------------------------


def lines(panel, label):
    return next(line for line in panel.lines if line.get_label() == label)


def test_quality_is_drawn_against_both_costs(measured):
    figure = measured.plot()
    panels = np.array(figure.axes).reshape(len(measured.metrics), 2)
    for row, metric in zip(panels, measured.metrics, strict=True):
        bottom, top = row[0].get_ylim()
        for panel in row:
            assert panel.get_xscale() == panel.get_yscale() == "log"
            assert panel.get_ylim() == (bottom, top)
        for name in ("sde-restarted", "gibbs"):
            curve = measured.curve(name)
            label = curve[0]["label"]
            passes = [2, 100]
            expected = np.fmax(np.abs([p[metric] for p in curve]), bottom)
            if metric == "mmd2":
                expected = np.fmax([p[metric] for p in curve], bottom)
            for panel, x in zip(row, (passes, [p["seconds"] for p in curve]), strict=True):
                assert np.allclose(lines(panel, label).get_xdata(), x)
                assert np.allclose(lines(panel, label).get_ydata(), expected)
            assert expected.max() < top
        assert (
            lines(row[1], "exact sampler").get_xdata()[0] == measured.curve("exact")[0]["seconds"]
        )


def test_the_band_is_the_floor(measured):
    figure = plot_quality(measured)
    for panel, metric in zip(figure.axes[::2], measured.metrics, strict=True):
        (band,) = (patch for patch in panel.patches if patch.get_label().startswith("exact"))
        assert math.isclose(band.get_y() + band.get_height(), measured.floor_limit(metric))


def test_the_first_budget_at_the_floor_is_ringed(measured):
    reached = {r["road"]: r["budget"] for r in measured.summary if r["budget"] is not None}
    assert reached == {"gibbs": 100, "exact": 1}
    for panel in measured.plot().axes[::2]:
        rings = [line for line in panel.lines if line.get_markersize() == 12.0]
        assert [list(ring.get_xdata()) for ring in rings if ring.get_marker() == "o"] == [[100.0]]


def test_infinite_errors_leave_a_gap_and_no_warning(measured):
    table = [r | {"kl": math.inf} if r["budget"] == 2 else r for r in measured.table]
    figure = plot_quality(replace(measured, table=table))
    figure.draw_without_rendering()
    panel = figure.axes[2 * measured.metrics.index("kl")]
    y = lines(panel, "block Gibbs").get_ydata()
    assert len(y) == 2
    assert np.isfinite(panel.get_ylim()).all()


def test_the_legend_covers_no_panel(measured):
    figure = measured.plot()
    figure.draw_without_rendering()
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert box.x0 >= 0.0
    assert box.x1 <= figure.bbox.x1
    assert not any(box.overlaps(panel.get_tightbbox()) for panel in figure.axes)


def test_samples_are_laid_out_in_reading_order():
    v = np.arange(30).reshape(5, 6) / 30.0
    (panel,) = plot_samples({"five": v}, (2, 3), n_images=4).axes
    picture = np.asarray(panel.images[0].get_array().filled(np.nan))
    assert panel.get_title() == "five"
    assert picture.shape == (5, 7)
    assert np.array_equal(picture[:2, :3].ravel(), v[0])
    assert np.array_equal(picture[:2, 4:].ravel(), v[1])
    assert np.array_equal(picture[3:, :3].ravel(), v[2])
    assert np.isnan(picture[2]).all()


def test_a_trajectory_ends_in_its_samples():
    drawn = ReverseSDE(n_steps=20, keep_every=1).sample(MODEL, 4, seed=1)
    figure = plot_trajectory(drawn, (2, 3), n_chains=3, times=(1.0, 0.5, 0.0))
    panels = np.array(figure.axes).reshape(3, 4)
    assert [panel.get_title() for panel in panels[0]] == ["t = 1", "t = 0.5", "t = 0.001", "sample"]
    for chain in range(3):
        shown = [np.asarray(panel.images[0].get_array()).ravel() for panel in panels[chain]]
        assert np.array_equal(shown[0], drawn.trajectory.states[0, chain])
        assert np.array_equal(shown[1], drawn.trajectory.states[10, chain])
        assert np.array_equal(shown[-1], drawn.visible[chain])


def test_pictures_need_the_right_shape():
    v = np.zeros((3, 6))
    for shape in ((2, 2), (6,), (1, 2, 3)):
        with pytest.raises(ValueError, match=r"image_shape: got .* expected height and width"):
            plot_samples({"a": v}, shape)
    with pytest.raises(ValueError, match="samples: got no set"):
        plot_samples({}, (2, 3))
    with pytest.raises(ValueError, match="samples: got no trajectory"):
        plot_trajectory(BlockGibbs(n_sweeps=1).sample(MODEL, 2), (2, 3))


def test_figures_touch_no_state_of_matplotlib():
    code = (
        "import sys, scorerbm.plot, scorerbm.report\n"
        "assert not {'matplotlib', 'jinja2'} & set(sys.modules)\n"
        "import numpy as np, matplotlib as mpl\n"
        "def defaults():  # looking up the backend would import pyplot\n"
        "    return {k: mpl.rcParams[k] for k in mpl.rcParams if k != 'backend'}\n"
        "before = defaults()\n"
        "figure = scorerbm.plot.plot_samples({'a': np.zeros((3, 6))}, (2, 3))\n"
        "figure.draw_without_rendering()\n"
        "assert defaults() == before\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("matplotlib", r'plots need matplotlib: pip install "scorerbm\[plot\]"'),
        ("jinja2", r'reports need jinja2: pip install "scorerbm\[cli\]"'),
    ],
)
def test_a_missing_extra_is_one_sentence(measured, tmp_path, monkeypatch, module, message):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=message):
        measured.report(tmp_path / "r")
    assert names(tmp_path) == []


# -- the page --------------------------------------------------------------------------------


class Page(HTMLParser):
    """Checks nesting, and collects text, links, pictures and table cells."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self, html):
        super().__init__()
        self.open, self.links, self.text, self.rows = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.links += [x for k, x in attrs if k in {"src", "href", "srcset", "action"}]
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def written(measured, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out") / "new" / "report"
    facts = {
        "parameters": 27,
        "Training": {"epochs": 12, "note": "<b>R&D</b>", "rates": [0.1, 0.01]},
    }
    path = measured.report(folder, title="A <title> & more", facts=facts, image_shape=(2, 3))
    assert path == folder / "report.html"
    return folder


def test_the_report_is_a_folder_of_whole_files(written):
    assert names(written) == sorted([*FILES, "samples.png", "trajectory.png"])
    for picture in written.glob("*.png"):
        data = picture.read_bytes()
        assert data.startswith(b"\x89PNG")
        assert data.endswith(b"IEND\xaeB`\x82")


def test_the_page_is_well_formed_and_self_contained(written):
    html = (written / "report.html").read_text("utf-8")
    page = Page(html)
    assert html.startswith("<!DOCTYPE html>")
    pictures = [link for link in page.links if link.startswith("data:image/png;base64,")]
    assert [link for link in page.links if link not in pictures] == ["#method"]
    assert 'id="method"' in html
    assert not re.search(r"https?:|//cdn|@import|url\(|<script|<link", html)
    embedded = [base64.b64decode(link.partition(",")[2]) for link in pictures]
    files = [(written / f"{n}.png").read_bytes() for n in ("quality", "samples", "trajectory")]
    assert embedded == files


def test_the_page_says_what_was_measured(measured, written):
    page = Page((written / "report.html").read_text("utf-8"))
    text = " ".join("".join(page.text).split())
    cells = [[cell.strip() for cell in row] for row in page.rows]
    for record in measured.summary:
        row = next(row for row in cells if row[:2] == [record["label"], record["reached"]])
        assert row[-1] == (duration(record["seconds"]) if record["budget"] else "–")
    for point in measured.curve("gibbs"):
        row = next(row for row in cells if row[0] == f"{point['budget']} sweeps")
        shown = [cell.split("\n")[0] for cell in row]
        assert shown[3] == duration(point["seconds"])
        assert all(
            cell.startswith(number(point[metric]))
            for cell, metric in zip(row[4:-1], measured.metrics, strict=True)
        )
    assert ["parameters", "27"] in cells
    assert ["rates", "0.1, 0.01"] in cells
    assert measured.settings["reference"] in text
    assert "Seeds: 0, 1, 2." in text
    environment = measured.settings["environment"]
    assert environment["scorerbm"] == version("scorerbm")
    made_by = next(row[1] for row in cells if row[0] == "scorerbm")
    assert made_by.startswith(f"{version('scorerbm')}, {measured.settings['backend']} backend")
    if measured.settings["backend"] == "native":
        assert made_by.endswith(f", {cpu_levels().used} kernels")
    for column in measured.table[0]:
        assert column in ("road", "label") or f" {column}" in text
    for name, sampler in measured.settings["samplers"].items():
        assert f"{measured.roads[name].label}: {sampler}" in text
    assert measured.settings["samplers"]["gibbs"].startswith("BlockGibbs(precision='auto', n_swe")
    assert "The reference is not exact" not in text


def test_titles_and_facts_are_escaped(written):
    html = (written / "report.html").read_text("utf-8")
    assert "<h1>A &lt;title&gt; &amp; more</h1>" in html
    assert "<b>R&D</b>" not in html
    assert ["note", "<b>R&D</b>"] in Page(html).rows


def test_a_reference_of_samples_is_said_first(tmp_path, undrawn):
    rows = Exact().sample(MODEL, 2500, seed=5).visible
    result = compare(MODEL, samplers=["gibbs"], budgets=[1, 9], n_samples=20, reference=rows)
    page = Page(result.report(tmp_path).read_text("utf-8"))
    text = " ".join("".join(page.text).split())
    assert text.index("The reference is not exact. 2500 given samples") < text.index(
        "first reaches"
    )
    assert "exact samples" not in text
    labels = [t.get_text() for t in result.plot().legends[0].get_texts()]
    assert "reference samples (99.7 %)" in labels
    assert names(tmp_path) == FILES


def test_a_second_report_replaces_the_first(measured, tmp_path, undrawn):
    measured.report(tmp_path, title="first")
    (tmp_path / "mine.txt").write_text("mine")
    measured.report(tmp_path, title="second")
    assert names(tmp_path) == sorted([*FILES, "mine.txt"])
    assert "<h1>second</h1>" in (tmp_path / "report.html").read_text("utf-8")


def test_a_wrong_image_shape_leaves_nothing(measured, tmp_path):
    with pytest.raises(ValueError, match="image_shape: got"):
        measured.report(tmp_path / "r", image_shape=(4, 4))
    assert names(tmp_path) == []


@pytest.mark.parametrize("whole", range(4))
def test_an_interrupted_report_leaves_only_whole_files(
    measured, tmp_path, monkeypatch, undrawn, whole
):
    replaced, rename = [], os.replace

    def interrupted(source, target):
        if len(replaced) == whole:
            raise KeyboardInterrupt
        replaced.append(os.path.basename(target))
        rename(source, target)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        measured.report(tmp_path)
    assert names(tmp_path) == sorted(replaced)
    assert "report.html" not in replaced


# -- words -----------------------------------------------------------------------------------


def test_numbers_are_short():
    shown = [
        number(x) for x in (0.0, 0.00814, -45.14, 1234.5, 2e-4, -2.26e-4, 1.5e7, math.inf, None)
    ]
    assert shown == [
        "0",
        "0.00814",
        "−45.1",
        "1234",
        "2.00·10⁻⁴",
        "−2.26·10⁻⁴",
        "1.50·10⁷",
        "∞",
        "–",
    ]
    times = [duration(s) for s in (5e-6, 0.0074, 0.83, 1.55, 119.0, 600.0, None)]
    assert times == ["5 µs", "7.4 ms", "830 ms", "1.6 s", "120 s", "10.0 min", "–"]
    assert [p_value(p) for p in (0.0003, 0.0015, 0.25, 1.0)] == ["< 0.001", "0.0015", "0.25", "1"]


def test_facts_of_any_kind_are_told():
    assert value(np.float32(0.5)) == "0.5"
    assert value(-18.43712) == "−18.437"
    assert value([]) == "–"
    assert value(np.arange(20)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"
    assert [value(x) for x in (True, None, "a", 3, np.array(2.5))] == ["yes", "–", "a", "3", "2.5"]
    tables = fact_tables({"a": 1, "B": {"c": 2.0}, "d": [1, 2], "E": {}})
    assert tables == {"": {"a": "1", "d": "1, 2"}, "B": {"c": "2"}}
