"""Our own side of the comparison, in the form of a peer."""

from __future__ import annotations

from typing import Any, ClassVar

from numpy.typing import NDArray

import scorerbm as sr
from peers import Peer, Problem
from scorerbm.backends import cpu_levels, get_backend
from scorerbm.rbm import Chains
from scorerbm.rbm.chains import chain_ids

__all__ = ["PRECISIONS", "Ours", "cpu_level"]

KEY = (1, 2)


PRECISIONS = ("int16", "int32")


def cpu_level() -> str:
    """Level of the kernels in use."""
    return cpu_levels().used


class Ours(Peer):
    """Chains of a backend, by default the native one, in one precision."""

    backend: ClassVar[str] = "native"

    def __init__(self, problem: Problem, precision: str) -> None:
        self.precision = precision
        self._model = sr.BernoulliRBM(*problem[:3])
        self._backend, self._n_threads = get_backend(self.backend), problem.n_threads
        ids = chain_ids(problem.n_chains)
        self._chains = Chains(problem.visible.copy(), ids, KEY, precision=precision)
        self._info = self._model.sampling_info(
            precision, problem.n_chains, backend=self._backend, n_threads=problem.n_threads
        )

    def run(self, n_sweeps: int) -> None:
        self._model.gibbs(self._chains, n_sweeps, backend=self._backend, n_threads=self._n_threads)

    def visible(self) -> NDArray[Any]:
        return self._chains.visible

    def grid(self) -> float:
        """Spacing of the grid to which the weights are rounded."""
        return float(self._info["grid"])
