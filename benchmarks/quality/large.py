"""Models too large to enumerate: trained to convergence, ln Z from several sides."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import scorerbm as sr
from scorerbm.train.trainer import Trainer

from .cache import Cache
from .curves import spoken
from .method import Setting
from .ours import PCD, Recovery
from .partition import BASES, forward, reverse
from .problems import Bits, Problem
from .tempered import Tempered, temper
from .tuning import tune

__all__ = ["SIZES", "Size", "Variant", "finished", "first_variants", "likelihoods",
           "searched", "tempered_samples", "train", "tuned_variants"]  # fmt: skip

Say = Callable[[str], None]

KNOBS: dict[str, dict[str, tuple[Any, ...]]] = {
    "recovery": {"snr": (1.0, 0.1, 0.3)},
    "PCD": {"chains": (100, 50, 300)},
}
"""The second knob."""


@dataclass(frozen=True)
class Size:
    """How long trainings and estimates of one problem run."""

    rates: tuple[float, ...]
    """That both tuners try."""
    tuning: int
    """Epochs of a training of the tuner."""
    epochs: int
    first: int
    """Epochs of the first measurements."""
    runs: int
    """Of annealed importance sampling, in either direction."""
    temperatures: int
    ladders: int
    sweeps: int
    kept: int = 40


SIZES = {
    "mnist10k": Size(
        rates=(0.003, 0.001, 0.01),
        tuning=4,
        epochs=15,
        first=15,
        runs=64,
        temperatures=1500,
        ladders=8,
        sweeps=2000,
    ),
    "genomes805": Size(
        rates=(0.003, 0.001, 0.01, 0.0003),
        tuning=40,
        epochs=120,
        first=100,
        runs=128,
        temperatures=2000,
        ladders=16,
        sweeps=6000,
    ),
}


@dataclass(frozen=True)
class Variant:
    """One training."""

    method: str
    setting: Setting
    epochs: int
    centred: bool = True
    seed: int = 0
    title: str = ""
    after: Variant | None = None
    """Whose model to go on from."""

    def trainer(self, n_hidden: int) -> Trainer:
        kind = {"recovery": Recovery, "PCD": PCD}[self.method]
        return kind().trainer(
            self.setting,
            n_hidden=n_hidden,
            n_epochs=self.epochs,
            centred=self.centred,
            optimizer=sr.Adam(learning_rate=self.setting["rate"]),
            monitor="never",
            n_threads=1,
        )

    @property
    def name(self) -> str:
        plain = "" if self.centred else "-plain"
        own = f"{self.method}{plain}-{self.epochs}-{self.seed}-{spoken(self.setting)}"
        return own if self.after is None else f"{self.after.name}-then-{own}"


def train(problem: Problem, variant: Variant, cache: Cache, say: Say) -> sr.BernoulliRBM:
    """The model of a variant, trained or read."""

    def run() -> dict[str, sr.BernoulliRBM]:
        init = None if variant.after is None else train(problem, variant.after, cache, say)
        say(f"training {problem.label} {variant.name}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trainer = variant.trainer(problem.n_hidden)
            fit = trainer.fit(problem.train, init=init, seed=variant.seed)
        assert isinstance(fit.model, sr.BernoulliRBM)
        return {"model": fit.model}

    return cache.models(f"large/{problem.label}/{variant.name}", run)["model"]


def searched(problem: Problem, size: Size, cache: Cache, say: Say) -> dict[str, Any]:
    """What `tune` finds for either method."""
    found = {}
    for method, knobs in KNOBS.items():

        def score(setting: Setting, method: str = method) -> float | None:
            variant = chosen(method, setting, size.tuning, seed=1000)
            name = f"large-tuning/{problem.label}/{variant.name}"
            value: float | None = cache.get(name, lambda: tried(problem, variant, say))["valid"]
            return value

        found[method] = tune({"centred": (True, False), "rate": size.rates, **knobs}, score)
    return found


def tuned_variants(problem: Problem, size: Size, cache: Cache, say: Say) -> list[Variant]:
    """Recovery and PCD at their best settings, for as many epochs as the size says."""
    return [
        chosen(method, found["setting"], size.epochs, title=f"{method}, tuned")
        for method, found in searched(problem, size, cache, say).items()
    ]


def chosen(method: str, setting: Setting, epochs: int, **more: Any) -> Variant:
    """Of a tuner's setting, which says too whether parameters are centred."""
    rest = {name: value for name, value in setting.items() if name != "centred"}
    return Variant(method, rest, epochs, centred=setting["centred"], **more)


