"""The integration as one would write it in NumPy to be read, in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from peers.reverse import DiffusionProblem
from peers.reverse.base import Step, steps

__all__ = ["integrate"]


def integrate(
    problem: DiffusionProblem, n_steps: int, *, exact: bool = False, seed: int = 5
) -> tuple[NDArray[Any], NDArray[Any]]:
    """States at the end and bits drawn there; ``exact``: of the literal score's expectation."""
    rng = np.random.default_rng(seed)
    mean = _Estimator(problem, rng, exact)
    *path, end = steps(n_steps)
    v = rng.normal(size=(problem.n_particles, len(problem.visible_bias)))
    for step in path:
        score = (step.alpha * mean(v, step) - v) / step.sigma**2
        noise = np.sqrt(step.noise) * rng.normal(size=v.shape)
        v = v + 0.5 * step.noise * v + step.noise * score + noise
    last = mean(v, end)
    if problem.estimator == "gibbs":
        return v, mean.chain
    return v, rng.random(v.shape) < last


class _Estimator:
    def __init__(self, problem: DiffusionProblem, rng: np.random.Generator, exact: bool) -> None:
        self._w, self._b, self._c = (np.asarray(x, dtype=np.float64) for x in problem[:3])
        self._problem, self._rng, self._exact = problem, rng, exact
        self.chain: Any = None

    def __call__(self, v: NDArray[Any], step: Step) -> NDArray[Any]:
        if self._problem.estimator == "literal":
            score = self._relaxed(v @ self._w + self._c) @ self._w.T + self._b
            return (v + step.sigma**2 * score) / step.alpha
        ratio = step.alpha / step.sigma**2
        bias = self._b + ratio * v - 0.5 * step.alpha * ratio
        if self._problem.estimator == "mean_field":
            mean = _sigmoid(bias)
            for _ in range(self._problem.count):
                mean = _sigmoid(_sigmoid(mean @ self._w + self._c) @ self._w.T + bias)
            return mean
        if self.chain is None:
            self.chain = self._bits(_sigmoid(bias))
        h = self._bits(_sigmoid(self.chain @ self._w + self._c))
        mean = _sigmoid(h @ self._w.T + bias)
        self.chain = self._bits(mean)
        return mean

    def _relaxed(self, x: NDArray[Any]) -> NDArray[Any]:
        """The mean over K noises, or over the quantiles of very many."""
        if self._exact:
            u = (np.arange(400) + 0.5) / 400
            noises = np.log(u) - np.log1p(-u)
            return sum(_sigmoid((x + noise) / self._problem.tau) for noise in noises) / len(u)
        total = 0.0
        for _ in range(self._problem.count):
            total = total + _sigmoid((x + self._rng.logistic(size=x.shape)) / self._problem.tau)
        return total / self._problem.count

    def _bits(self, p: NDArray[Any]) -> NDArray[Any]:
        return (self._rng.random(p.shape) < p).astype(np.float64)


def _sigmoid(x: NDArray[Any]) -> NDArray[Any]:
    return 0.5 * (1.0 + np.tanh(0.5 * x))
