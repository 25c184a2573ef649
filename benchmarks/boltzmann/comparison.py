"""One row: everyone's cheapest good setting, then samples a second with it, in turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from peers.ocean import Drawer
from ratios.timing import Work, clock_of, interleave, median_ratio

from .ours import OURS
from .problems import Target
from .quality import Setting, cheapest

__all__ = ["compare"]


def compare(
    target: Target,
    classes: Mapping[str, type[Drawer]],
    n_reads: int,
    n_quality: int,
    n_drawn: int | None,
    rounds: int,
    budget: float,
    patience: float,
) -> dict[str, Any]:
    """Everyone's sweeps, error and samples a second, and the ratios of ours to theirs.

    One that does not reach the floor is timed with the most sweeps that it was tried with: its
    true ratio is larger.
    """
    drawers: dict[str, Drawer] = {}
    settings: dict[str, Setting] = {}
    for name, build in (OURS | dict(classes)).items():
        drawers[name] = build(target.problem)
        settings[name] = cheapest(drawers[name], target, n_quality, n_drawn, patience)
    number = {name: min(n_reads, one.most_reads) for name, one in drawers.items()}
    work = {
        name: Work(_calls(one, number[name], settings[name].n_sweeps))
        for name, one in drawers.items()
    }
    times = interleave(work, rounds, budget, clock_of(1))
    seconds = {name: times[name] / number[name] for name in times}
    good = [name for name in OURS if settings[name].enough]
    best = min(good, key=lambda name: float(np.nanmedian(seconds[name])), default="ours")
    return {
        "problem": target.name,
        "weights": target.what,
        "reference": None if np.isinf(target.n_reference) else target.n_reference,
        "reads": number,
        "reads_of_quality": n_quality,
        "settings": {name: one._asdict() for name, one in settings.items()},
        "samples_per_second": {name: float(1.0 / np.nanmedian(x)) for name, x in seconds.items()},
        "ours": best,
        "ratios": {name: median_ratio(seconds[name], seconds[best]) for name in classes},
    }


def _calls(drawer: Drawer, n_reads: int, n_sweeps: int) -> Any:
    def run(n: int) -> None:
        for seed in range(n):
            drawer.draw(n_reads, n_sweeps, seed)

    return run
