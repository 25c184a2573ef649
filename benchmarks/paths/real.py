"""Sweeps of Gaussian–Bernoulli RBMs: block Gibbs, and Gibbs–Langevin of K steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr
from peers import Entry
from peers.real import RealChains, RealProblem
from peers.real.base import step_sizes
from ratios.moments import first_and_second, same_means

from .base import LARGE, Build, Path, random_parameters, small_parameters

__all__ = ["REALS", "OurChains", "RealPath"]

N_CHAINS, N_STEPS = 1024, 10
CHECKED_CHAINS, CHECKED_SWEEPS = 20_000, 6
LONG_STEP = 0.4  # of the check, which then sees both what is kept and what is drawn
TORCH = {"torch": Entry("real.torch_sweeps", "torch_real", "torch")}
NUMBA = {"numba": Entry("real.numba_sweeps", "NumbaChains", "numba")}
ONE_DRAW = {"torch": Entry("real.torch_sweeps", "TorchOneDraw", "torch")}


class OurChains(RealChains):
    backend: ClassVar[str] = "auto"

    def __init__(self, problem: RealProblem) -> None:
        self._model = sr.GaussianRBM(*problem[:4])
        self._problem, self._v, self._seed = problem, problem.visible, 0

    def run(self, n_sweeps: int) -> None:
        self._seed += 1
        sampler = self._sampler(n_sweeps)
        self._v = sampler.sample(self._model, len(self._v), seed=self._seed, init=self._v).visible

    def _sampler(self, n_sweeps: int) -> sr.BlockGibbs | sr.GibbsLangevin:
        steps = self._problem.n_steps
        where = {"n_threads": self._problem.n_threads, "backend": self.backend}
        if steps == 0:
            return sr.BlockGibbs(n_sweeps, **where)
        size = self._problem.step_size
        return sr.GibbsLangevin(n_sweeps, steps, size, adjusted=False, **where)

    def visible(self) -> NDArray[Any]:
        return self._v


@dataclass(frozen=True, kw_only=True)
class RealPath(Path):
    """One sweep of all chains."""

    work: ClassVar[str] = "sweep"
    n_steps: int = 0

    def bars_at(self, size: tuple[int, int]) -> dict[str, float]:
        """Nothing is wanted at small sizes."""
        return dict(self.bars) if size == LARGE else {}

    def problem(self, size: tuple[int, int], n_threads: int) -> RealProblem:
        start = np.random.default_rng(1).normal(size=(N_CHAINS, size[0])).astype(np.float32)
        sigma = np.ones(size[0], np.float32)
        return RealProblem(*random_parameters(size), sigma, start, n_threads, self.n_steps)

    def ours(self, problem: RealProblem) -> OurChains:
        return OurChains(problem)

    def p_value(self, build: Build, n_threads: int) -> float:
        """Moments of states after few sweeps from one start, against NumPy's sweeps."""
        rng = np.random.default_rng(4)
        w, b, c = small_parameters()
        sigma = rng.uniform(0.7, 1.4, len(b)).astype(np.float32)
        start = np.tile(np.float32(2.0), (CHECKED_CHAINS, len(b)))
        problem = RealProblem(w, b, c, sigma, start, n_threads, self.n_steps, LONG_STEP)
        contestant = build(problem)
        contestant.run(CHECKED_SWEEPS)
        wanted = sweeps(problem, CHECKED_SWEEPS, rng)
        return same_means(first_and_second(contestant.visible()), first_and_second(wanted))


def sweeps(problem: RealProblem, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """States after n sweeps in NumPy, a Langevin step at a time."""
    w, b, c, sigma, v = (np.asarray(x, np.float64) for x in problem[:5])
    for _ in range(n):
        p = 1.0 / (1.0 + np.exp(-((v / sigma**2) @ w + c)))
        centre = (rng.random(p.shape) < p) @ w.T + b
        if problem.n_steps == 0:
            v = centre + sigma * rng.normal(size=v.shape)
        for eta in step_sizes(problem):
            drift = (centre - v) / sigma**2
            v = v + eta * drift + np.sqrt(2.0 * eta) * rng.normal(size=v.shape)
    return v


REALS = (
    RealPath(
        name="real-gibbs",
        title="real units, block Gibbs",
        bars={"torch": 1.5},
        peers=TORCH | NUMBA,
    ),
    RealPath(
        name="real-langevin",
        title="real units, Gibbs-Langevin, K = 10",
        bars={"torch": 3.0},
        peers=TORCH | NUMBA,
        n_steps=N_STEPS,
    ),
    RealPath(
        name="real-langevin-one-draw",
        title="real units, Gibbs-Langevin, peer in one draw",
        bars={"torch": 1.5},
        peers=ONE_DRAW,
        n_steps=N_STEPS,
    ),
)
