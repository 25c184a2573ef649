"""The comparison in print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .quality import TOLERANCE

__all__ = ["footnotes", "lines"]


def lines(row: dict[str, Any]) -> Iterator[str]:
    """One table for a problem, one line for each sampler."""
    reference = row["reference"]
    against = "exact moments" if reference is None else f"{reference} tempered samples"
    yield f"{row['problem']}, {row['weights']}"
    yield f"errors of {row['reads_of_quality']} reads against {against}"
    yield f"{'sampler':16}{'reads':>7}{'sweeps':>8}{'error':>7}{'samples/s':>13}{'ratio':>10}"
    for name, setting in row["settings"].items():
        ratio = row["ratios"].get(name)
        more = "" if setting["enough"] else ">"
        cell = "" if ratio is None else f"{more}{ratio:.1f}x"
        if name == row["ours"]:
            cell = "1"
        rate = row["samples_per_second"][name]
        yield (
            f"{name:16}{row['reads'][name]:7}{setting['n_sweeps']:8}{setting['excess']:7.2f}"
            f"{rate:13,.0f}{cell:>10}"
        )


def footnotes() -> Iterator[str]:
    yield f"sweeps: the fewest with an error of at most {TOLERANCE} floors, mean of three runs"
    yield "floor: error of independent samples, that of the reference included"
    yield "ratio: a peer's time for a sample over ours, median of the rounds' ratios"
    yield ">: the floor is not reached with so many sweeps, at which it is timed"
    yield "times are CPU time of a process confined to one core"
