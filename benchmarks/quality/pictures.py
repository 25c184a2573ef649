"""Figures of the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import scorerbm as sr
from scorerbm.plot._style import COLOURS, FAINT, MARKERS, style

from .problems import Bits, Problem

__all__ = ["draw_curves", "draw_digits", "draw_plane"]

Curves = Mapping[str, Mapping[str, list[dict[str, Any]]]]
"""Of problems and methods."""


def draw_curves(
    curves: Curves,
    floors: Mapping[str, float],
    targets: Mapping[str, float],
    path: Path,
    clock: str = "cpu",
) -> None:
    """Test likelihood against seconds, a panel a problem; a line is one training, end marked."""
    import matplotlib.pyplot as plt

    methods = dict.fromkeys(method for of in curves.values() for method in of)
    numbers = {method: k for k, method in enumerate(methods)}
    with style():
        figure, axes = plt.subplots(
            1, len(curves), figsize=(3.1 * len(curves), 3.4), layout="constrained", squeeze=False
        )
        for axis, (problem, of) in zip(axes[0], curves.items(), strict=True):
            best = float("-inf")
            for method, runs in of.items():
                k = numbers[method]
                for i, run in enumerate(runs):
                    x, y = (np.array([p[c] for p in run["points"]]) for c in (clock, "test"))
                    axis.plot(x, y, "-", color=COLOURS[k], lw=1.0, alpha=0.6)
                    axis.plot(x[-1:], y[-1:], MARKERS[k], color=COLOURS[k], ms=5,
                              label=method if i == 0 else None)  # fmt: skip
                    best = max(best, y.max())
            floor = floors[problem]
            axis.axhline(floor, color=FAINT, lw=0.8, ls=":")
            if problem in targets:
                axis.axhline(targets[problem], color=FAINT, lw=0.8, ls="--")
            axis.set(xscale="log", ylim=(floor, best + 0.06 * (best - floor)),
                     xlabel="CPU seconds of training" if clock == "cpu" else "seconds")  # fmt: skip
            axis.set_title(problem)
        axes[0][0].set_ylabel("test log-likelihood [nats]")
        shown: dict[str, Any] = {}
        for axis in axes[0]:
            handles, labels = axis.get_legend_handles_labels()
            shown |= dict(zip(labels, handles, strict=True))
        figure.legend(shown.values(), shown.keys(), loc="outside lower center", ncols=len(shown))
        figure.savefig(path, dpi=100)
        plt.close(figure)


def draw_digits(rows: Mapping[str, Bits], shape: Sequence[int], path: Path, n: int = 12) -> None:
    """One line of images a set of states."""
    import matplotlib.pyplot as plt

    height, width = shape
    with style():
        figure, axes = plt.subplots(
            len(rows), 1, figsize=(0.5 * n + 2.0, 0.62 * len(rows)), layout="constrained"
        )
        for axis, (name, states) in zip(axes, rows.items(), strict=True):
            images = states[:n].reshape(-1, height, width)
            strip = np.full((height, n * (width + 2)), np.nan)
            for k, image in enumerate(images):
                strip[:, k * (width + 2) : k * (width + 2) + width] = image
            axis.imshow(strip, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            axis.set_axis_off()
            axis.text(-8, height / 2, name, ha="right", va="center", fontsize=8.5)
        figure.savefig(path, dpi=100, bbox_inches="tight")
        plt.close(figure)


def draw_plane(problem: Problem, sets: Mapping[str, Bits], path: Path, columns: int = 4) -> None:
    """States in the plane where the data vary most, grey the data themselves."""
    import matplotlib.pyplot as plt

    plane = sr.principal_components(problem.train)
    data = plane.project(problem.train)
    low, high = data.min(axis=0) - 3.0, data.max(axis=0) + 3.0
    n_rows = -(-len(sets) // columns)
    with style():
        figure, axes = plt.subplots(
            n_rows, columns, figsize=(2.3 * columns, 2.3 * n_rows), layout="constrained",
            sharex=True, sharey=True, squeeze=False,
        )  # fmt: skip
        for axis, (name, states) in zip(axes.ravel(), sets.items(), strict=False):
            points = plane.project(states)
            axis.plot(*data[::4].T, ".", color="#cfcfcf", ms=2.0)
            axis.plot(*points[:600].T, ".", color=COLOURS[0], ms=2.0, alpha=0.6)
            axis.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
            axis.set_title(name, fontsize=9)
        for axis in axes.ravel()[len(sets) :]:
            axis.set_axis_off()
        figure.savefig(path, dpi=90)
        plt.close(figure)
