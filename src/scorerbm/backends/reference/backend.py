"""Every operation of the protocol in NumPy."""

from __future__ import annotations

from .dense import Dense
from .graphs import Graphs
from .paths import Paths
from .real_units import RealUnits
from .training import Training

__all__ = ["ReferenceBackend"]


class ReferenceBackend(Graphs, RealUnits, Paths, Dense, Training):
    """The readable twin of the native kernels."""

    name = "reference"
