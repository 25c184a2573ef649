"""Other ways to draw and keep the observations of recovery, and to look beyond them.

Experiments, not parts of the package: subclasses of its trainer with gradients of their own.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr
from scorerbm._seed import derive_key
from scorerbm.backends.protocol import Backend, Domain
from scorerbm.rbm import RBM, Chains
from scorerbm.train.family import Family
from scorerbm.train.gradients import Gradient, PCDGradient, RecoveryGradient
from scorerbm.train.gradients.base import Batch, contrast
from scorerbm.train.trainer import Trainer

from .cache import Cache
from .curves import Say
from .exact import exact_log_likelihood
from .modes import far_modes
from .problems import Problem

__all__ = ["VARIANTS", "Observations", "run"]

Reals = NDArray[np.float64]
Arrays = dict[str, Reals]


@dataclass(frozen=True)
class Observations:
    """How the rows are observed: every field at its default is the package's recovery."""

    snr: Callable[[Reals, float], Reals] = lambda u, progress: np.ones_like(u)
    """γ₀ of rows with uniform numbers u, at a fraction of the training."""
    each: int = 1
    """Observations, and chains, of every row."""
    renew: int | None = None
    """Epochs after which a row is observed anew and its chain starts at the datum again."""
    restart: bool = True
    """Or goes on from where it was."""


class ObservedGradient(Gradient):
    """Recovery with other observations."""

    def __init__(
        self, v: NDArray[Any], how: Observations, n_sweeps: int, seed: int, backend: Backend
    ) -> None:
        super().__init__(backend)
        self._how, self._n_sweeps, self._n = how, n_sweeps, len(v)
        self._chains = [v.copy() for _ in range(how.each)]
        self._snr_key = derive_key(seed, "observation time")
        self._noise_key = derive_key(seed, "observation noise")
        self._chain_key = derive_key(seed, "posterior chains")

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[Arrays, float]:
        parts = [self._one(model, batch, k, n_threads) for k in range(self._how.each)]
        total = {name: sum(p[name] for p in parts) / len(parts) for name in parts[0]}
        return total, 0.0

    def _one(self, model: RBM, batch: Batch, k: int, n_threads: int) -> Arrays:
        how, v0 = self._how, batch.v.astype(np.float64)
        ids = batch.ids + np.uint32(k * self._n)
        step = 0 if how.renew is None else batch.epoch // how.renew
        if how.renew is not None and batch.epoch % how.renew == 0 and how.restart:
            self._chains[k][batch.rows] = batch.v
        u = self.backend.uniform(ids, 1, self._snr_key, step=step, domain=Domain.UNIFORM)[:, 0]
        snr = how.snr(u, batch.progress)
        alpha, sigma = np.sqrt(snr / (1.0 + snr)), np.sqrt(1.0 / (1.0 + snr))
        zeta = self.backend.normal(
            ids, v0.shape[1], self._noise_key, step=step, domain=Domain.NORMAL
        )
        v_t = alpha[:, None] * v0 + sigma[:, None] * zeta
        posterior = model.tilt(v_t, alpha, sigma)
        first = batch.epoch * self._n_sweeps
        chains = Chains(self._chains[k][batch.rows], ids, self._chain_key, first)
        posterior.gibbs(chains, self._n_sweeps, backend=self.backend, n_threads=n_threads)
        self._chains[k][batch.rows] = chains.visible
        return contrast(model, batch.v, chains.visible, self.backend, n_threads)


class MixedGradient(Gradient):
    """Part of the negative phase from chains that run free of any observation."""

    def __init__(self, recovery: Gradient, free: Gradient, part: float, last: float) -> None:
        super().__init__(recovery.backend)
        self._recovery, self._free, self._part, self._last = recovery, free, part, last

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[Arrays, float]:
        part = self._part + (self._last - self._part) * batch.progress
        near, loss = self._recovery(model, batch, n_threads)
        free, _ = self._free(model, batch, n_threads)
        return {k: (1.0 - part) * near[k] + part * free[k] for k in near}, loss


@dataclass(frozen=True, kw_only=True)
class Observed(sr.ScoreMatching):
    how: Observations = Observations()

    def _gradient(self, family: Family, v: NDArray[Any], seed: int, backend: Backend) -> Gradient:
        return ObservedGradient(v, self.how, self._sweeps(), seed, backend)


