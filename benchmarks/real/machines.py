"""Gaussian–Bernoulli RBMs, trained with default settings but for what is named."""

from __future__ import annotations

from typing import Any

import numpy as np

import scorerbm as sr
from scorerbm.evaluate import reverse_annealed_importance
from scorerbm.train.trainer import Trainer

from .problem import FLOOR, Problem

METHODS: dict[str, tuple[type[Trainer], dict[str, Any]]] = {
    "recovery": (sr.ScoreMatching, {}),
    "gumbel": (sr.ScoreMatching, {"gradient": "gumbel", "snr": (1.0, 30.0), "n_noises": 4}),
    "covariance": (sr.ScoreMatching, {"gradient": "covariance"}),
    "mean_field": (sr.ScoreMatching, {"gradient": "mean_field"}),
    "PCD": (sr.ContrastiveDivergence, {}),
    "CD": (sr.ContrastiveDivergence, {"persistent": False}),
}
SCALES = {"own": 0.0, "floored": FLOOR}


def trained(
    problem: Problem, method: str, scale: str, n_hidden: int, seed: int, epochs: int | None
) -> sr.GaussianRBM:
    """One training; ``scale`` says whether pixels that hardly vary are blown up."""
    kind, options = METHODS[method]
    trainer = kind(
        n_hidden=n_hidden, visible="gaussian", scale_floor=SCALES[scale], n_epochs=epochs,
        monitor="never", **options,
    )  # fmt: skip
    model = trainer.fit(problem.train, seed=seed).model
    assert isinstance(model, sr.GaussianRBM)
    return model


def n_parameters(n_visible: int, n_hidden: int) -> int:
    """W, b, σ and c."""
    return n_visible * n_hidden + 2 * n_visible + n_hidden


def exact(problem: Problem, model: sr.GaussianRBM) -> dict[str, float]:
    """Mean log-likelihoods with ln Z by enumeration."""
    z = sr.log_partition(model, method="exact")
    sets = {"train": problem.train, "test": problem.test}
    return {name: _mean(problem, model, x, float(z)) for name, x in sets.items()}


def enclosed(
    problem: Problem, model: sr.GaussianRBM, n_runs: int, n_temperatures: int, n_sweeps: int
) -> dict[str, float]:
    """Mean test log-likelihood with ln Z annealed from below and from above, and their errors."""
    below = sr.log_partition(model, "ais", n_runs=n_runs, n_temperatures=n_temperatures)
    start = sr.BlockGibbs(n_sweeps).sample(model, n_runs, seed=1).visible
    above = reverse_annealed_importance(model, start, n_temperatures=n_temperatures)
    return {
        "test": _mean(problem, model, problem.test, below.value),
        "error": below.standard_error,
        "test_from_above": _mean(problem, model, problem.test, above.value),
        "error_from_above": above.standard_error,
    }


def _mean(problem: Problem, model: sr.GaussianRBM, x: Any, log_z: float) -> float:
    per_unit_of_data = sr.log_likelihood(model, x, log_z, units="data")
    return float(np.mean(per_unit_of_data)) + problem.log_volume
