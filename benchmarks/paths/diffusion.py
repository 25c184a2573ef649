"""Steps of the reverse diffusion, a whole integration divided by its steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr
from peers import Entry
from peers.reverse import Diffuser, DiffusionProblem
from peers.reverse.base import KEPT_CHAIN_STEPS, LAST_TIME, NOISE_RATE
from ratios.moments import first_and_second, same_means
from scorerbm.denoise import Denoiser

from .base import Build, Path, random_parameters, small_parameters
from .diffusion_reference import integrate

__all__ = ["DIFFUSIONS", "DiffusionPath", "OurDiffuser"]

N_PARTICLES = 1024
CHECKED_STEPS, CHECKED_PARTICLES = 8, 20_000
PEERS = {
    "torch": Entry("reverse.torch_loop", "torch_loop", "torch"),
    "jax": Entry("reverse.jax_loop", "JaxLoop", "jax"),
    "diffrax": Entry("reverse.diffrax_solve", "DiffraxSolve", "diffrax"),
    "torchsde": Entry("reverse.torchsde_solve", "TorchsdeSolve", "torchsde"),
}
CHAIN_PEERS = {"torch": Entry("reverse.torch_kept_chain", "TorchKeptChain", "torch")}
BARS = {"torch": 1.3, "jax": 1.3, "diffrax": 10.0, "torchsde": 10.0}


class OurDiffuser(Diffuser):
    def __init__(self, problem: DiffusionProblem, denoiser: Denoiser) -> None:
        self._model = sr.BernoulliRBM(*problem[:3])
        self._denoiser, self._problem, self._seed = denoiser, problem, 0

    def run(self, n: int) -> None:
        self._seed += 1
        self._n = n
        self._samples = self._integrate(None)

    def _integrate(self, keep_every: int | None) -> sr.SampleSet:
        sampler = sr.ReverseSDE(
            n_steps=self._n,
            schedule=sr.LinearSchedule(*NOISE_RATE),
            denoiser=self._denoiser,
            last_time=LAST_TIME,
            keep_every=keep_every,
            n_threads=self._problem.n_threads,
        )
        return sampler.sample(self._model, self._problem.n_particles, seed=self._seed)

    def state(self) -> NDArray[Any]:
        # The same seed gives the same samples, so that the run which is timed keeps nothing.
        return self._integrate(self._n).trajectory.states[-1]

    def visible(self) -> NDArray[Any]:
        return self._samples.visible


class OurKeptChain(OurDiffuser):
    fewest = KEPT_CHAIN_STEPS


@dataclass(frozen=True, kw_only=True)
class DiffusionPath(Path):
    """Steps with one estimator of the score."""

    work: ClassVar[str] = "step"
    estimator: str
    count: int = 1
    expectation: str = "monte_carlo"

    def problem(self, size: tuple[int, int], n_threads: int) -> DiffusionProblem:
        return self._problem(random_parameters(size), N_PARTICLES, n_threads)

    def _problem(self, parameters: Any, n_particles: int, n_threads: int) -> DiffusionProblem:
        return DiffusionProblem(*parameters, n_particles, n_threads, self.estimator, self.count)

    def ours(self, problem: DiffusionProblem) -> OurDiffuser:
        kind = OurKeptChain if self.estimator == "gibbs" else OurDiffuser
        return kind(problem, self._denoiser(problem.tau))

    def _denoiser(self, tau: float) -> Denoiser:
        if self.estimator == "gibbs":
            return sr.GibbsDenoiser()
        if self.estimator == "mean_field":
            return sr.MeanFieldDenoiser(n_iterations=self.count)
        return sr.LiteralScore(tau=tau, n_noises=self.count, expectation=self.expectation)

    def p_value(self, build: Build, n_threads: int) -> float:
        """Moments of states and bits at the end of few steps, against NumPy's integration."""
        contestant = build(self._problem(small_parameters(), CHECKED_PARTICLES, n_threads))
        contestant.run(CHECKED_STEPS)
        found = np.asarray(contestant.state()), np.asarray(contestant.visible())
        expectation = self.expectation if isinstance(contestant, OurDiffuser) else "monte_carlo"
        wanted = _reference(self.estimator, self.count, expectation)
        return same_means(
            *(np.concatenate([first_and_second(v), x], axis=1) for v, x in (found, wanted))
        )


@cache
def _reference(estimator: str, count: int, expectation: str) -> tuple[NDArray[Any], NDArray[Any]]:
    problem = DiffusionProblem(*small_parameters(), CHECKED_PARTICLES, 1, estimator, count)
    return integrate(problem, CHECKED_STEPS, exact=expectation == "table")


DIFFUSIONS = (
    DiffusionPath(
        name="euler-literal",
        title="Euler-Maruyama, literal score, K = 1",
        bars=BARS,
        peers=PEERS,
        estimator="literal",
    ),
    DiffusionPath(
        name="euler-table",
        title="Euler-Maruyama, literal score, table; peers K = 1",
        bars=BARS,
        peers=PEERS,
        estimator="literal",
        expectation="table",
    ),
    *(
        DiffusionPath(
            name=f"euler-mean-field-{k}",
            title=f"Euler-Maruyama, mean field, {k} iteration{'s' * (k > 1)}",
            bars=BARS,
            peers=PEERS,
            estimator="mean_field",
            count=k,
        )
        for k in (1, 5)
    ),
    DiffusionPath(
        name="kept-chain",
        title="Euler-Maruyama, kept Gibbs chain, 500 steps",
        bars={"torch": 5.0},
        peers=CHAIN_PEERS,
        estimator="gibbs",
    ),
)