def first_variants(size: Size) -> list[Variant]:
    """Settings of the first measurements: one rate for both, parameters not centred."""
    return [
        Variant("recovery", {"rate": 0.003, "snr": 1.0}, size.first, centred=False,
                title="recovery, untuned and plain"),
        Variant("PCD", {"rate": 0.003, "chains": 500}, size.first, centred=False,
                title="PCD, untuned and plain"),
    ]  # fmt: skip


def finished(recovery: Variant, pcd: Variant, size: Size) -> Variant:
    """Recovery, then PCD for a sixth of the epochs at a third of its rate."""
    setting = {**pcd.setting, "rate": pcd.setting["rate"] / 3.0}
    return Variant("PCD", setting, max(1, size.epochs // 6), centred=pcd.centred,
                   title="recovery, then PCD", after=recovery)  # fmt: skip


def tried(problem: Problem, variant: Variant, say: Say) -> dict[str, Any]:
    """Likelihood of the validation rows, with the larger of two short estimates of ln Z.

    Both are lower bounds on average; a mode that one misses the other may reach.
    """
    say(f"tuning {problem.label} {variant.name}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = variant.trainer(problem.n_hidden).fit(problem.train, seed=variant.seed)
    except sr.DivergenceError:
        return {"valid": None}
    model: Any = fit.model
    log_z = {base: forward(model, base, 32, 300)["value"] for base in BASES}
    free = float(model.free_energy(problem.valid).mean())
    return {"valid": -free - max(log_z.values()), "log_z": log_z, "free_energy": free,
            "seconds": fit.history[-1]["seconds"]}  # fmt: skip


def tempered_samples(
    problem: Problem,
    variant: Variant,
    model: sr.BernoulliRBM,
    size: Size,
    cache: Cache,
    say: Say,
    from_data: bool = False,
    seed: int = 0,
) -> dict[str, Any]:
    """States of tempered ladders (kept beside the result as bits), and ln Z from their rungs."""
    start = problem.train[opposite(problem)] if from_data else None
    name = (
        f"large/{problem.label}/{variant.name}/tempered-{'data' if from_data else 'coins'}-{seed}"
    )
    states = cache.folder / f"{name}.npy"

    def run() -> dict[str, Any]:
        say(f"tempering {problem.label} {variant.name}")
        found: Tempered = temper(
            model, n_ladders=size.ladders, n_sweeps=size.sweeps, n_kept=size.kept, start=start,
            seed=seed,
        )  # fmt: skip
        np.save(states, np.packbits(found.visible, axis=-1))
        value, error = found.log_z()
        return {"value": value, "error": error, "betas": found.betas.tolist(), **found.info}

    result = cache.get(name, run)
    packed = np.load(states)
    visible = np.unpackbits(packed, axis=-1, count=model.n_visible)
    return result | {"visible": visible}


def opposite(problem: Problem) -> Any:
    """Rows of the largest mode of the data: a start that ladders have to forget."""
    plane = sr.principal_components(problem.train)
    points = plane.project(problem.train)
    centres = sr.mode_centres(points, 5)
    nearest = ((points[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    return np.flatnonzero(nearest == 0)


def likelihoods(
    problem: Problem, variant: Variant, model: sr.BernoulliRBM, size: Size, cache: Cache, say: Say
) -> dict[str, Any]:
    """Test and training likelihood with every estimate of ln Z."""
    folder = f"large/{problem.label}/{variant.name}"
    estimates = {}
    for from_data in (False, True):
        key = f"tempered from {'data' if from_data else 'coins'}"
        found = tempered_samples(problem, variant, model, size, cache, say, from_data)
        estimates[key] = {k: found[k] for k in ("value", "error")}
        if not from_data:
            samples = spread(found["visible"], size.runs)
    for base in BASES:

        def ais(base: str = base) -> dict[str, Any]:
            say(f"annealing {problem.label} {variant.name} from {base}")
            return forward(model, base, size.runs, size.temperatures)

        estimates[f"annealed from {base}"] = cache.get(f"{folder}/forward-{base}", ais)

    def back() -> dict[str, Any]:
        say(f"annealing {problem.label} {variant.name} back to coins")
        return reverse(model, samples, "coins", size.temperatures)

    estimates["annealed back to coins"] = cache.get(f"{folder}/reverse-coins", back)
    free = {
        part: float(model.free_energy(rows).mean())
        for part, rows in (
            ("train", problem.train),
            ("valid", problem.valid),
            ("test", problem.test),
        )
    }
    return {"free_energy": free, "log_z": estimates}


def spread(visible: Bits, n: int) -> Bits:
    """About n states, from all ladders at the latest times."""
    times = -(-n // visible.shape[1])
    chosen = np.linspace(0, len(visible) - 1, times).astype(int)
    return np.ascontiguousarray(visible[chosen].reshape(-1, visible.shape[-1])[:n])
