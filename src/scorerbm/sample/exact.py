"""Independent samples by enumeration of the hidden layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import _check
from ..backends.protocol import Backend, Domain, Reals
from .base import Job, Sampler, SampleSet

__all__ = ["Exact"]


@dataclass(frozen=True)
class Exact(Sampler):
    r"""Draws h from its enumerated marginal :math:`\propto \sum_v e^{-E(v, h)}`, then v given h.

    Parameters
    ----------
    max_units : int
        Refuse models with more hidden units than this: 2ᴹ weights are held in memory.
    **options
        See `Sampler`.
    """

    max_units: int = 24

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.integer("max_units", self.max_units, 1)

    def _sample(self, job: Job) -> SampleSet:
        model, backend, key = job.model, job.backend, job.key("exact")
        m = model.n_hidden
        if m > self.max_units:
            raise ValueError(
                f"Exact: got a model of {m} hidden units, expected at most "
                f"max_units={self.max_units} to enumerate"
            )
        log_weight = model.enumerate_hidden(backend=backend, n_threads=job.n_threads)
        cumulative = np.cumsum(_exp(log_weight - log_weight.max(), backend))
        u = backend.uniform(job.ids, 1, key, step=0, domain=Domain.UNIFORM)[:, 0]
        index = np.searchsorted(cumulative, u * cumulative[-1], side="right")
        # u < 1, but its product with the total may round up to the total.
        index = np.minimum(index, len(cumulative) - 1)
        hidden = ((index[:, None] >> np.arange(m)) & 1).astype(np.uint8)
        mean = model.visible_mean(hidden)
        visible = model.draw_visible(mean, job.ids, key, step=0, backend=backend)
        return SampleSet(visible, hidden, {"n_states": len(cumulative)})


def _exp(x: Reals, backend: Backend) -> Reals:
    """e^x = σ(x)/σ(-x), the same digits on every machine, which np.exp does not promise."""
    return np.asarray(backend.sigmoid(x) / backend.sigmoid(-x))
