"""What a peer is given and what it offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Contestant", "Peer", "Problem"]


class Problem(NamedTuple):
    """A Bernoulli RBM, where its C chains start, and the threads to use."""

    weights: NDArray[np.float32]
    """(N, M)"""
    visible_bias: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    visible: NDArray[np.uint8]
    """(C, N)"""
    n_threads: int

    @property
    def n_weights(self) -> int:
        return self.weights.size

    @property
    def n_chains(self) -> int:
        return len(self.visible)


class Contestant(ABC):
    """One library at one path, prepared by the constructor so that `run` does nothing but work."""

    fewest: ClassVar[int] = 1
    """Units of work in one call, so that what a call costs beside them does not count."""

    @abstractmethod
    def run(self, n: int) -> None:
        """Do so many units of work, and wait until they are done."""


class Peer(Contestant):
    """C chains of one library."""

    headline: ClassVar[bool] = False
    """Whether it counts among the best of PyTorch, JAX and NumPy."""
    precision: ClassVar[str] = "float32"
    """In which the other layer's weights are added up."""
    most_weights: ClassVar[int | None] = None
    """Beyond which its preparation takes minutes or gigabytes, so that it is left out."""

    @abstractmethod
    def __init__(self, problem: Problem) -> None: ...

    @abstractmethod
    def run(self, n_sweeps: int) -> None:
        """Advance all chains by sweeps h ~ p(h|v), v ~ p(v|h), and wait until they are done."""

    @abstractmethod
    def visible(self) -> NDArray[Any]:
        """Present visible states, (C, N) of 0 and 1."""
