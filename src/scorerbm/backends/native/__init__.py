"""The C++ kernels, compiled for several levels of CPU and spread over threads."""

from __future__ import annotations

from .binary_units import BinaryUnits
from .cpu_levels import CpuLevels, cpu_levels
from .dense import Dense
from .graphs import Graphs
from .paths import Paths
from .real_numbers import RealNumbers
from .real_units import RealUnits
from .training import Training

__all__ = ["CpuLevels", "NativeBackend", "cpu_levels"]


class NativeBackend(BinaryUnits, RealUnits, Graphs, RealNumbers, Paths, Dense, Training):
    """The operations of the protocol in C++; ``n_threads`` 0 means every CPU at hand."""

    name = "native"
