"""Steps of training: a whole fit divided by its steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr
from peers import Entry
from peers.training import Fitter, TrainingProblem
from peers.training.base import SNR_WINDOW, TEMPERATURES, Parameters
from ratios.moments import same_means
from scorerbm.train.trainer import Trainer

from .base import Build, Path, small_parameters
from .rbms_check import rbms_p_value

__all__ = ["TRAININGS", "OurFitter", "TrainingPath", "structured_bits"]

BATCHES = 5
"""In an epoch."""
CHECKED_EPOCHS, CHECKED_FITS = 4, 16


class OurFitter(Fitter):
    fewest: ClassVar[int] = 2
    backend: ClassVar[str] = "auto"

    def __init__(self, problem: TrainingProblem, method: str) -> None:
        self._problem, self._method, self._seed = problem, method, 0
        self._init = None if problem.init is None else sr.BernoulliRBM(*problem.init.values())

    def run(self, n: int) -> None:
        self._seed += 1
        trainer = replace(_METHODS[self._method](self._problem, n), backend=self.backend)
        self._fit = trainer.fit(self._problem.data, init=self._init, seed=self._seed)

    def parameters(self) -> Parameters:
        return dict(self._fit.model.parameters)

    def loss(self) -> float:
        return self._fit.history[-1]["loss"]


def _options(problem: TrainingProblem, n_epochs: int) -> dict[str, Any]:
    return {
        "n_hidden": problem.n_hidden,
        "n_epochs": n_epochs,
        "batch_size": problem.batch_size,
        "n_sweeps": problem.n_sweeps,
        "optimizer": sr.Adam(learning_rate=problem.learning_rate),
        "monitor": "never",
        "n_threads": problem.n_threads,
    }


def _recovery(problem: TrainingProblem, n_epochs: int) -> Trainer:
    return sr.ScoreMatching(gradient="recovery", recovery_snr=1.0, **_options(problem, n_epochs))


def _windowed(gradient: str) -> Callable[[TrainingProblem, int], Trainer]:
    def trainer(problem: TrainingProblem, n_epochs: int) -> Trainer:
        return sr.ScoreMatching(
            gradient=gradient,
            snr=SNR_WINDOW,
            n_noises=problem.n_copies,
            annealing=sr.GeometricAnnealing(*TEMPERATURES),
            **_options(problem, n_epochs),
        )

    return trainer


def _pcd(problem: TrainingProblem, n_epochs: int) -> Trainer:
    return sr.ContrastiveDivergence(n_chains=problem.n_copies, **_options(problem, n_epochs))


_METHODS = {
    "recovery": _recovery,
    "covariance": _windowed("covariance"),
    "gumbel": _windowed("gumbel"),
    "pcd": _pcd,
}


@dataclass(frozen=True, kw_only=True)
class TrainingPath(Path):
    """Steps of one method."""

    work: ClassVar[str] = "step"
    units: ClassVar[int] = BATCHES
    batch_size: int
    n_sweeps: int
    n_copies: int

    def problem(self, size: tuple[int, int], n_threads: int) -> TrainingProblem:
        n, m = size
        data = structured_bits(self.batch_size * BATCHES, n)
        return TrainingProblem(data, m, self.batch_size, self.n_sweeps, self.n_copies, n_threads)

    def ours(self, problem: TrainingProblem) -> OurFitter:
        return OurFitter(problem, self.name)

    def small_problem(self, n_threads: int) -> TrainingProblem:
        """From a given model, at a rate that moves its parameters within few steps."""
        w, b, c = small_parameters()
        init = {"weights": w, "visible_bias": b, "hidden_bias": c}
        n_copies = 100 if self.n_copies == self.batch_size else self.n_copies
        return TrainingProblem(
            structured_bits(500, 6), 4, 100, self.n_sweeps, n_copies, n_threads, 0.03, init
        )

    def p_value(self, build: Build, n_threads: int) -> float:
        """Means of parameters and loss over some fits, against those of ours, which pass."""
        contestant = build(self.small_problem(n_threads))
        if type(contestant) is OurFitter:
            return 1.0
        if not contestant.same_algorithm:
            return rbms_p_value(build, self.small_problem(n_threads))
        return same_means(fits(contestant), _our_fits(self.name, n_threads))


def fits(contestant: Fitter) -> NDArray[np.float64]:
    """All parameters and the loss after each of some fits."""
    found = []
    for _ in range(CHECKED_FITS):
        contestant.run(CHECKED_EPOCHS)
        arrays = [np.ravel(x) for x in contestant.parameters().values()]
        found.append(np.concatenate([*arrays, [contestant.loss()]]))
    return np.array(found, dtype=np.float64)


@cache
def _our_fits(name: str, n_threads: int) -> NDArray[np.float64]:
    path = next(path for path in TRAININGS if path.name == name)
    return fits(path.ours(path.small_problem(n_threads)))


def structured_bits(n_rows: int, n: int) -> NDArray[np.uint8]:
    """Copies of ten prototypes with a tenth of their bits flipped."""
    rng = np.random.default_rng(4)
    prototypes = rng.random((10, n)) < 0.3
    rows = prototypes[rng.integers(0, 10, n_rows)] ^ (rng.random((n_rows, n)) < 0.1)
    return rows.astype(np.uint8)


def _torch(module: str, class_name: str) -> dict[str, Entry]:
    return {"torch": Entry(f"training.{module}", class_name, "torch")}


def _numba(class_name: str) -> dict[str, Entry]:
    return {"numba": Entry("training.numba_fits", class_name, "numba")}


TRAININGS = (
    TrainingPath(
        name="recovery",
        title="training, recovery, 5 sweeps, batch 500",
        bars={"torch": 5.0},
        peers={**_torch("torch_recovery", "TorchRecovery"), **_numba("NumbaRecovery")},
        batch_size=500,
        n_sweeps=5,
        n_copies=1,
    ),
    TrainingPath(
        name="covariance",
        title="training, covariance, 10 sweeps, S = 8, batch 100",
        bars={"torch": 5.0},
        peers={**_torch("torch_covariance", "TorchCovariance"), **_numba("NumbaCovariance")},
        batch_size=100,
        n_sweeps=10,
        n_copies=8,
    ),
    TrainingPath(
        name="gumbel",
        title="training, pathwise Gumbel, k = 3, S = 8, batch 100",
        bars={"torch": 1.8, "torch-compiled": 1.8},
        peers={
            **_torch("torch_gumbel", "TorchGumbel"),
            "torch-compiled": Entry("training.torch_gumbel", "TorchCompiledGumbel", "torch"),
        },
        batch_size=100,
        n_sweeps=3,
        n_copies=8,
    ),
    TrainingPath(
        name="pcd",
        title="training, PCD-10, batch and chains 500",
        bars={"torch": 4.0, "rbms": 4.0},
        peers={
            **_torch("torch_pcd", "TorchPCD"),
            "rbms": Entry("training.rbms_pcd", "RbmsPCD", "rbms"),
            **_numba("NumbaPCD"),
        },
        batch_size=500,
        n_sweeps=10,
        n_copies=500,
    ),
)
