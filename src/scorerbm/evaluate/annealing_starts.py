"""Annealed importance sampling from all the independent units that there are to start from."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from .. import _check
from ..rbm import RBM
from .annealed_importance import annealed_importance
from .log_z import LogPartition

__all__ = ["AnnealingWarning", "annealed_from_everywhere"]

_FEWEST_RUNS = 2  # of one reference, for an error
_ERRORS, _NATS = 4.0, 0.05  # by which estimates may differ unnoticed


class AnnealingWarning(UserWarning):
    """Annealing from different references leads to different partition functions."""


def annealed_from_everywhere(model: RBM, *, n_runs: int, **options: Any) -> LogPartition:
    """Share the runs between the references of the family, and hold their estimates together."""
    n = _check.integer("n_runs", n_runs, 2, 1 << 32)
    references = model.references if n >= _FEWEST_RUNS * len(model.references) else ("data",)
    shares = [len(x) for x in np.array_split(np.zeros(n), len(references))]
    found = {
        reference: annealed_importance(model, n_runs=share, reference=reference, **options)
        for reference, share in zip(references, shares, strict=True)
    }
    lowest, highest = (f(found.values(), key=float) for f in (min, max))
    error = math.hypot(lowest.standard_error, highest.standard_error)
    if float(highest) - float(lowest) > _ERRORS * error + _NATS:
        values = ", ".join(f"{x.value:.2f} from {name}" for name, x in found.items())
        warnings.warn(
            f"annealing does not agree on ln Z: {values}. The larger is taken; more temperatures, "
            "or samples of ParallelTempering beside the data, show whether it can be trusted",
            AnnealingWarning,
            stacklevel=4,
        )
        return highest
    return _mean(list(found.values()), shares)


def _mean(found: list[LogPartition], shares: list[int]) -> LogPartition:
    """The mean of the weights of all runs, which share Z and not its logarithm."""
    values = np.array([x.value for x in found])
    weight = np.exp(values - values.max()) * np.array(shares) / sum(shares)
    errors = np.array([x.standard_error for x in found])
    error = math.sqrt(float(((weight * errors) ** 2).sum())) / float(weight.sum())
    return LogPartition(float(values.max() + math.log(weight.sum())), error, found[0].method)
