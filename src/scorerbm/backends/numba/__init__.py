"""The kernels compiled by Numba when they are first called: for where no C++ could be built."""

from __future__ import annotations

from ..reference import ReferenceBackend
from .gradients import Gradients
from .graphs import Graphs
from .paths import Paths
from .real_units import RealUnits
from .training import Training

__all__ = ["NumbaBackend"]


class NumbaBackend(Graphs, RealUnits, Training, Paths, Gradients, ReferenceBackend):
    """The operations of the protocol; what is not hot is the reference's."""

    name = "numba"
