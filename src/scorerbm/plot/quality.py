"""Quality against cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..backends.protocol import Reals
from ..evaluate.measurements import Measurements, Record
from ..evaluate.reference import METRICS, SIGNED
from ._style import COLOURS, FAINT, INK, MARKERS, new_figure, style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_quality", "road_style"]

_DATA = "the data"
_RING: dict[str, Any] = {
    "ls": "", "marker": "o", "ms": 12, "mfc": "none", "mec": INK, "mew": 1.6, "zorder": 5,
    "clip_on": False,
}  # fmt: skip
_COSTS = ("passes", "seconds")
_COST_LABELS = ("score evaluations, or Gibbs sweeps, a sample", "wall time of a set of samples [s]")


def plot_quality(measurements: Measurements) -> Figure:
    """Errors of every road against its cost, both on logarithmic axes.

    One row of panels an error; on the left the cost is the number of score evaluations (of Gibbs
    sweeps for a road without a diffusion), on the right the wall time. Lines are means over the
    seeds, shades their range. The grey band is where the means of exact sets of the same size and
    number lie, but for the level of the test; a ringed point is the first from which on the road
    cannot be told from exact samples. Errors below the axis are drawn on its edge.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    metrics = measurements.metrics
    with style():
        figure = new_figure(10.5, 1.2 + 3.0 * len(metrics))
        axes = figure.subplots(len(metrics), 2, sharex="col", sharey="row", squeeze=False)
        for row, metric in zip(axes, metrics, strict=True):
            bottom = _draw_floor(measurements, metric, row)
            for cost, panel in zip(_COSTS, row, strict=True):
                for road in measurements.roads:
                    _draw_road(measurements, road, metric, cost, bottom, panel)
            row[0].set_ylabel(_label(metric))
        for panel, label in zip(axes[-1], _COST_LABELS, strict=True):
            panel.set_xlabel(label)
        _draw_legend(figure, axes[0, 1], _floor_label(measurements))
    return figure


class RoadStyle(NamedTuple):
    """How a road is drawn; a star for one that has nothing to scan."""

    colour: str
    marker: str
    line: str


def road_style(measurements: Measurements, road: str) -> RoadStyle:
    """A style that no other road has, up to fourteen; colours come again with dashes."""
    number = list(measurements.roads).index(road)
    again, colour = divmod(number, len(COLOURS))
    marker = MARKERS[(number + 3 * again) % len(MARKERS)]
    single = len(measurements.roads[road].budgets) == 1
    return RoadStyle(COLOURS[colour], "*" if single else marker, "--" if again else "-")


def _label(metric: str) -> str:
    name = METRICS[metric]
    if metric not in SIGNED:
        return name
    symbol, _, unit = name.partition(" ")
    return f"|{symbol}| {unit}".strip()


def _draw_floor(measurements: Measurements, metric: str, row: Any) -> float:
    """Shade the floor and set the axes; return the lower end of the vertical one."""
    top = measurements.floor_limit(metric)
    bottom = 0.25 * top
    data = measurements.data_errors
    for panel in row:
        panel.set_xscale("log")
        panel.set_yscale("log")
        panel.axhspan(bottom, top, color="#dcdcdc", lw=0, label=_floor_label(measurements))
        if data is not None and abs(data[metric]) > bottom:
            panel.axhline(abs(data[metric]), color=FAINT, lw=1.2, ls=(0, (5, 3)), label=_DATA)
    worst = max(_height(measurements.curves, metric, bottom))
    row[0].set_ylim(bottom, 1.6 * max(worst, 2.0 * top))
    return bottom


def _floor_label(measurements: Measurements) -> str:
    kind = "exact" if measurements.settings["reference_is_exact"] else "reference"
    return f"{kind} samples ({100.0 * measurements.coverage:.1f} %)"


def _height(points: list[Record], metric: str, bottom: float) -> Reals:
    values = (
        np.abs([p[metric] for p in points]) if metric in SIGNED else [p[metric] for p in points]
    )
    finite = np.where(np.isfinite(values), values, np.nan)
    return np.fmax(finite, bottom)


def _cost(point: Record, cost: str) -> float | None:
    if cost == "seconds":
        return float(point["seconds"])
    evaluations = point["score_evaluations"]
    passes = point["sweeps"] if evaluations is None else evaluations
    return None if passes is None else float(passes)


def _draw_road(
    measurements: Measurements, road: str, metric: str, cost: str, bottom: float, panel: Axes
) -> None:
    priced = [(p, _cost(p, cost)) for p in measurements.curve(road)]
    points = [p for p, paid in priced if paid is not None]
    x = np.array([paid for _, paid in priced if paid is not None])
    if not points:
        return
    y = _height(points, metric, bottom)
    colour, marker, line = road_style(measurements, road)
    low, high = (_edge(points, metric, end, bottom) for end in (0, 1))
    panel.fill_between(x, low, high, color=colour, alpha=0.16, lw=0)
    size = 12 if marker == "*" else None
    panel.plot(
        x, y, color=colour, marker=marker, ls=line, ms=size, mec="white", mew=0.6, clip_on=False,
        label=measurements.roads[road].label,
    )  # fmt: skip
    reached = next(s["budget"] for s in measurements.summary if s["road"] == road)
    for point, xi, yi in zip(points, x, y, strict=True):
        if point["budget"] == reached:
            panel.plot([xi], [yi], **(_RING | {"mec": colour}))


def _edge(points: list[Record], metric: str, end: int, bottom: float) -> Reals:
    """Lower or upper end of the seeds' range, folded at zero for a signed error."""
    ranges = np.array([p[f"{metric}_range"] for p in points])
    if metric in SIGNED:
        across = (ranges[:, 0] < 0.0) & (ranges[:, 1] > 0.0)
        ranges = np.sort(np.abs(ranges), axis=1)
        ranges[across, 0] = 0.0
    finite = np.where(np.isfinite(ranges[:, end]), ranges[:, end], np.nan)
    return np.fmax(finite, bottom)


def _draw_legend(figure: Figure, panel: Axes, floor: str) -> None:
    """List the roads, then what the other marks mean, above all panels."""
    from matplotlib.lines import Line2D

    handles, labels = panel.get_legend_handles_labels()
    entries: dict[str, Artist] = dict(zip(labels, handles, strict=True))
    entries["first at the floor"] = Line2D([], [], **_RING)
    marks = [label for label in (floor, _DATA) if label in entries]
    order = [label for label in entries if label not in marks] + marks
    figure.legend([entries[k] for k in order], order, loc="outside upper center", ncol=3)
