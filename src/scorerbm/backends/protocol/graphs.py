"""Operations on binary units of a sparse graph."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .types import Bits, IntegerGraph, Key, Reals, Words

__all__ = ["Graphs"]


class Graphs(Protocol):
    """Heat-bath sampling where units are in no two layers."""

    def sweep_graph(
        self,
        graph: IntegerGraph,
        states: Bits,
        chains: Words,
        key: Key,
        *,
        first_sweep: int,
        beta: Reals,
        n_threads: int,
    ) -> Bits:
        """Run a sweep of every chain for each row of ``beta``, (S, 1) or (S, C), S ≥ 1.

        A sweep visits all units in ``graph.order``. It draws xᵢ ~ Bernoulli(σ(y)) with
        y = β (biasᵢ + ∑ⱼ wᵢⱼ xⱼ)/scale, where neighbours j visited before have their new states: as
        unit i of the domain ``VISIBLE`` at step ``first_sweep + s``. Returns states (C, n).
        """
        ...

    def graph_energy(self, graph: IntegerGraph, states: Bits, n_threads: int) -> NDArray[np.int64]:
        """-(∑ᵢ biasᵢ xᵢ + ∑_{i<j} wᵢⱼ xᵢ xⱼ) of each row in units of 1/scale, (C,)."""
        ...
