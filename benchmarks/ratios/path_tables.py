"""The table of paths in print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["PEER_COLUMNS", "check_line", "footnotes", "heading", "ratio_line", "summary"]

PEER_COLUMNS = ("torch", "torch-compiled", "jax", "diffrax", "torchsde", "rbms", "numba")
_TITLE, _WIDTH = 52, 18


def heading() -> str:
    columns = "".join(f"{name:>{_WIDTH}}" for name in PEER_COLUMNS)
    return f"{'path':{_TITLE}} {'N x M':>10} {'ours, ms':>10}{columns}"


def ratio_line(row: dict[str, Any], which: str = "ratio") -> str:
    """Our milliseconds; for each peer its time over ours, and what was wanted.

    ``which`` of the ratios: ``ratio``, of which the verdict is, or ``ratio_of_fastest``.
    """
    n, m = row["size"]
    cells = "".join(f"{_cell(row, name, which):>{_WIDTH}}" for name in PEER_COLUMNS)
    ours = 1e3 * row["seconds"]["ours"]
    return f"{row['title']:{_TITLE}} {f'{n} x {m}':>10} {ours:10.3f}{cells}"


def _cell(row: dict[str, Any], name: str, which: str) -> str:
    if name not in row["ratio"]:
        return "-"
    bar = row["bars"].get(name)
    if bar is None or which != "ratio":
        return f"{row[which][name]:.2f}x"
    relation = ">=" if row["reached"][name] else "<"
    return f"{row['ratio'][name]:.2f}x {relation} {bar:g}"


def check_line(name: str, result: dict[str, Any]) -> str:
    """P-values of a row, and who is refused."""
    values = ", ".join(f"{who} {p:.2g}" for who, p in result["p_values"].items())
    refused = f"  REFUSED: {', '.join(result['refused'])}" if result["refused"] else ""
    return f"{name:20} p = {values}{refused}"


def summary(rows: Sequence[dict[str, Any]]) -> str:
    """How many of the wanted ratios are reached."""
    reached = [x for row in rows for x in row["reached"].values()]
    return f"{sum(reached)} of {len(reached)} wanted ratios are reached"


def footnotes(n_threads: int) -> Iterator[str]:
    yield "ratios: a peer's time over ours, median of the rounds' ratios, beside the one wanted"
    yield "score: one evaluation at 1024 states; Euler-Maruyama: an integration of 1024 particles,"
    yield "  its start and its last draw of bits included, divided by its steps"
    yield "real units: a sweep of 1024 chains; Gibbs-Langevin takes its K steps as one draw"
    yield "training: a fit, its start included, divided by its updates; everyone's step has the"
    yield "  batch's rows, samples or noise, loss, centred gradient and Adam, rbms's its own"
    if n_threads == 1:
        yield "times are CPU time of a process confined to one core"
    else:
        yield "times are wall clock: busy neighbours spoil them, the fastest rounds least"
