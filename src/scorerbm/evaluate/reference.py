"""The truth that samples are measured against, and the measurement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import Reals
from ..rbm import RBM
from .divergence import (
    empirical_probabilities,
    kl_divergence,
    state_probabilities,
    total_variation,
)
from .mmd import median_distance, mmd
from .moments import Moments, exact_moments, moment_error, sample_moments

__all__ = ["METRICS", "SIGNED", "Reference", "most_metrics"]

METRICS = {
    "second_moment_error": "RMS error of E[v vᵀ]",
    "mmd2": "MMD²",
    "free_energy_gap": "ΔF [nats]",
    "kl": "KL divergence [nats]",
    "total_variation": "total variation",
}
"""Every measure of a set of samples, with its name for tables and plots."""

SIGNED = frozenset({"free_energy_gap"})
"""Measures whose ideal value is zero from both sides."""

_MOST_ENUMERATED_VISIBLE = 16
_MOST_ROWS_FOR_MMD = 2000


@dataclass(frozen=True, eq=False)
class Reference:
    """What is known of the model's distribution p, and how far a set of samples is from it.

    Attributes
    ----------
    model : RBM
    moments : Moments
        Of p.
    mean_free_energy : float
        E[F(v)] under p.
    samples : array, (R, N)
        Reference samples for MMD.
    bandwidth : float
        Of the kernel of MMD.
    probabilities : array, (2ᴺ,), or None
        p itself, for exact references and N ≤ 16 binary visible units.
    """

    model: RBM
    moments: Moments
    mean_free_energy: float
    samples: NDArray[Any]
    bandwidth: float
    probabilities: Reals | None

    @classmethod
    def from_sets(
        cls, model: RBM, sets: Iterator[NDArray[Any]], n_sets: int, *, exact: bool
    ) -> Reference:
        """Take the first ``n_sets`` of the sets; if they are ``exact``, enumerate what can be."""
        taken = list(islice(sets, n_sets))
        rows = np.concatenate(taken)
        for_mmd = rows[: min(len(taken[0]), _MOST_ROWS_FOR_MMD)]
        return cls(
            model,
            exact_moments(model) if exact else sample_moments(rows),
            float(np.mean([model.free_energy(v).mean() for v in taken])),
            for_mmd,
            median_distance(for_mmd),
            state_probabilities(model) if exact and _enumerates_visible(model) else None,
        )

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of what `measure` returns."""
        return _metrics(self.probabilities is not None)

    def measure(self, v: NDArray[Any]) -> dict[str, float]:
        """Distances of a set of samples (B, N) from p, by name.

        ``free_energy_gap`` is the samples' mean ln p(v) less that of p. MMD looks at the first
        2000 samples.
        """
        measured = {
            "second_moment_error": moment_error(sample_moments(v), self.moments),
            "mmd2": mmd(v[:_MOST_ROWS_FOR_MMD], self.samples, bandwidth=self.bandwidth),
            "free_energy_gap": self.mean_free_energy - float(self.model.free_energy(v).mean()),
        }
        if self.probabilities is not None:
            p = empirical_probabilities(v)
            measured["kl"] = kl_divergence(p, self.probabilities)
            measured["total_variation"] = total_variation(p, self.probabilities)
        return measured


def most_metrics(model: RBM) -> int:
    """Return how many measures a reference of this model has at most."""
    return len(_metrics(_enumerates_visible(model)))


def _enumerates_visible(model: RBM) -> bool:
    return model.binary_visible and model.n_visible <= _MOST_ENUMERATED_VISIBLE


def _metrics(enumerated: bool) -> tuple[str, ...]:
    return tuple(METRICS) if enumerated else tuple(METRICS)[:3]
