"""Our own sweeps with the kernels that Numba compiles, to compare with the native ones."""

from __future__ import annotations

from typing import ClassVar

import numba  # noqa: F401  (left out where it is missing, like any other)

from paths.real import OurChains

__all__ = ["NumbaChains"]


class NumbaChains(OurChains):
    backend: ClassVar[str] = "numba"
