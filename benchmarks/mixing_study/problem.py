"""A model with separated modes, what it is measured against, and what a method leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr

Bits = NDArray[np.uint8]
Reals = NDArray[np.float64]

N_MODES, BINS = 5, 14


@dataclass(frozen=True)
class Size:
    """How long everything runs."""

    n_hidden: int = 100
    n_epochs: int = 300
    batch_size: int = 200
    rate: float = 0.003
    chains: int = 128
    gibbs: int = 8000
    ladders: int = 32
    sweeps: int = 8000
    """Of every replica, the first half not counted, as in all chains."""
    models: int = 16
    """Ladders of the trajectory, which has more rungs."""
    along: int = 3000
    """Sweeps of the trajectory, each with an exchange in Python."""
    particles: int = 300
    steps: tuple[int, ...] = (500, 4000)
    tempered_particles: int = 150
    tempered_steps: tuple[int, ...] = (500, 4000)
    selection: int = 100


QUICK = Size(
    n_epochs=12, chains=32, gibbs=400, ladders=8, sweeps=200, models=4, along=100, particles=60,
    steps=(100,), tempered_particles=20, tempered_steps=(100,), selection=40,
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """A model with all that is measured against."""

    train: Bits
    test: Bits
    models: list[sr.BernoulliRBM]
    """Along the training; the last one is sampled."""
    plane: Any
    centres: Reals
    edges: tuple[Reals, Reals]

    @classmethod
    def of(
        cls, train: Bits, test: Bits, models: list[sr.BernoulliRBM], n_modes: int = N_MODES
    ) -> Problem:
        plane = sr.principal_components(train)
        points = plane.project(train)
        low, high = points.min(axis=0) - 3.0, points.max(axis=0) + 3.0
        edges = tuple(np.linspace(a, b, BINS + 1) for a, b in zip(low, high, strict=True))
        return cls(train, test, models, plane, sr.mode_centres(points, n_modes), edges)

    @property
    def model(self) -> sr.BernoulliRBM:
        return self.models[-1]

    def density(self, points: Reals) -> Any:
        return sr.projected_density(points, edges=self.edges)


@dataclass(frozen=True)
class Run:
    """States of C chains at K times, or of as many independent particles at one."""

    points: Reals
    """(K, C, 2), on the plane of the data's principal components."""
    energy: Reals
    """(K, C)"""
    every: int
    """Sweeps between two times."""
    seconds: float
    """Of one CPU, the burn-in included."""
    burn_in: float
    """What part of them is."""
    info: dict[str, Any] = field(default_factory=dict)

    @property
    def n_chains(self) -> int:
        return self.points.shape[1]

    @property
    def is_chain(self) -> bool:
        return len(self.points) > 1


def look(problem: Problem, visible: Bits, hidden: Bits) -> tuple[Reals, Reals]:
    """Coordinates and energies of states (K, C, N) and (K, C, M)."""
    shape = visible.shape[:2]
    v, h = (x.reshape(-1, x.shape[-1]) for x in (visible, hidden))
    points = np.concatenate([problem.plane.project(x) for x in np.array_split(v, 64) if len(x)])
    return points.reshape(*shape, 2), problem.model.energy(v, h).reshape(shape)
