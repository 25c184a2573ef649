"""ln Z of a model that cannot be enumerated, from several sides."""

from __future__ import annotations

from typing import Any

import numpy as np

import scorerbm as sr
from scorerbm.evaluate import annealed_importance, reverse_annealed_importance

from .problems import Bits

__all__ = ["BASES", "forward", "reverse", "with_base"]

BASES = ("coins", "frequencies")
"""Independent bits that annealing starts from: fair, whatever the data, or of their frequencies."""


def with_base(model: sr.BernoulliRBM, base: str) -> sr.BernoulliRBM:
    """The same model, whose independent bits are those of the base."""
    if base == "frequencies":
        return model
    half = np.full(model.n_visible, 0.5)
    return sr.BernoulliRBM(*model.parameters.values(), data_mean=half)


def forward(model: sr.BernoulliRBM, base: str, n_runs: int, n_temperatures: int) -> dict[str, Any]:
    """Annealed importance sampling, below ln Z on average."""
    found = annealed_importance(
        with_base(model, base), n_runs=n_runs, n_temperatures=n_temperatures, n_threads=1
    )
    return {"value": found.value, "error": found.standard_error}


def reverse(
    model: sr.BernoulliRBM, samples: Bits, base: str, n_temperatures: int
) -> dict[str, Any]:
    """The same from samples of the model, above ln Z on average."""
    found = reverse_annealed_importance(
        with_base(model, base), samples, n_temperatures=n_temperatures, n_threads=1
    )
    return {"value": found.value, "error": found.standard_error}
