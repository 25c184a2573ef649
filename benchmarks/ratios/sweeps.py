"""One row of the comparison: our precisions and the peers on the same problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from peers import Peer, Problem

from .ours import PRECISIONS, Ours
from .timing import Work, clock_of, fastest_ratio, interleave, median_ratio

__all__ = ["Size", "compare", "problem"]


class Size(NamedTuple):
    n_visible: int
    n_hidden: int
    n_chains: int

    def __str__(self) -> str:
        return f"{self.n_visible}x{self.n_hidden} C={self.n_chains}"

    @property
    def products(self) -> int:
        """Multiplications of one sweep of all chains, were they done."""
        return 2 * self.n_visible * self.n_hidden * self.n_chains


def problem(size: Size, n_threads: int) -> Problem:
    """W ~ N(0, 1/N), biases ~ N(0, 0.1²), chains from fair coins."""
    n, m, n_chains = size
    rng = np.random.default_rng(0)
    draws = rng.normal(0.0, 1.0 / np.sqrt(n), (n, m)), *(rng.normal(0.0, 0.1, k) for k in (n, m))
    w, b, c = (x.astype(np.float32) for x in draws)
    return Problem(w, b, c, rng.integers(0, 2, (n_chains, n), dtype=np.uint8), n_threads)


def compare(
    size: Size, classes: Mapping[str, type[Peer]], n_threads: int, rounds: int, budget: float
) -> dict[str, Any]:
    """Seconds a sweep of everyone in every round, and the ratios."""
    given, lines = problem(size, n_threads), []
    ours, others = {}, {}
    for precision in PRECISIONS:
        try:
            ours[precision] = Ours(given, precision)
            ours[precision].run(1)  # a grid too coarse for the weights shows at the first sweep
        except (OverflowError, ValueError) as error:
            ours.pop(precision, None)
            lines.append(f"{precision}: left out at {size}, {error}")
    for name, peer in classes.items():
        if peer.most_weights is not None and given.n_weights > peer.most_weights:
            lines.append(f"{name}: left out at {size}, more than {peer.most_weights} weights")
        else:
            others[name] = peer(given)
    work = {name: Work(one.run, one.fewest) for name, one in (ours | others).items()}
    times = interleave(work, rounds, budget, clock_of(n_threads))
    return {
        "size": list(size),
        "ours": {name: _figures(size, times[name]) | {"grid": ours[name].grid()} for name in ours},
        "peers": {name: _figures(size, times[name]) for name in others},
        "ratios": {name: _ratios(name, others, times) for name in ours},
        "left_out": lines,
    }


def _figures(size: Size, seconds: Any) -> dict[str, Any]:
    median = float(np.nanmedian(seconds))
    return {
        "seconds_per_sweep": [float(x) for x in seconds if np.isfinite(x)],
        "chain_sweeps_per_second": size.n_chains / median,
        "gmac_per_second": size.products / median / 1e9,
    }


def _ratios(precision: str, others: Mapping[str, Peer], times: Mapping[str, Any]) -> dict[str, Any]:
    """Each peer's time over ours, and the smallest among the peers of the headline."""
    median = {name: median_ratio(times[name], times[precision]) for name in others}
    fastest = {name: fastest_ratio(times[name], times[precision]) for name in others}
    # Sums in bfloat16 are no match for 32-bit ones; for 16-bit ones they are.
    rivals = [
        name
        for name, peer in others.items()
        if peer.headline and (precision == "int16" or peer.precision != "bfloat16")
    ]
    best = min(rivals, key=median.__getitem__, default=None)
    return {"median": median, "fastest": fastest, "best": best}
