"""Independent samples by enumeration of the smaller layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _check
from ..backends.protocol import Bits, Domain, Reals
from ..backends.reference.elementary import exp_nonpositive
from ..rbm.base import n_enumerable, numbered_states
from .base import Job, Sampler, SampleSet

__all__ = ["Exact"]


@dataclass(frozen=True)
class Exact(Sampler):
    r"""Draws one layer from its enumerated marginal, then the other given it.

    It is the smaller layer that is enumerated: h from :math:`p(h) \propto \sum_v e^{-E(v, h)}` and
    v from p(v|h), or, if there are fewer visible units and they are binary, v from
    :math:`p(v) \propto e^{-F(v)}` and h from p(h|v). The model is not rounded to a grid.

    Parameters
    ----------
    max_units : int
        Refuse models whose smaller layer has more units than this: 2ᴷ weights are held in memory.
    n_threads, backend, precision, progress
        See `BlockGibbs`; nothing here is rounded to a grid.
    """

    max_units: int = 24

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.integer("max_units", self.max_units, 1)

    def _sample(self, job: Job) -> SampleSet:
        model, backend, key = job.model, job.backend, job.key("exact")
        units = n_enumerable(model)
        if units > self.max_units:
            raise ValueError(
                f"Exact: got a model of {units} units in the smallest layer that can be "
                f"enumerated, expected at most max_units={self.max_units}"
            )
        info = {"n_states": 1 << units}
        if units < model.n_hidden:
            log_weights = model.enumerate_visible(backend=backend, n_threads=job.n_threads)
            visible = _draw_states(log_weights, job)
            p = model.hidden_probability(visible)
            hidden = backend.bernoulli(p, job.ids, key, step=0, domain=Domain.HIDDEN)
            return SampleSet(visible, hidden, info)
        log_weights = model.enumerate_hidden(backend=backend, n_threads=job.n_threads)
        hidden = _draw_states(log_weights, job)
        mean = model.visible_mean(hidden)
        visible = model.draw_visible(mean, job.ids, key, step=0, backend=backend)
        return SampleSet(visible, hidden, info)

    def _representation(self, job: Job) -> dict[str, Any]:
        return {"precision": "float64", "grid": 0.0, "log_odds_error": 0.0}


def _draw_states(log_weights: Reals, job: Job) -> Bits:
    """Binary states in proportion to their weights, one for each chain of the job."""
    cumulative = np.cumsum(exp_nonpositive(log_weights - log_weights.max()))
    u = job.backend.uniform(job.ids, 1, job.key("exact"), step=0, domain=Domain.UNIFORM)[:, 0]
    index = np.searchsorted(cumulative, u * cumulative[-1], side="right")
    # u < 1, but its product with the total may round up to the total.
    index = np.minimum(index, len(cumulative) - 1)
    return numbered_states(index, len(cumulative).bit_length() - 1)
