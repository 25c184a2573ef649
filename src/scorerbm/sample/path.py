"""The way of replicas from a reference, easy to sample, to a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from numpy.typing import NDArray

from ..backends.protocol import Key, Reals
from .replicas import Streams, TemperedReplicas

__all__ = ["Path"]


class Path(ABC):
    """Distributions exp(-[(1 - β) E_ref + β E]) from β = 0 to a model of one family at β = 1."""

    @abstractmethod
    def start(self, n_replicas: int, streams: Streams, key: Key) -> NDArray[Any]:
        """Draw so many states of the reference for each ladder, (L · R, N), ladder by ladder."""

    @abstractmethod
    def replicas(
        self, betas: Reals, visible: NDArray[Any], streams: Streams, swap_every: int = 1
    ) -> TemperedReplicas:
        """Set replicas on the rungs at these β, (R,), with their states, (L · R, N)."""
