"""What every backend offers: a handful of array operations, each a pure function of its arguments.

Randomness is counter-based. A draw is the Philox4x32-10 block of the counter
``(block, chain, step, domain)`` under a 64-bit key, so that it depends on *what* is drawn (which
chain, which sweep, which unit) and never on the order of the work. Together with integer sums and
elementary functions made of IEEE basic operations only, this makes every backend return the same
bits, whatever the number of threads, the batch split or the CPU.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from .binary_units import BinaryUnits
from .dense import (
    Dense,
    DenseGradient,
    DenseModel,
    DenseObservation,
    ExpectationTable,
    ForceEstimator,
    RelaxedSweeps,
    State,
)
from .graphs import Graphs
from .paths import CORRECT, PLAIN, PREDICT, PathResult, Paths, Stages
from .real_numbers import RealNumbers
from .real_units import RealMove, RealResult, RealUnits, RealWeights
from .training import (
    BitSweeps,
    Centre,
    Contrast,
    Descent,
    Grid,
    Tilt,
    Training,
    WeightSums,
)
from .types import (
    Bits,
    BitWords,
    Counts,
    Domain,
    Floats,
    GibbsResult,
    IntegerGraph,
    IntegerRBM,
    Key,
    Reals,
    StageNumbers,
    TemperResult,
    Words,
)

__all__ = [
    "CORRECT",
    "PLAIN",
    "PREDICT",
    "Backend",
    "BitSweeps",
    "BitWords",
    "Bits",
    "Centre",
    "Contrast",
    "Counts",
    "DenseGradient",
    "DenseModel",
    "DenseObservation",
    "Descent",
    "Domain",
    "ExpectationTable",
    "Floats",
    "ForceEstimator",
    "GibbsResult",
    "Grid",
    "IntegerGraph",
    "IntegerRBM",
    "Key",
    "PathResult",
    "RealMove",
    "RealResult",
    "RealWeights",
    "Reals",
    "RelaxedSweeps",
    "StageNumbers",
    "Stages",
    "State",
    "TemperResult",
    "Tilt",
    "WeightSums",
    "Words",
]


@runtime_checkable
class Backend(BinaryUnits, RealUnits, Graphs, RealNumbers, Paths, Dense, Training, Protocol):
    """Operations on C-contiguous arrays. Arguments are trusted: callers validate."""

    name: str
