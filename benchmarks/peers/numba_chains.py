"""Our own kernels as Numba compiles them, to compare with the native ones."""

from __future__ import annotations

from typing import ClassVar

import numba  # noqa: F401  (left out where it is missing, like any other)

from ratios.ours import Ours

from .base import Problem

__all__ = ["Numba16", "Numba32"]


class Numba16(Ours):
    backend: ClassVar[str] = "numba"
    sums: ClassVar[str] = "int16"

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem, self.sums)


class Numba32(Numba16):
    sums: ClassVar[str] = "int32"
