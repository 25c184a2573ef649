"""Tables of what has been run, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from quality.cache import Cache

from . import machines
from .problem import Problem


def tables(cache: Cache, problem: Problem, names: Iterable[str], hidden: Sequence[int]) -> str:
    """Everything that is in files under these names."""
    found = {name: cache.get(name, dict) for name in names if cache.path(name).exists()}
    parts = [
        _exact({k: x for k, x in found.items() if k.startswith("exact/")}, hidden[0]),
        _large({k: x for k, x in found.items() if k.startswith("large/")}, hidden[1]),
        *(_rivals(found[f"rivals/{m}"], m) for m in hidden if f"rivals/{m}" in found),
        f"Per standard deviation without a floor: {-problem.between_units:+.3f} nats.",
    ]
    return "\n\n".join(part for part in parts if part)


def _exact(found: dict[str, Any], n_hidden: int) -> str:
    rows = []
    for method in machines.METHODS:
        cells = [method]
        for scale in machines.SCALES:
            runs = [x for k, x in found.items() if k.startswith(f"exact/{method}-{scale}-")]
            test = [x["test"] for x in runs]
            mean = f"{sum(test) / len(test):.2f}" if test else "-"
            cells += [mean, f"{min(test):.2f}" if test else "-", str(len(test))]
        rows.append(cells)
    if not found:
        return ""
    head = [f"M = {n_hidden}"]
    for scale in machines.SCALES:
        head += [f"{scale} scale, mean", "worst", "seeds"]
    return _table(head, rows)


def _large(found: dict[str, Any], n_hidden: int) -> str:
    rows = [
        [
            Path(name).name,
            f"{x['test']:.2f} ± {x['error']:.2f}",
            f"{x['test_from_above']:.2f} ± {x['error_from_above']:.2f}",
        ]
        for name, x in found.items()
    ]
    head = [f"M = {n_hidden}", "ln Z from below", "ln Z from above"]
    return _table(head, rows) if rows else ""


def _rivals(found: dict[str, Any], n_hidden: int) -> str:
    rows = [
        [name, str(x["n_parameters"]), str(x["setting"]), f"{x['test']:.2f}"]
        for name, x in found.items()
    ]
    return _table([f"beside M = {n_hidden}", "parameters", "setting", "test"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
