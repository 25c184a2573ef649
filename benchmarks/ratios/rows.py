"""One row of the table of paths: everyone checked, then timed in turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from paths import Path
from peers import installed

from .check import ACCEPT
from .timing import Work, clock_of, fastest_ratio, interleave, median_ratio

__all__ = ["check_row", "compare_row", "verdict"]


def check_row(path: Path, n_threads: int, names: list[str] | None = None) -> dict[str, Any]:
    """P-value of ours and of every installed peer doing what this path is about."""
    classes, missing = installed(_chosen(path, names), path.peers)
    builders = {"ours": path.ours, **classes}
    values = {name: path.p_value(build, n_threads) for name, build in builders.items()}
    refused = [name for name, p in values.items() if not p > ACCEPT]
    return {"p_values": values, "refused": refused, "missing": missing}


def compare_row(
    path: Path,
    size: tuple[int, int],
    n_threads: int,
    rounds: int,
    budget: float,
    names: list[str],
) -> dict[str, Any]:
    """Seconds of ours and of these peers, ratios, and whether they are what is wanted."""
    problem = path.problem(size, n_threads)
    classes, _ = installed(names, path.peers)
    contestants = {"ours": path.ours(problem)}
    contestants |= {name: build(problem) for name, build in classes.items()}
    work = {name: Work(one.run, one.fewest) for name, one in contestants.items()}
    times = interleave(work, rounds, budget, clock_of(n_threads))
    ratios = {name: median_ratio(times[name], times["ours"]) for name in classes}
    return {
        "path": path.name,
        "title": path.title,
        "size": list(size),
        "work": path.work,
        "seconds": {name: float(np.nanmedian(x)) / path.units for name, x in times.items()},
        "rounds": {name: _finite(x / path.units) for name, x in times.items()},
        "ratio": ratios,
        "ratio_of_fastest": {name: fastest_ratio(times[name], times["ours"]) for name in classes},
        **verdict(ratios, path.bars_at(size)),
    }


def verdict(ratios: Mapping[str, float], bars: Mapping[str, float]) -> dict[str, Any]:
    """Which of the wanted ratios are reached: of the peers that are there."""
    return {
        "bars": dict(bars),
        "reached": {name: ratios[name] >= bar for name, bar in bars.items() if name in ratios},
    }


def _chosen(path: Path, names: list[str] | None) -> list[str]:
    return [name for name in path.peers if names is None or name in names]


def _finite(seconds: Any) -> list[float]:
    return [float(x) for x in seconds if np.isfinite(x)]
