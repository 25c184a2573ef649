"""Integrations as lists of stages, each of which takes one posterior mean."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import PLAIN, Floats, Reals, StageNumbers, Stages

__all__ = ["StagePath", "one_stage"]


@dataclass(frozen=True, eq=False)
class StagePath:
    """K stages and the observations that their posterior means are given, (K,) each.

    A stage starts from a state s = alpha·v₀ + sigma·ζ with the posterior mean m, and makes
    keep·s + pull·m + base·x + spread·ζ of it; see `scorerbm.backends.protocol.Stages`.
    """

    alpha: Reals
    sigma: Reals
    keep: Reals
    pull: Reals
    base: Reals
    spread: Reals
    kind: NDArray[np.uint8]
    first: int = 0
    """Number of the first stage, the step of its random numbers."""

    def __len__(self) -> int:
        return len(self.kind)

    def part(self, start: int, stop: int) -> StagePath:
        """Stages ``start:stop`` of these."""
        names = ("alpha", "sigma", "keep", "pull", "base", "spread", "kind")
        parts = {name: getattr(self, name)[start:stop] for name in names}
        return replace(self, **parts, first=self.first + start)

    def numbers(self, k: int) -> StageNumbers:
        """What stage k does."""
        return StageNumbers(*(float(x[k]) for x in (self.keep, self.pull, self.base, self.spread)))

    def stages(self) -> Stages:
        """The same for a backend: an observation says (α s - α²/2)/σ² of a unit's log-odds."""
        of_state = self.alpha / (self.sigma * self.sigma)
        return Stages(
            _single(of_state),
            _single(0.5 * self.alpha * of_state),
            _single(self.keep),
            _single(self.pull),
            _single(self.base),
            _single(self.spread),
            np.ascontiguousarray(self.kind),
        )


def _single(x: Reals) -> Floats:
    return np.ascontiguousarray(x, np.float32)


def one_stage(alpha: float, sigma: float, keep: float = 0.0, pull: float = 1.0) -> StagePath:
    """A stage that makes keep·s + pull·m of a state; by default the mean itself."""
    of_observation = np.array([alpha]), np.array([sigma])
    zero, kind = np.zeros(1), np.full(1, PLAIN, np.uint8)
    return StagePath(*of_observation, np.array([keep]), np.array([pull]), zero, zero, kind)
