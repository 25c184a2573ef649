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
from .paths import CORRECT, PLAIN, PREDICT, PathResult, Paths, Stages
from .real_numbers import RealNumbers
from .types import (
    Bits,
    Counts,
    Domain,
    Floats,
    GibbsResult,
    IntegerRBM,
    Key,
    Moments,
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
    "Bits",
    "Counts",
    "DenseGradient",
    "DenseModel",
    "DenseObservation",
    "Domain",
    "ExpectationTable",
    "Floats",
    "ForceEstimator",
    "GibbsResult",
    "IntegerRBM",
    "Key",
    "Moments",
    "PathResult",
    "Reals",
    "RelaxedSweeps",
    "StageNumbers",
    "Stages",
    "State",
    "TemperResult",
    "Words",
]


@runtime_checkable
class Backend(BinaryUnits, RealNumbers, Paths, Dense, Protocol):
    """Operations on C-contiguous arrays. Arguments are trusted: callers validate."""

    name: str
