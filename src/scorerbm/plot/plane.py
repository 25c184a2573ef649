"""Models of two real units, and samples of them, as densities in the plane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..evaluate import plane_probability, projected_density
from ..rbm import GaussianRBM
from ._style import INK, new_figure, style

__all__ = ["plot_plane"]

_FINE = 160  # cells along a side of a model's own density
_CONTOURS = (0.05, 0.3, 0.8)  # parts of the largest density
_MARGIN = 0.08
_LEFT_OUT = 0.2  # per cent of the points on each side, which would widen the view

Panels = Mapping[str, ArrayLike | GaussianRBM]


def plot_plane(rows: Mapping[str, Panels], *, bins: int = 60) -> Any:
    """Densities of models of two real units and of samples, side by side.

    The panels of a row have the same axes and the same shading, and each has the contours of the
    row's first model, so that what samples miss or invent is seen.

    Parameters
    ----------
    rows : mapping of str to (mapping of str to GaussianRBM or array_like, (B, 2))
        For each row by its title the panels by theirs: models, whose exact density is drawn, or
        points in the units of the data, as `SampleSet.data` has them.
    bins : int
        Cells along each side of a histogram of points.

    Returns
    -------
    matplotlib.figure.Figure
        Not attached to pyplot; save it with ``figure.savefig(path)``.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    TypeError, ValueError
        If there is no panel, a row has no points to choose its axes by, or a panel is neither
        points in the plane nor a model of two units.
    """
    n_bins = _check.integer("bins", bins, 4)
    checked = {title: _checked(title, panels) for title, panels in rows.items()}
    if not checked:
        raise ValueError("rows: got none, expected at least one")
    columns = max(map(len, checked.values()))
    with style():
        figure = new_figure(0.6 + 2.15 * columns, 0.35 + 2.2 * len(checked))
        grid = figure.subplots(len(checked), columns, squeeze=False)
        for axes, (title, panels) in zip(grid, checked.items(), strict=True):
            _draw_row(axes, title, panels, n_bins)
    return figure


def _checked(row: str, panels: Panels) -> dict[str, Reals | GaussianRBM]:
    found: dict[str, Reals | GaussianRBM] = {}
    for title, panel in panels.items():
        if isinstance(panel, GaussianRBM):
            found[title] = panel
        else:
            name = f"rows[{row!r}][{title!r}]"
            found[title] = _check.real_array(name, panel, (None, 2))
    if not any(isinstance(panel, np.ndarray) and len(panel) > 0 for panel in found.values()):
        raise ValueError(f"rows[{row!r}]: got no points, expected some to choose the axes by")
    return found


def _draw_row(axes: Any, title: str, panels: dict[str, Reals | GaussianRBM], n_bins: int) -> None:
    points = [panel for panel in panels.values() if isinstance(panel, np.ndarray)]
    fine, coarse = (_edges(points, n) for n in (_FINE, n_bins))
    exact = {
        name: plane_probability(panel, fine) / _area(fine)
        for name, panel in panels.items()
        if isinstance(panel, GaussianRBM)
    }
    drawn = {
        name: projected_density(panel, edges=coarse).values
        for name, panel in panels.items()
        if isinstance(panel, np.ndarray)
    }
    first = next(iter(exact.values()), None)
    top = float(first.max()) if first is not None else max(float(d.max()) for d in drawn.values())
    for axis, name in zip(axes, panels, strict=False):
        edges, density = (fine, exact[name]) if name in exact else (coarse, drawn[name])
        axis.grid(False)
        axis.pcolormesh(*edges, density.T, vmin=0.0, vmax=top, cmap="Blues", rasterized=True)
        if first is not None:
            centres = (0.5 * (edge[1:] + edge[:-1]) for edge in fine)
            levels = [top * part for part in _CONTOURS]
            axis.contour(*centres, first.T, levels=levels, colors=INK, linewidths=0.5, alpha=0.7)
        axis.set_title(name)
        axis.set_box_aspect(1.0)
        if axis is not axes[0]:
            axis.tick_params(labelleft=False)
    axes[0].set_ylabel(title)
    for axis in axes[len(panels) :]:
        axis.set_axis_off()


def _edges(points: list[Reals], n: int) -> tuple[Reals, Reals]:
    """Square cells around nearly all of the points."""
    limits = [np.percentile(p, [_LEFT_OUT, 100.0 - _LEFT_OUT], axis=0) for p in points]
    low, high = np.min([x[0] for x in limits], axis=0), np.max([x[1] for x in limits], axis=0)
    half = 0.5 * (1.0 + 2.0 * _MARGIN) * float((high - low).max()) or 0.5
    x, y = (np.linspace(c - half, c + half, n + 1) for c in 0.5 * (low + high))
    return x, y


def _area(edges: tuple[Reals, Reals]) -> Reals:
    return np.outer(*map(np.diff, edges))
