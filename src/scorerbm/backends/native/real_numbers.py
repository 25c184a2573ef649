"""Operations on real numbers in C++."""

from __future__ import annotations

import numpy as np

from ... import _core
from ..protocol import Floats, Key, Reals, StageNumbers, Words

__all__ = ["RealNumbers"]


class RealNumbers:
    """Their operations of the protocol."""

    def linear(self, x: Reals, weights: Reals, bias: Reals, n_threads: int) -> Reals:
        return _core.linear(x, weights, bias, n_threads)

    def sigmoid(self, x: Reals) -> Reals:
        return _core.sigmoid(np.asarray(x, order="C"))

    def softplus(self, x: Reals) -> Reals:
        return _core.softplus(np.asarray(x, order="C"))

    def uniform(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Reals:
        return _core.uniform(chains, width, key, step, domain)

    def normal(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Floats:
        return _core.normal(chains, width, key, step, domain)

    def logistic(self, chains: Words, width: int, key: Key, *, step: int, domain: int) -> Floats:
        return _core.logistic(chains, width, key, step, domain)

    def stage(
        self,
        v: Floats,
        mean: Floats,
        start: Floats | None,
        numbers: StageNumbers,
        chains: Words,
        key: Key,
        *,
        step: int,
        n_threads: int,
    ) -> Floats:
        return _core.stage(v, mean, start, numbers, chains, key, step, n_threads)

    def enumerate_states(
        self, weights: Reals, enumerated_bias: Reals, summed_bias: Reals, n_threads: int
    ) -> Reals:
        return _core.enumerate_states(weights, enumerated_bias, summed_bias, n_threads)
