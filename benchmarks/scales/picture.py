"""Costs over sizes in one figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scorerbm.plot._style import COLOURS, FAINT, MARKERS, style

from .costs import AXES

__all__ = ["draw"]


def draw(curves: Sequence[dict[str, Any]], path: Path) -> None:
    """One panel an axis; for each work its times and the straight line through them."""
    with style():
        import matplotlib.pyplot as plt

        names = [name for name in AXES if any(curve["axis"] == name for curve in curves)]
        figure, panels = plt.subplots(
            1, len(names), figsize=(3.6 * len(names), 3.2), layout="constrained", squeeze=False
        )
        for panel, name in zip(panels[0], names, strict=True):
            _panel(panel, [curve for curve in curves if curve["axis"] == name])
            panel.set_xlabel(AXES[name].label)
        panels[0, 0].set_ylabel("seconds a call")
        figure.savefig(path, dpi=150)
        plt.close(figure)


def _panel(panel: Any, curves: Sequence[dict[str, Any]]) -> None:
    for i, curve in enumerate(curves):
        x, y = np.array(curve["sizes"]), np.array(curve["seconds"])
        label = f"{curve['work']}: {curve['slope']:.2f}"
        panel.loglog(x, y, color=COLOURS[i], marker=MARKERS[i], linestyle="none", label=label)
        fine = np.geomspace(x[0], x[-1], 50)
        fit = curve["line"]
        panel.loglog(fine, fit["fixed"] + fit["each"] * fine, color=COLOURS[i], linewidth=1.0)
        panel.loglog(x, y[-1] * x / x[-1], color=FAINT, linestyle=":", linewidth=1.0)
    panel.xaxis.set_minor_formatter("")
    panel.legend(title="slope at the upper decade", fontsize=8, title_fontsize=8)