@dataclass(frozen=True, kw_only=True)
class Mixed(sr.ScoreMatching):
    """Recovery with a part of free chains, from the first to the last update."""

    part: float = 0.1
    last: float = 0.1
    n_chains: int = 50
    scattered: bool = False
    """Whether free chains start from fair coins, and not from data."""

    def _gradient(self, family: Family, v: NDArray[Any], seed: int, backend: Backend) -> Gradient:
        near = RecoveryGradient(v, self.recovery_snr, self._sweeps(), seed, backend)
        start = v
        if self.scattered:
            start = np.random.default_rng(seed).integers(0, 2, v.shape, np.uint8)
        free = PCDGradient(start, self.n_chains, self._sweeps(), seed, backend)
        return MixedGradient(near, free, self.part, self.last)


def spread_snr(low: float, high: float) -> Callable[[Reals, float], Reals]:
    """γ₀ drawn for each row, uniform in its logarithm."""
    return lambda u, progress: low * (high / low) ** u


def falling_snr(first: float, last: float) -> Callable[[Reals, float], Reals]:
    """γ₀ of all rows, falling geometrically over the training."""
    return lambda u, progress: np.full_like(u, first * (last / first) ** progress)


FINISH = 1.0 / 6.0
"""Part of the updates that a second training makes."""

VARIANTS: dict[str, Trainer | tuple[Trainer, Trainer]] = {
    "recovery, γ₀ = 1": sr.ScoreMatching(),
    "recovery, γ₀ = 0.1": sr.ScoreMatching(recovery_snr=0.1),
    "γ₀ falls from 2 to 0.1": Observed(how=Observations(snr=falling_snr(2.0, 0.1))),
    "γ₀ of each row from 0.1 to 2": Observed(how=Observations(snr=spread_snr(0.1, 2.0))),
    "γ₀ of each row from 0.01 to 1": Observed(how=Observations(snr=spread_snr(0.01, 1.0))),
    "two observations of each row": Observed(how=Observations(each=2)),
    "observed anew every 5 epochs, restarted": Observed(how=Observations(renew=5)),
    "observed anew every 5 epochs, chains kept": Observed(how=Observations(renew=5, restart=False)),
    "observed anew each epoch, chains kept": Observed(how=Observations(renew=1, restart=False)),
    "a tenth of free chains": Mixed(),
    "half of free chains": Mixed(part=0.5, last=0.5),
    "free chains from 0 to all": Mixed(part=0.0, last=1.0),
    "a tenth of free chains from coins": Mixed(scattered=True),
    "PCD": sr.ContrastiveDivergence(),
    "recovery, then PCD at a third of the rate": (sr.ScoreMatching(), sr.ContrastiveDivergence()),
}


def run(
    problem: Problem, name: str, rate: float, n_updates: int, seed: int, cache: Cache, say: Say
) -> dict[str, Any]:
    """Exact likelihood of a short training, and weight far from all data."""

    def make() -> dict[str, Any]:
        say(f"{problem.label}: {name}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model, seconds = trained(problem, VARIANTS[name], rate, n_updates, seed)
        train, test = exact_log_likelihood(model, problem.train, problem.test)
        samples = sr.Exact(n_threads=1).sample(model, 1000).visible
        far = far_modes(samples, problem.train, problem.test)
        return {"train": train, "test": test, "far": far.far, "seconds": seconds}

    number = list(VARIANTS).index(name)
    return cache.get(f"variants/{problem.label}/{number:02}-{rate}-{n_updates}-{seed}", make)


def trained(
    problem: Problem,
    stages: Trainer | tuple[Trainer, Trainer],
    rate: float,
    n_updates: int,
    seed: int,
) -> tuple[Any, float]:
    """The last model of one training, or of two, and their seconds."""
    plan = [(stages, 1.0, 1.0)] if isinstance(stages, Trainer) else [
        (stages[0], 1.0 - FINISH, 1.0), (stages[1], FINISH, 1.0 / 3.0)
    ]  # fmt: skip
    model, seconds = None, 0.0
    for trainer, part, factor in plan:
        n_batches = -(-len(problem.train) // trainer.batch_size)
        chosen = replace(
            trainer,
            n_hidden=problem.n_hidden,
            n_epochs=max(1, round(part * n_updates / n_batches)),
            optimizer=sr.Adam(learning_rate=factor * rate),
            monitor="never",
            n_threads=1,
        )
        fit = chosen.fit(problem.train, init=model, seed=seed)
        model, seconds = fit.model, seconds + fit.history[-1]["seconds"]
    return model, seconds
