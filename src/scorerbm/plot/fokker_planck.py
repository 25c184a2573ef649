"""The density of the noised model, found in four ways, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..backends.protocol import Reals
from ..fokker_planck import DensityComparison
from ._style import COLOURS, INK, new_figure, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_densities"]

_CONTOURS = (0.1, 0.3, 0.6, 0.9)  # fractions of the largest density
_SHOWN = 1e-3  # of the largest density of a row: the view ends where all is below


def plot_densities(comparison: DensityComparison) -> Figure:
    """Draw a comparison: a row for each time, a column for each way.

    Parameters
    ----------
    comparison : DensityComparison
        From `scorerbm.fokker_planck.compare_densities`, of one visible unit (curves and
        histograms, the closed form drawn over each) or of two (maps with the closed form's
        contours).

    Returns
    -------
    matplotlib.figure.Figure
        Not attached to pyplot; save it with ``figure.savefig(path)``.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    with style():
        if comparison.closed_form.values.ndim == 2:
            return _curves(comparison)
        return _maps(comparison)


def _curves(comparison: DensityComparison) -> Figure:
    columns = {
        "Fokker–Planck equation": comparison.solved,
        "forward SDE": comparison.forward,
        "reverse SDE": comparison.reverse,
    }
    exact, rows = comparison.closed_form, len(comparison.times)
    figure = new_figure(9.0, 0.6 + 1.7 * rows)
    view = _view(exact.centres, exact.values)
    panels = figure.subplots(rows, 3, sharex=True, sharey="row", squeeze=False)
    for row, t in enumerate(comparison.times):
        for panel, way, colour in zip(panels[row], columns.values(), COLOURS, strict=False):
            panel.stairs(way.values[row], way.edges, fill=True, color=colour, alpha=0.55)
            panel.plot(exact.centres, exact.values[row], color=INK, lw=1.0)
            panel.set(xlim=view, ylim=(0.0, 1.15 * exact.values[row].max()))
        panels[row, 0].set_ylabel("$p_t(v)$")
        _say_time(panels[row, 0], t)
    for panel, title in zip(panels[0], columns, strict=True):
        panel.set_title(title)
    for panel in panels[-1]:
        panel.set_xlabel("$v$")
    panels[0, -1].plot([], [], color=INK, lw=1.0, label="closed form")
    panels[0, -1].legend(loc="upper right", fontsize=8)
    return figure


def _maps(comparison: DensityComparison) -> Figure:
    columns = {
        "closed form": comparison.closed_form,
        "Fokker–Planck equation": comparison.solved,
        "forward SDE": comparison.forward,
        "reverse SDE": comparison.reverse,
    }
    exact, rows = comparison.closed_form, len(comparison.times)
    figure = new_figure(9.6, 0.5 + 2.25 * rows)
    panels = figure.subplots(rows, 4, sharex="row", sharey="row", squeeze=False)
    for row, t in enumerate(comparison.times):
        view = _view(exact.centres, exact.values[row : row + 1])
        top = float(exact.values[row].max())
        for panel, way in zip(panels[row], columns.values(), strict=True):
            # imshow's rows run along y: the second unit.
            extent = (way.edges[0], way.edges[-1], way.edges[0], way.edges[-1])
            image = panel.imshow(
                way.values[row].T, origin="lower", extent=extent, cmap="Blues", vmin=0.0, vmax=top
            )
            levels = top * np.array(_CONTOURS)
            panel.contour(
                exact.centres, exact.centres, exact.values[row].T,
                levels=levels, colors=INK, linewidths=0.5, alpha=0.7,
            )  # fmt: skip
            panel.set(xlim=view, ylim=view)
            panel.grid(False)
        bar = figure.colorbar(image, ax=panels[row, -1], label="$p_t(v)$", fraction=0.08)
        bar.ax.grid(False)
        _say_time(panels[row, 0], t)
        panels[row, 0].set_ylabel("$v_2$")
    for panel, title in zip(panels[0], columns, strict=True):
        panel.set_title(title)
    for panel in panels[-1]:
        panel.set_xlabel("$v_1$")
    return figure


def _say_time(panel: Axes, t: float) -> None:
    panel.text(0.04, 0.95, f"$t = {t:.2g}$", transform=panel.transAxes, va="top")


def _view(centres: Reals, densities: Reals) -> tuple[float, float]:
    """The interval outside of which densities (T, n[, n]) are negligible on every axis."""
    seen = np.zeros(len(centres), dtype=bool)
    for density in densities:
        visible: Reals = density > _SHOWN * density.max()
        for axis in range(density.ndim):
            others = tuple(k for k in range(density.ndim) if k != axis)
            seen |= visible.any(axis=others)
    return float(centres[seen][0]), float(centres[seen][-1])
