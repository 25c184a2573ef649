"""The same RBM in spins ±1, for libraries that sample Ising models."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .base import Problem

__all__ = ["fields"]

Reals = NDArray[np.float64]


def fields(problem: Problem) -> tuple[Reals, Reals, Reals]:
    """Couplings J (N, M) and fields of v and of h, p(s) ∝ exp(s_vᵀ J s_h + f_vᵀ s_v + f_hᵀ s_h).

    With v = (1 + s_v)/2 and h alike, up to a constant.
    """
    w, b, c = (np.asarray(x, np.float64) for x in problem[:3])
    return w / 4.0, b / 2.0 + w.sum(axis=1) / 4.0, c / 2.0 + w.sum(axis=0) / 4.0
