"""What grows: integrations of the reverse SDE and fits, over two decades of three sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

import scorerbm as sr
from paths.base import random_parameters
from paths.training import structured_bits
from ratios.timing import Work, clock_of, interleave

from .slopes import growth, line

__all__ = ["AXES", "WORKS", "Axis", "Scale", "measure"]

STEPS, ROWS = 10, 256
"""Where they do not grow themselves."""


class Scale(NamedTuple):
    """Chains or rows of a batch, N, M, and steps."""

    rows: int = ROWS
    n_visible: int = 784
    n_hidden: int = 500
    steps: int = STEPS


@dataclass(frozen=True)
class Axis:
    """One quantity that grows while the others stay."""

    label: str
    at: Callable[[float], Scale]
    """Scale at a factor, 1 to 100."""
    of: Callable[[Scale], int]

    def scales(self, n: int, decades: float = 2.0) -> list[Scale]:
        """The upper decades, n points to each."""
        factors = np.geomspace(10.0 ** (2.0 - decades), 100.0, round(n * decades) + 1)
        return [self.at(float(factor)) for factor in factors]


def _layers(factor: float) -> Scale:
    """N M from 39 thousand to 3.9 million at the proportions of 784 x 500."""
    side = np.sqrt(factor / 10.0)
    return Scale(n_visible=round(784 * side), n_hidden=round(500 * side))


AXES = {
    "rows": Axis(
        "chains, or rows of a batch", lambda x: Scale(rows=round(32 * x)), lambda s: s.rows
    ),
    "weights": Axis("N M", _layers, lambda s: s.n_visible * s.n_hidden),
    "steps": Axis("steps", lambda x: Scale(rows=64, steps=2 * round(5 * x)), lambda s: s.steps),
}


def _reverse_sde(scale: Scale, n_threads: int) -> Callable[[], Any]:
    model = sr.BernoulliRBM(*random_parameters((scale.n_visible, scale.n_hidden)))
    sampler = sr.ReverseSDE(n_steps=scale.steps, n_threads=n_threads)
    return lambda: sampler.sample(model, scale.rows)


def _training(scale: Scale, n_threads: int) -> Callable[[], Any]:
    data = structured_bits(2 * scale.rows, scale.n_visible)
    trainer = sr.ScoreMatching(
        n_hidden=scale.n_hidden,
        n_epochs=scale.steps // 2,
        batch_size=scale.rows,
        optimizer=sr.Adam(learning_rate=1e-3),
        monitor="never",
        n_threads=n_threads,
    )
    return lambda: trainer.fit(data)


WORKS = {"reverse SDE, kept chain": _reverse_sde, "training, recovery": _training}


def measure(
    work: str, axis: str, n_threads: int, rounds: int, budget: float, points: int, decades: float
) -> dict[str, Any]:
    """Seconds of one call at each scale, all of them in turns, and the slope."""
    scales = AXES[axis].scales(points, decades)
    calls = {str(i): _repeated(WORKS[work](s, n_threads)) for i, s in enumerate(scales)}
    times = interleave(calls, rounds, budget, clock_of(n_threads))
    sizes = [AXES[axis].of(scale) for scale in scales]
    seconds = [float(np.nanmedian(times[name])) for name in calls]
    return {
        "work": work,
        "axis": axis,
        "scales": [scale._asdict() for scale in scales],
        "sizes": sizes,
        "seconds": seconds,
        **growth(sizes, seconds),
        "line": line(sizes, seconds)._asdict(),
    }


def _repeated(call: Callable[[], Any]) -> Work:
    def run(n: int) -> None:
        for _ in range(n):
            call()

    return Work(run)
