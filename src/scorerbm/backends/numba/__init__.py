"""The kernels compiled by Numba when they are first called: for where no C++ could be built."""

from __future__ import annotations

from .gradients import Gradients
from .graphs import Graphs
from .paths import Paths
from .real_units import RealUnits
from .training import Training

__all__ = ["NumbaBackend"]


class NumbaBackend(Graphs, RealUnits, Training, Paths, Gradients):
    """The operations of the protocol, each with kernels of its own."""

    name = "numba"
