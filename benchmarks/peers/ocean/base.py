"""What a sampler of Ising problems is given and what it offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Drawer", "IsingProblem", "in_order"]

Spins = NDArray[np.int8]


class IsingProblem(NamedTuple):
    """E(s) = hᵀs + s_vᵀ J s_h over N + M spins, the visible ones first; p(s) ∝ exp(-E)."""

    h: NDArray[np.float64]
    """(N+M,)"""
    J: NDArray[np.float64]
    """(N, M)"""
    bqm: Any
    """The same as a `dimod.BinaryQuadraticModel`, of variables 0 … N+M-1."""


class Drawer(ABC):
    """One sampler of one problem. What need be done once for many calls, the constructor does."""

    most_reads: ClassVar[int] = 1 << 30
    """Reads of a call beyond which a read costs no less, so that more calls are made instead."""

    @abstractmethod
    def __init__(self, problem: IsingProblem) -> None: ...

    @abstractmethod
    def draw(self, n_reads: int, n_sweeps: int, seed: int) -> Spins:
        """Samples (R, N+M) in the order of the variables, each of so many sweeps."""


def in_order(samples: Any) -> Spins:
    """Spins of a `dimod.SampleSet` whose variables are 0 … N+M-1."""
    labels = list(samples.variables)
    spins: Spins = samples.record.sample
    return spins if labels == sorted(labels) else spins[:, np.argsort(labels)]
