"""Integration of a whole trajectory in one call."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .types import Bits, Floats, IntegerRBM, Key, Words

__all__ = ["CORRECT", "PLAIN", "PREDICT", "PathResult", "Paths", "Stages"]

PLAIN, PREDICT, CORRECT = range(3)
"""Kinds of a stage: what it starts from and where its result goes.

``PLAIN``: x ← f(x). ``PREDICT``: y ← f(x), and x stays. ``CORRECT``: x ← f(y) + base·x.
"""


class Stages(NamedTuple):
    """K stages, (K,) float32 each; each takes one posterior mean.

    With the state s that the stage starts from, the observation adds rate·s - half to the visible
    units' log-odds, m is their posterior mean given it, and the stage's result is
    keep·s + pull·m, plus base·x if it corrects, plus spread·ζ.
    """

    rate: Floats
    half: Floats
    keep: Floats
    pull: Floats
    base: Floats
    spread: Floats
    kind: NDArray[np.uint8]


class PathResult(NamedTuple):
    """State x at the end, and the posterior chains."""

    state: Floats
    visible: Bits
    hidden: Bits


class Paths(Protocol):
    """Trajectories of a batch, driven by posterior means."""

    def posterior_path(
        self,
        rbm: IntegerRBM,
        state: Floats,
        visible: Bits,
        chains: Words,
        key: Key,
        noise_key: Key,
        *,
        stages: Stages,
        first_sweep: int,
        n_sweeps: int,
        first_stage: int,
        n_threads: int,
    ) -> PathResult:
        """Integrate K ≥ 1 stages with the means of kept Gibbs chains, (C, N) and (C, N).

        In every stage each chain makes ``n_sweeps`` sweeps, numbered on from ``first_sweep``, with
        the draws of `gibbs` at β = 1, but visible log-odds (b + Wh)/scale + o, where
        o = rate·s - half, plus ``rbm.channel_shift``, is clipped to ±``rbm.channel_limit``.
        Their mean m of p(v=1|h) is 1/(1 + 2^y), y = -log₂e·(b + Wh)/scale - log₂e·o in single
        precision, added over the sweeps in their order and multiplied by 1/``n_sweeps``. ζ is that
        of `stage` at the step ``first_stage + k``.
        """
        ...
