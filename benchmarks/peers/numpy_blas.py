"""NumPy: BLAS products and passes in place, with NumPy's fastest generator."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .base import Peer, Problem

__all__ = ["NumpyBlas"]


class Layer:
    """Buffers of one layer and its half of a sweep.

    The weights are negated beforehand: u (1 + exp(-x)) < 1 then takes neither a change of sign nor
    a division.
    """

    def __init__(self, weights: Any, bias: Any, state: Any) -> None:
        self.negated, self.bias, self.state = -weights, bias, state
        self.buffer = np.empty_like(state)
        self.uniform = np.empty_like(state)

    def sample(self, other: Any, rng: np.random.Generator) -> Any:
        x, u = self.buffer, self.uniform
        np.matmul(other, self.negated, out=x)
        x -= self.bias
        np.exp(x, out=x)
        x += 1.0
        rng.random(out=u, dtype=np.float32)
        x *= u
        return np.less(x, 1.0, out=self.state)


class NumpyBlas(Peer):
    headline: ClassVar[bool] = True

    def __init__(self, problem: Problem) -> None:
        w, b, c, visible, _ = problem
        self._rng = np.random.Generator(np.random.SFC64(1))
        self._hidden = Layer(w, c, np.empty((len(visible), len(c)), np.float32))
        self._visible = Layer(w.T, b, visible.astype(np.float32))

    def run(self, n_sweeps: int) -> None:
        with np.errstate(over="ignore"):  # exp(-x) = inf means that the unit is off
            for _ in range(n_sweeps):
                hidden = self._hidden.sample(self._visible.state, self._rng)
                self._visible.sample(hidden, self._rng)

    def visible(self) -> NDArray[Any]:
        return self._visible.state
