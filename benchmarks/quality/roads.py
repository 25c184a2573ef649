"""Samples of a large model along several roads, set against the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import scorerbm as sr
from scorerbm.evaluate.modes import ModeWeights

from .cache import Cache
from .large import Say, Size, Variant, spread, tempered_samples
from .modes import far_modes
from .problems import Bits, Problem

__all__ = ["N_MODES", "ROADS", "compared", "misplaced", "samples"]

ROADS = ("tempered from coins", "tempered from data", "Gibbs", "reverse SDE")

N_MODES = {"genomes805": 5, "mnist10k": 10}
N_COMPONENTS = {"genomes805": 2, "mnist10k": 20}
"""In which modes are sought by k-means: digits do not separate in the plane."""


@dataclass(frozen=True)
class Budget:
    samples: int = 200
    sweeps: int = 1000
    steps: int = 500


def samples(
    problem: Problem,
    variant: Variant,
    model: sr.BernoulliRBM,
    size: Size,
    cache: Cache,
    say: Say,
    budget: Budget | None = None,
    roads: Sequence[str] = ROADS,
) -> dict[str, Bits]:
    """States by road: from tempered ladders, from one shot of Gibbs sweeps, from the SDE."""
    budget = budget or Budget()
    found = {}
    for road in (road for road in roads if road.startswith("tempered")):
        tempered = tempered_samples(
            problem, variant, model, size, cache, say, from_data=road.endswith("data")
        )
        found[road] = spread(tempered["visible"], budget.samples)
    folder = cache.folder / f"large/{problem.label}/{variant.name}"
    samplers = {
        "Gibbs": sr.BlockGibbs(n_sweeps=budget.sweeps, n_threads=1),
        "reverse SDE": sr.ReverseSDE(n_steps=budget.steps, n_threads=1),
    }
    for road, sampler in ((road, samplers[road]) for road in roads if road in samplers):
        path = folder / f"samples-{road.replace(' ', '-')}.npy"
        if not path.exists():
            say(f"{road} {problem.label} {variant.name}")
            drawn = sampler.sample(model, budget.samples, seed=0)
            np.save(path, np.packbits(drawn.visible, axis=-1))
        found[road] = unpacked(path, model.n_visible)
    return found


def unpacked(path: Path, n_visible: int) -> Bits:
    return np.unpackbits(np.load(path), axis=-1, count=n_visible)


def misplaced(problem: Problem, rows: Bits) -> float:
    """Weight that the rows have in other modes of the data than the test rows do."""
    weights = _weights_of_modes(problem)
    here, there = (np.asarray(weights(x).values) for x in (rows, problem.test))
    return 0.5 * float(np.abs(here - there).sum())


def _weights_of_modes(problem: Problem) -> Callable[[Bits], ModeWeights]:
    plane = sr.principal_components(problem.train, N_COMPONENTS.get(problem.name, 2))
    centres = sr.mode_centres(plane.project(problem.train), N_MODES.get(problem.name, 5))
    return lambda rows: sr.mode_weights(plane.project(rows), centres)


def compared(problem: Problem, states: dict[str, Bits]) -> dict[str, Any]:
    """Weights of the data's modes on each road, and modes far from all data."""
    weights_of = _weights_of_modes(problem)
    result: dict[str, Any] = {}
    for name, rows in {"data": problem.train, "test": problem.test, **states}.items():
        weights = weights_of(rows)
        result[name] = {"weights": weights.values.tolist(), "errors": weights.errors.tolist()}
        if name not in ("data", "test"):
            result[name] |= far_modes(rows, problem.train, problem.test).summary()
    return result
