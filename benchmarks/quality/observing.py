"""Other ways to observe the data of a recovery training, against exact likelihoods."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr
from scorerbm._seed import derive_key
from scorerbm.backends.bits import pack_bits
from scorerbm.backends.protocol import Backend, BitWords, Domain, IntegerRBM, Reals, Tilt
from scorerbm.rbm import RBM
from scorerbm.rbm.chains import chain_ids
from scorerbm.train.family import Family
from scorerbm.train.gradients.base import Batch, Gradient, contrast, integers_of
from scorerbm.train.states import BinaryStates, States

from .cache import Cache
from .exact import exact_log_likelihood
from .modes import far_modes
from .problems import Problem
from .roads import N_MODES, misplaced
from .stopwatch import Stopwatch

__all__ = ["RATES", "WAYS", "Way", "observed"]

RATES = {"digits": 0.03, "plants": 0.1, "nltcs": 0.1, "mnist10k": 0.01, "genomes805": 0.03}
"""What the tuner of recovery chose."""


@dataclass(frozen=True)
class Way:
    """How rows are observed; with the defaults, as `scorerbm.ScoreMatching` does."""

    snr: tuple[float, float] = (1.0, 1.0)
    """γ₀ at the start and at the end of a training, in between geometrically."""
    drawn: bool = False
    """Whether each row has a γ₀ of its own between the two instead, its logarithm uniform."""
    copies: int = 1
    """Observations of a row, each with a chain."""
    renewed: int | None = None
    """Visits after which a row is observed anew."""
    restarted: bool = False
    """Whether its chain then starts at the datum again."""
    n_sweeps: int = 5
    relaxed: float = 0.0
    """Part of the updates, the first, that take the Gumbel gradient instead."""
    free: float = 0.0
    """Weight of chains without any observation, γ₀ = 0, which belong to no row: as many as a batch
    has rows, started at fair coins."""


WAYS: dict[str, Way] = {
    "γ₀ 1, kept": Way(),
    **{f"γ₀ {x:g}": Way(snr=(x, x)) for x in (0.01, 0.03, 0.1, 0.3, 2.0, 4.0)},
    **{
        f"γ₀ drawn from {a:g} to {b:g}": Way(snr=(a, b), drawn=True)
        for a, b in ((0.01, 1.0), (0.01, 4.0), (0.1, 4.0))
    },
    **{
        f"γ₀ from {a:g} to {b:g} over the training": Way(snr=(a, b))
        for a, b in ((4.0, 0.1), (4.0, 0.01), (1.0, 0.01), (0.1, 4.0))
    },
    **{f"{n} observations a row": Way(copies=n) for n in (2, 4)},
    **{f"observed anew every {n} visits": Way(renewed=n) for n in (1, 3, 10)},
    **{
        f"observed anew every {n} visits, chain restarted": Way(renewed=n, restarted=True)
        for n in (1, 10)
    },
    **{f"{n} sweeps": Way(n_sweeps=n) for n in (1, 2, 10, 20)},
    **{f"γ₀ 1, and 0 with weight {x:g}": Way(free=x) for x in (0.1, 0.3)},
    **{f"Gumbel for the first {100 * x:.0f} %": Way(relaxed=x) for x in (0.1, 0.3)},
}


class ObservedGradient(Gradient):
    """`scorerbm.train.gradients.RecoveryGradient` with observations after a `Way`."""

    def __init__(self, states: BinaryStates, way: Way, seed: int, backend: Backend) -> None:
        super().__init__(backend)
        self._way = way
        self._chains = states.words.repeat(way.copies, axis=0)
        self._noise_key = derive_key(seed, "observation noise")
        self._chain_key = derive_key(seed, "posterior chains")
        self._snr_key = derive_key(seed, "observation time")
        self._free = FreeChains(states, seed, backend) if way.free else None

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        way = self._way
        rbm = integers_of(model, self.backend, n_threads)
        ids = batch.ids_of_copies(way.copies)
        rows = ids.astype(np.intp)
        data = batch.words.repeat(way.copies, axis=0)
        step = batch.epoch // way.renewed if way.renewed else 0
        start = self._chains[rows]
        if way.renewed and way.restarted and batch.epoch % way.renewed == 0:
            start = data
        visit = self.backend.sweep_bits(
            rbm, start, ids, self._chain_key,
            first_sweep=batch.epoch * way.n_sweeps, n_sweeps=way.n_sweeps,
            tilt=Tilt(data, ids, self._ratios(ids, batch.progress, step), self._noise_key, step),
            n_threads=n_threads,
        )  # fmt: skip
        self._chains[rows] = visit.states
        gradient, loss = contrast(rbm, visit.states, data, self.backend, n_threads)
        if self._free is not None:
            samples = self._free(rbm, len(batch.rows), way.n_sweeps, n_threads)
            against, _ = contrast(rbm, samples, batch.words, self.backend, n_threads)
            gradient = {k: (1.0 - way.free) * x + way.free * against[k]
                        for k, x in gradient.items()}  # fmt: skip
        return gradient, loss

    def _ratios(self, ids: NDArray[np.uint32], progress: float, step: int) -> NDArray[np.float32]:
        low, high = self._way.snr
        where: Any = np.full(len(ids), progress)
        if self._way.drawn:
            where = self.backend.uniform(
                ids, 1, self._snr_key, step=step, domain=Domain.UNIFORM
            )[:, 0]  # fmt: skip
        return (low * (high / low) ** where).astype(np.float32)


class FreeChains:
    """Kept chains of the model itself."""

    def __init__(self, states: BinaryStates, seed: int, backend: Backend) -> None:
        self._backend, self._key = backend, derive_key(seed, "chains")
        self._coins = derive_key(seed, "starts")
        self._n_units, self._sweep = states.n_units, 0
        self._chains: Any = None

    def __call__(self, rbm: IntegerRBM, n: int, n_sweeps: int, n_threads: int) -> BitWords:
        if self._chains is None:
            u = self._backend.uniform(
                chain_ids(n), self._n_units, self._coins, step=0, domain=Domain.UNIFORM
            )
            self._chains = pack_bits(u < 0.5)
        self._chains = self._backend.sweep_bits(
            rbm, self._chains, chain_ids(len(self._chains)), self._key,
            first_sweep=self._sweep, n_sweeps=n_sweeps, tilt=None, n_threads=n_threads,
        ).states  # fmt: skip
        self._sweep += n_sweeps
        return self._chains


@dataclass(frozen=True, kw_only=True)
class Observed(sr.ScoreMatching):
    way: Way = Way()

    def _gradient(self, family: Family, states: States, seed: int, backend: Backend) -> Gradient:
        assert isinstance(states, BinaryStates)
        return ObservedGradient(states, self.way, seed, backend)


def trained(problem: Problem, way: Way, n_updates: int, seed: int) -> tuple[Any, float]:
    """The last model, and CPU seconds."""
    n_batches = -(-len(problem.train) // 50)
    n_epochs = max(2, round(n_updates / n_batches))
    relaxed = round(way.relaxed * n_epochs)
    common: dict[str, Any] = {
        "n_hidden": problem.n_hidden, "optimizer": sr.Adam(learning_rate=RATES[problem.name]),
        "monitor": "never", "n_threads": 1,
    }  # fmt: skip
    init, watch = None, Stopwatch()
    if relaxed:
        init = sr.ScoreMatching(gradient="gumbel", n_epochs=relaxed, **common).fit(
            problem.train, seed=seed
        ).model  # fmt: skip
    trainer = Observed(way=way, n_epochs=n_epochs - relaxed, **common)
    model = trainer.fit(problem.train, init=init, seed=seed).model
    return model, watch.elapsed()[1]


def observed(
    problem: Problem,
    name: str,
    n_updates: int,
    seed: int,
    cache: Cache,
    say: Callable[[str], None],
    samples: int = 2000,
) -> dict[str, Any]:
    """Exact test likelihood of a training, and the weight of its model far from all data."""
    problem = problem.merged()

    def run() -> dict[str, Any]:
        say(f"training {problem.label} {name}, seed {seed}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model, cpu = trained(problem, WAYS[name], n_updates, seed)
        test = exact_log_likelihood(model, problem.test)[0]
        drawn = sr.Exact(n_threads=1).sample(model, samples, seed=seed).visible
        far = far_modes(drawn, problem.train, problem.test).far
        found = {"test": test, "cpu": cpu, "far": far}
        if problem.name in N_MODES:
            found["misplaced"] = misplaced(problem, drawn)
        return found

    return cache.get(f"observing/{problem.label}/{name}-{n_updates}-{seed}", run)
