"""The comparison in print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["footnotes", "heading", "ratio_lines", "speed_lines", "tempering_line"]

RATIO_COLUMNS = f"{'N x M, chains':18} {'level':10} {'ours':6} {'grid':>6} {'chain-sweeps/s':>14} "
RATIO_COLUMNS += f"{'GMAC/s':>7}  {'best of three':>18} "


def heading(names: Sequence[str]) -> str:
    return RATIO_COLUMNS + "".join(f"{name:>11}" for name in names)


def ratio_lines(row: dict[str, Any], level: str, names: Sequence[str], which: str) -> Iterator[str]:
    """One line a precision; ``which`` of the ratios: of the median or of the fastest round."""
    for precision, own in row["ours"].items():
        ratios, best = row["ratios"][precision][which], row["ratios"][precision]["best"]
        headline = "" if best is None else f"{ratios[best]:.2f}x ({best})"
        yield (
            f"{_size(row):18} {level:10} {precision:6} {_grid(own['grid']):>6} "
            f"{own['chain_sweeps_per_second']:14,.0f} {own['gmac_per_second']:7.1f}  "
            f"{headline:>18} " + "".join(_cell(ratios.get(name), "x") for name in names)
        )


def speed_lines(row: dict[str, Any], names: Sequence[str]) -> Iterator[str]:
    """What the ratios are of: each peer's own effective GMAC/s and chain-sweeps."""
    for label, key, digits in (("GMAC/s", "gmac_per_second", 2), ("chain-sweeps/s", None, 0)):
        values = [
            row["peers"].get(name, {}).get(key or "chain_sweeps_per_second") for name in names
        ]
        cells = "".join(_cell(value, "", digits) for value in values)
        yield f"{_size(row):18} {label:>{len(RATIO_COLUMNS) - 20}} {cells}"


def tempering_line(row: dict[str, Any], which: str) -> str:
    seconds = row["seconds_per_sweep"]
    return (
        f"{_size(row):18} {row['n_ladders']} ladders: {1e3 * seconds['tempered']:.3f} ms a sweep, "
        f"plain chains: {1e3 * seconds['plain']:.3f} ms, {row[which]:.2f} times as much"
    )


def footnotes(n_threads: int) -> Iterator[str]:
    yield "ratios: a peer's time over ours, median of the rounds' ratios"
    yield "best of three: the fastest of PyTorch, JAX and NumPy; bfloat16 counts against int16 only"
    yield "GMAC/s: 2 N M C products a sweep over its time, done or not"
    if n_threads == 1:
        yield "times are CPU time of a process confined to one core"
    else:
        yield "times are wall clock: busy neighbours spoil them, the fastest rounds least"
        yield "a peer that is slower than on one thread was disturbed: do not quote its ratio"


def _size(row: dict[str, Any]) -> str:
    n, m, n_chains = row["size"]
    return f"{n} x {m}, {n_chains}"


def _grid(spacing: float) -> str:
    """2^-k, as the grid is a power of two."""
    mantissa, exponent = float(spacing).hex().split("p")
    return f"2^{int(exponent)}" if mantissa == "0x1.0000000000000" else f"{spacing:.1e}"


def _cell(value: float | None, unit: str, digits: int = 2) -> str:
    return f"{'-':>11}" if value is None else f"{f'{value:,.{digits}f}{unit}':>11}"
