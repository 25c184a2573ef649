"""Whether chains mix: densities of projected states, autocorrelations, flow of replicas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..evaluate import ProjectedDensity, projected_density
from ._style import COLOURS, FAINT, INK, new_figure, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure

__all__ = ["plot_autocorrelation", "plot_projected_density", "plot_replica_flow"]

_COLUMNS = 4
_FEWEST_BINS = 8
_DARKEST_TO_LIGHTEST = 300.0  # densities told apart, at most
_MARGIN = 0.04  # of the range of all points, around them
_MASSES = (0.95, 0.5)  # of the data, within their contours
_BLUR = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0


def plot_projected_density(
    data_points: ArrayLike,
    samples: Mapping[str, ArrayLike],
    *,
    bins: int | None = None,
    data_title: str = "data",
) -> Figure:
    """Densities of projected states side by side, the data first.

    All panels have the same axes and the same logarithmic shading. The lines are the same in
    each: they enclose half and 95 % of the data, so that a mode which samples miss is an empty
    line, and one that they invent is a shade without.

    Parameters
    ----------
    data_points : array_like, (B, 2)
        Data along the first two of their `scorerbm.principal_components`.
    samples : mapping of str to array_like, (B', 2)
        Sets of samples by title, projected on the same.
    bins : int, optional
        Cells along each coordinate, at least 8; by default as many as the smallest set can fill.
    data_title : str

    Returns
    -------
    matplotlib.figure.Figure
        Not attached to pyplot; save it with ``figure.savefig(path)``.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError, ValueError
        If there is no set of samples, or one that is not made of points in the plane.
    """
    points = {data_title: _points("data_points", data_points)}
    for title, value in samples.items():
        if title == data_title:
            raise ValueError(f"samples: got a set {title!r}, expected another name than the data's")
        points[title] = _points(f"samples[{title!r}]", value)
    if len(points) == 1:
        raise ValueError("samples: got no set, expected at least one")
    fewest = min(map(len, points.values()))
    n_bins = _usual_bins(fewest) if bins is None else _check.integer("bins", bins, _FEWEST_BINS)
    edges = _common_edges(list(points.values()), n_bins)
    densities = {title: projected_density(p, edges=edges) for title, p in points.items()}
    columns = min(len(points), _COLUMNS)
    rows = math.ceil(len(points) / columns)
    with style():
        figure = new_figure(1.1 + 2.5 * columns, 0.4 + 2.85 * rows)
        panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        _draw_densities(figure, panels, densities)
    return figure


def plot_autocorrelation(rho: Mapping[str, ArrayLike], *, step: str = "sweeps") -> Figure:
    """Autocorrelations against the lag, on a logarithmic axis, one line a series.

    Parameters
    ----------
    rho : mapping of str to array_like, (T,)
        Autocorrelations at lags 0 … T - 1 by label, from `scorerbm.autocorrelation`. Lag 0 is not
        shown.
    step : str
        What a step of the series is, for the axis.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError, ValueError
        If there is no autocorrelation, or one that has no lag but zero.
    """
    lines = {k: _check.real_array(f"rho[{k!r}]", y, (None,)) for k, y in rho.items()}
    if not lines:
        raise ValueError("rho: got no autocorrelation, expected at least one")
    for label, y in lines.items():
        if len(y) < 2:
            raise ValueError(f"rho[{label!r}]: got {len(y)} lags, expected at least 2")
    with style():
        figure = new_figure(6.4, 3.8)
        panel = figure.subplots()
        panel.axhline(0.0, color=FAINT, lw=1.0)
        for k, (label, y) in enumerate(lines.items()):
            dash = "-" if k < len(COLOURS) else "--"
            colour = COLOURS[k % len(COLOURS)]
            panel.plot(np.arange(1, len(y)), y[1:], color=colour, ls=dash, label=label)
        low = min(float(y.min()) for y in lines.values())
        panel.set(xscale="log", xlabel=f"lag $t$ [{step}]", ylabel="autocorrelation $\\rho(t)$")
        panel.set_ylim(max(-1.05, min(-0.08, 1.1 * low)), 1.05)
        panel.margins(x=0.02)
        figure.legend(loc="outside upper center", ncol=min(len(lines), 4))
    return figure


def plot_replica_flow(betas: ArrayLike, fraction_up: ArrayLike, acceptance: ArrayLike) -> Figure:
    """Where replicas of parallel tempering pass, and where they are held up.

    Above, the fraction of replicas that come from one end of the ladder; dashed, the flow that
    passes all temperatures alike, where it changes by the same step from each to the next. A steep
    fall is a bottleneck: replicas on its two sides have come from different ends, and do not
    cross. Below, the fraction of accepted swaps between neighbours.

    Parameters
    ----------
    betas : array_like, (K,)
        Inverse temperatures, in increasing or in decreasing order.
    fraction_up : array_like, (K,)
        At each, the fraction of replicas whose last visit to an end was to that where the fraction
        is 1; NaN where none has been at an end.
    acceptance : array_like, (K - 1,)
        Accepted fraction of proposed swaps of each pair of neighbours; NaN where there was none.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError, ValueError
        If lengths disagree, the temperatures are in no order, or a fraction is not in [0, 1].

    References
    ----------
    Katzgraber, Trebst, Huse and Troyer, J. Stat. Mech. (2006) P03018,
    doi 10.1088/1742-5468/2006/03/P03018.
    """
    beta = _check.real_array("betas", betas, (None,))
    steps = np.diff(beta)
    if len(beta) < 2 or not ((steps > 0.0).all() or (steps < 0.0).all()):
        raise ValueError(f"betas: got {beta}, expected at least two in order")
    flow = _fractions("fraction_up", fraction_up, len(beta))
    accepted = _fractions("acceptance", acceptance, len(beta) - 1)
    if steps[0] < 0.0:
        beta, flow, accepted = beta[::-1], flow[::-1], accepted[::-1]
    even = np.linspace(0.0, 1.0, len(beta))
    known = flow[np.isfinite(flow)]
    if known.size and known[0] > known[-1]:
        even = even[::-1]
    with style():
        figure = new_figure(6.4, 5.0)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1.4, 1.0))
        above.plot(beta, even, color=FAINT, ls=(0, (5, 3)), lw=1.2, label="even flow")
        above.plot(beta, flow, color=COLOURS[0], marker="o", mec="white", mew=0.6, clip_on=False)
        end = beta[even.argmax()]
        above.set(ylabel=f"fraction last seen at $\\beta = {end:.3g}$", ylim=(0.0, 1.0))
        above.legend(loc="best")
        below.stairs(accepted, beta, fill=True, color=COLOURS[0], alpha=0.25, lw=0)
        below.stairs(accepted, beta, color=COLOURS[0], lw=1.4)
        below.set(xlabel="inverse temperature $\\beta$", ylabel="accepted swaps", ylim=(0.0, 1.0))
        below.set_xlim(beta[0], beta[-1])
    return figure


def _points(name: str, value: ArrayLike) -> Reals:
    points = _check.real_array(name, value, (None, 2))
    if len(points) == 0:
        raise ValueError(f"{name}: got no point, expected at least one")
    return points


def _usual_bins(n_points: int) -> int:
    """Cells along a side: a few points in each that is visited, at most 80."""
    return int(np.clip(round(0.65 * math.sqrt(n_points)), 16, 80))


def _common_edges(sets: list[Reals], n: int) -> tuple[Reals, Reals]:
    low = np.min([p.min(axis=0) for p in sets], axis=0)
    high = np.max([p.max(axis=0) for p in sets], axis=0)
    # Square cells of one size: both coordinates are lengths in the same space.
    half = 0.5 * (1.0 + 2.0 * _MARGIN) * float((high - low).max()) or 0.5
    middle = 0.5 * (low + high)
    x, y = (np.linspace(c - half, c + half, n + 1) for c in middle)
    return x, y


def _draw_densities(figure: Figure, panels: Any, densities: dict[str, ProjectedDensity]) -> None:
    from matplotlib.colors import LogNorm

    data = next(iter(densities.values()))
    # The data set the scale: a sampler that collapsed to a point would hide all else.
    top = float(data.values.max())
    half_a_point = min(float(d.values[d.counts > 0].min()) for d in densities.values()) / 2.0
    norm = LogNorm(max(top / _DARKEST_TO_LIGHTEST, min(half_a_point, top / 2.0)), top)
    smooth, levels = _contours(data)
    for panel, (title, density) in zip(panels.ravel(), densities.items(), strict=False):
        mesh = _shade(panel, density, norm)
        panel.contour(*_centres(data), smooth.T, levels=levels, colors=INK, linewidths=(0.6, 0.9))
        panel.set_title(title)
        panel.set_box_aspect(1.0)
    for panel in panels.ravel()[len(densities) :]:
        panel.set_axis_off()
    for panel in panels.ravel()[: len(densities)][-panels.shape[1] :]:  # nothing below them
        panel.set_xlabel("component 1")
        panel.tick_params(labelbottom=True)
    for panel in panels[:, 0]:
        panel.set_ylabel("component 2")
    bar = figure.colorbar(mesh, ax=panels, label="density", extend="both", aspect=30, pad=0.01)
    bar.ax.grid(False)


def _shade(panel: Axes, density: ProjectedDensity, norm: Any) -> QuadMesh:
    x, y = density.edges
    shown = np.ma.masked_equal(density.values.T, 0.0)  # pcolormesh's rows run along y
    panel.grid(False)
    return panel.pcolormesh(x, y, shown, norm=norm, cmap="Blues", rasterized=True)


def _centres(density: ProjectedDensity) -> tuple[Reals, Reals]:
    x, y = (0.5 * (edge[1:] + edge[:-1]) for edge in density.edges)
    return x, y


def _contours(density: ProjectedDensity) -> tuple[Reals, list[float]]:
    """The density, smoothed by a cell, and its levels that enclose given masses."""
    smooth = density.probability
    for axis in (0, 1):
        smooth = np.apply_along_axis(np.convolve, axis, smooth, _BLUR, mode="same")
    falling = np.sort(smooth, axis=None)[::-1]
    mass = np.cumsum(falling)
    levels = [float(falling[np.searchsorted(mass, m * mass[-1])]) for m in _MASSES]
    return smooth, sorted(set(levels))


def _fractions(name: str, value: ArrayLike, n: int) -> Reals:
    array = np.asarray(_check.as_array(name, value), dtype=np.float64)
    if array.shape != (n,):
        raise ValueError(f"{name}: got shape {array.shape}, expected ({n},)")
    wrong = (array < 0.0) | (array > 1.0)
    if wrong.any():
        raise ValueError(f"{name}: got {array[wrong][0]}, expected fractions between 0 and 1")
    return array
