"""Our own training with the kernels that Numba compiles, to compare with the native ones."""

from __future__ import annotations

from typing import ClassVar

import numba  # noqa: F401  (left out where it is missing, like any other)

from paths.training import OurFitter

from .base import TrainingProblem

__all__ = ["NumbaCovariance", "NumbaPCD", "NumbaRecovery"]


class NumbaRecovery(OurFitter):
    backend: ClassVar[str] = "numba"
    method: ClassVar[str] = "recovery"

    def __init__(self, problem: TrainingProblem) -> None:
        super().__init__(problem, self.method)


class NumbaCovariance(NumbaRecovery):
    method: ClassVar[str] = "covariance"


class NumbaPCD(NumbaRecovery):
    method: ClassVar[str] = "pcd"
