"""Trainers that differ in where the samples of the model come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import scorerbm as sr
from scorerbm.evaluate.annealers import simulated_device
from scorerbm.train.trainer import Trainer

__all__ = ["METHODS"]

Method = Callable[[dict[str, Any]], Trainer]


def _divergence(n_sweeps: int, persistent: bool) -> Method:
    return lambda options: sr.ContrastiveDivergence(
        n_sweeps=n_sweeps, persistent=persistent, **options
    )


def _sampled(negative_phase: Callable[[], sr.Annealer | sr.Exact]) -> Method:
    return lambda options: sr.ContrastiveDivergence(negative_phase=negative_phase(), **options)


def _annealer(control_errors: bool, n_gauges: int) -> sr.Annealer:
    return sr.Annealer(simulated_device(control_errors), n_gauges=n_gauges)


METHODS: dict[str, Method] = {
    "CD-1": _divergence(1, False),
    "PCD-5": _divergence(5, True),
    "score matching": lambda options: sr.ScoreMatching(**options),
    "exact samples": _sampled(sr.Exact),
    "ideal annealer": _sampled(lambda: _annealer(False, 1)),
    "noisy annealer": _sampled(lambda: _annealer(True, 1)),
    "noisy annealer, 5 gauges": _sampled(lambda: _annealer(True, 5)),
}
"""The annealers are simulated: what is programmed has its own law, or is cooled qubit by qubit with
errors of the programmed fields and couplings that differ from one programming to the next."""
