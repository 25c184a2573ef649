"""Our own side of the comparison, in the form of a peer."""

from __future__ import annotations

import inspect
from typing import Any

from numpy.typing import NDArray

import scorerbm as sr
from peers import Peer, Problem
from scorerbm.backends import cpu_levels, get_backend
from scorerbm.rbm import Chains
from scorerbm.rbm.chains import chain_ids

__all__ = ["Ours", "cpu_level", "precisions"]

KEY = (1, 2)


def precisions() -> tuple[str, ...]:
    """Precisions that a caller of this version can choose, or the only one that it has."""
    return ("int16", "int32") if _takes_precision(Chains) else ("int32",)


def cpu_level() -> str:
    """Level of the kernels in use."""
    return cpu_levels().used


class Ours(Peer):
    """Chains of the native backend in one precision."""

    def __init__(self, problem: Problem, precision: str) -> None:
        self.precision = precision
        self._model = sr.BernoulliRBM(*problem[:3])
        self._backend, self._n_threads = get_backend("native"), problem.n_threads
        options = {"precision": precision} if _takes_precision(Chains) else {}
        self._chains = Chains(problem.visible.copy(), chain_ids(problem.n_chains), KEY, **options)

    def run(self, n_sweeps: int) -> None:
        self._model.gibbs(self._chains, n_sweeps, backend=self._backend, n_threads=self._n_threads)

    def visible(self) -> NDArray[Any]:
        return self._chains.visible

    def grid(self) -> float:
        """Spacing of the grid to which the weights are rounded."""
        info = self._model.sampling_info
        chosen = {"precision": self.precision} if _takes_precision(info) else {}
        return float(info(**chosen)["grid"])


def _takes_precision(function: Any) -> bool:
    return "precision" in inspect.signature(function).parameters
