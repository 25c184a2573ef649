"""What was measured, as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import scorerbm as sr

from .measures import thinned
from .problem import Problem, Reals, Run


def picture(problem: Problem, runs: Mapping[str, Run], path: Path) -> None:
    """Densities of all samplers on the plane of the data, and autocorrelations."""
    import matplotlib.pyplot as plt

    from scorerbm.plot._style import style

    panels = {"data": problem.plane.project(problem.train)}
    drawn = [name for name in runs if not name.startswith("Gibbs from frequencies")]
    panels |= {name: thinned(runs[name]) for name in drawn}
    n_columns = 5
    n_rows = -(-len(panels) // n_columns)
    with style():
        figure = plt.figure(figsize=(12.0, 2.35 * n_rows + 3.3), layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=(2.35 * n_rows, 3.3))
        axes = above.subplots(n_rows, n_columns, sharex=True, sharey=True).ravel()
        for axis, (name, points) in zip(axes, panels.items(), strict=False):
            draw_density(axis, problem, points)
            axis.set_title(name, fontsize=9.5)
        for axis in axes[len(panels) :]:
            axis.set_axis_off()
        above.supxlabel("component 1 of the data", fontsize=9.5)
        above.supylabel("component 2", fontsize=9.5)
        draw_autocorrelations(below, runs)
        figure.savefig(path, dpi=100)
        plt.close(figure)


def draw_density(axis: Any, problem: Problem, points: Reals) -> None:
    """Shades of the samples, an outline of the data, and the weight of each mode in per cent."""
    from matplotlib.colors import LogNorm
    from matplotlib.patheffects import withStroke

    from scorerbm.plot._style import COLOURS, FAINT, INK

    density = problem.density(points)
    x, y = density.edges
    filled = np.ma.masked_equal(density.probability.T, 0.0)
    axis.pcolormesh(x, y, filled, cmap="Blues", norm=LogNorm(3e-4, 0.3), rasterized=True)
    of_data = problem.density(problem.plane.project(problem.train)).probability.T
    middles = (0.5 * (edge[1:] + edge[:-1]) for edge in (x, y))
    axis.contour(*middles, of_data, levels=[2e-3], colors=FAINT, linewidths=0.9)
    values = sr.mode_weights(points, problem.centres).values
    for centre, value in zip(problem.centres, values, strict=True):
        axis.plot(*centre, "o", color=COLOURS[1], ms=3.5)
        axis.annotate(f"{100.0 * value:.0f}", centre, (6, 0), textcoords="offset points",
                      va="center", color=INK, fontsize=9,
                      path_effects=[withStroke(linewidth=2.5, foreground="white")])  # fmt: skip
    axis.grid(False)


def draw_autocorrelations(figure: Any, runs: Mapping[str, Run]) -> None:
    from scorerbm.plot._style import COLOURS, FAINT

    left, right = figure.subplots(1, 2, sharey=True)
    chains = [(name, run) for name, run in runs.items() if run.is_chain and "mode" not in name]
    for k, (name, run) in enumerate(chains):
        for axis, x in ((left, run.points[..., 0]), (right, run.energy)):
            rho = sr.autocorrelation(x)
            lag = run.every * np.arange(len(rho))
            # Those from random bits and from data lie on each other.
            axis.plot(lag[1:], rho[1:], "--" if k == 1 else "-", color=COLOURS[k], label=name)
    for axis, name in ((left, "component 1"), (right, "energy")):
        axis.axhline(0.0, color=FAINT, lw=0.8)
        axis.set(xscale="log", ylim=(-0.1, 1.05), xlabel="lag [sweeps of each replica]")
        axis.set_title(f"autocorrelation of {name}", fontsize=9.5)
    right.legend(fontsize=9)
