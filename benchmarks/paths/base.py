"""What a row of the table needs: problems, our side, the peers, a check, and what is wanted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from peers import Contestant, Entry

__all__ = ["LARGE", "SMALL", "Path", "random_parameters", "small_parameters"]

LARGE, SMALL = (784, 500), (64, 64)
SMALL_BAR = 5.0

Build = Callable[[Any], Contestant]


@dataclass(frozen=True, kw_only=True)
class Path(ABC):
    """One path through the package, and through other libraries."""

    name: str
    title: str
    bars: Mapping[str, float]
    """Peer → how many times as long as ours it should take, at 784 x 500."""
    peers: Mapping[str, Entry] = field(repr=False)
    work: ClassVar[str]
    """What is timed."""
    units: ClassVar[int] = 1
    """Pieces of that work in one unit of `Contestant.run`."""

    def bars_at(self, size: tuple[int, int]) -> dict[str, float]:
        """What is wanted at a size: at small ones, five times PyTorch's speed."""
        large = size[0] * size[1] >= LARGE[0] * LARGE[1]
        return dict(self.bars) if large else {"torch": SMALL_BAR}

    @abstractmethod
    def problem(self, size: tuple[int, int], n_threads: int) -> Any:
        """What everyone works on, N x M."""

    @abstractmethod
    def ours(self, problem: Any) -> Contestant:
        """Our side."""

    @abstractmethod
    def p_value(self, build: Build, n_threads: int) -> float:
        """Whether what is built does what it should, on a small problem of this path's.

        The probability of a deviation as large as it shows, or 0 or 1 where chance has no part.
        """


def random_parameters(size: tuple[int, int]) -> tuple[NDArray[np.float32], ...]:
    """W ~ N(0, 1/N), biases ~ N(0, 0.1²)."""
    n, m = size
    rng = np.random.default_rng(0)
    draws = rng.normal(0.0, 1.0 / np.sqrt(n), (n, m)), *(rng.normal(0.0, 0.1, k) for k in (n, m))
    return tuple(x.astype(np.float32) for x in draws)


def small_parameters() -> tuple[NDArray[np.float32], ...]:
    """Of a 6 x 4 RBM, with weights and biases that all count."""
    rng = np.random.default_rng(3)
    draws = (
        rng.normal(0.0, 1.0, (6, 4)),
        *(rng.normal(0.0, s, k) for k, s in ((6, 0.7), (4, 1.5))),
    )
    return tuple(x.astype(np.float32) for x in draws)
