"""The literal score at a batch of states, with its expectation from a table or by Monte Carlo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr
from peers import Entry
from peers.score import Evaluator, ScoreProblem
from ratios.moments import mean_and_variance

from .base import Build, Path, random_parameters, small_parameters

__all__ = ["SCORES", "OurScore", "ScorePath"]

N_STATES = 1024
TAU = 0.5
TIME = 0.5  # the literal score is the same at all of them
PEERS = {
    "torch": Entry("score.torch_loop", "TorchLoop", "torch"),
    "jax": Entry("score.jax_jit", "JaxJit", "jax"),
}


class OurScore(Evaluator):
    def __init__(self, problem: ScoreProblem, expectation: str) -> None:
        self._model = sr.BernoulliRBM(*problem[:3])
        self._denoiser = sr.LiteralScore(
            tau=problem.tau, n_noises=problem.n_noises, expectation=expectation
        )
        self._schedule = sr.LinearSchedule()
        self._v, self._n_threads, self._seed = problem.v, problem.n_threads, 0

    def score(self) -> NDArray[Any]:
        self._seed += 1
        return sr.score(
            self._model,
            self._v,
            TIME,
            self._schedule,
            self._denoiser,
            seed=self._seed,
            n_threads=self._n_threads,
        )


@dataclass(frozen=True, kw_only=True)
class ScorePath(Path):
    """One evaluation; ours may know the expectation where the peers' sum over noises."""

    work: ClassVar[str] = "evaluation"
    n_noises: int
    expectation: str = "monte_carlo"

    def problem(self, size: tuple[int, int], n_threads: int) -> ScoreProblem:
        v = np.random.default_rng(1).normal(size=(N_STATES, size[0])).astype(np.float32)
        return ScoreProblem(*random_parameters(size), v, n_threads, TAU, self.n_noises)

    def ours(self, problem: ScoreProblem) -> OurScore:
        return OurScore(problem, self.expectation)

    def p_value(self, build: Build, n_threads: int) -> float:
        """Mean and variance at one state in many copies; the table's values against quadrature."""
        parameters = small_parameters()
        state = np.random.default_rng(2).normal(size=len(parameters[1])).astype(np.float32)
        v = np.tile(state, (20_000, 1))
        problem = ScoreProblem(*parameters, v, n_threads, TAU, self.n_noises)
        contestant = build(problem)
        found = np.asarray(contestant.score(), dtype=np.float64)
        mean, variance = expected(problem)
        if self.expectation == "table" and isinstance(contestant, OurScore):
            return float(np.abs(found - mean).max() < 1e-4)
        return mean_and_variance(found, mean, variance)


def expected(problem: ScoreProblem) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and variance of each component at the first state, by quadrature over the noise."""
    w, b, c, v = (np.asarray(x, dtype=np.float64) for x in problem[:4])
    noise, step = np.linspace(-50.0, 50.0, 20_001, retstep=True)
    density = 0.25 / np.cosh(0.5 * noise) ** 2 * step  # of logit u, u uniform
    relaxed = 0.5 * (1.0 + np.tanh(0.5 * ((v[0] @ w + c)[:, None] + noise) / problem.tau))
    mean = relaxed @ density
    variance = (relaxed - mean[:, None]) ** 2 @ density
    return w @ mean + b, w**2 @ variance / problem.n_noises


SCORES = (
    ScorePath(
        name="score-table",
        title="score, table; peers K = 64",
        bars={"torch": 12.0, "jax": 12.0},
        peers=PEERS,
        n_noises=64,
        expectation="table",
    ),
    *(
        ScorePath(
            name=f"score-{k}",
            title=f"score, Monte Carlo, K = {k}",
            bars={"torch": bar, "jax": bar},
            peers=PEERS,
            n_noises=k,
        )
        for k, bar in ((64, 4.0), (8, 2.3), (1, 1.15))
    ),
)
