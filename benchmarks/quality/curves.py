"""Likelihood against time along trainings of several lengths."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import scorerbm as sr
from scorerbm import DivergenceError

from .cache import Cache
from .exact import exact_log_likelihood
from .method import Method, Setting
from .modes import far_modes
from .ours import PCD, Gumbel, Recovery
from .problems import Problem
from .rbms_pcd import RbmsPCD
from .sklearn_pcd import SklearnPCD
from .tuning import tune

__all__ = ["METHODS", "curve", "far_weight", "limited", "spoken", "tuned"]

METHODS: dict[str, type[Method]] = {m.name: m for m in (Recovery, Gumbel, PCD, RbmsPCD, SklearnPCD)}

Say = Callable[[str], None]


def limited(method: Method, problem: Problem, n_updates: int) -> int:
    most = method.most_updates(problem)
    return n_updates if most is None else min(n_updates, most)


def tuned(
    problem: Problem, method: Method, n_updates: int, cache: Cache, say: Say
) -> dict[str, Any]:
    """Best setting by the exact likelihood of the validation rows."""
    n_updates = limited(method, problem, n_updates)
    if method.most_updates(problem):
        n_updates //= 4

    seconds: list[float] = []

    def score(setting: Setting) -> float | None:
        said = spoken(setting)
        name = f"tuning/{problem.label}/{method.name}-{n_updates}-{said}"

        def run() -> dict[str, Any]:
            say(f"tuning {problem.label} {method.name} {said}")
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    watch = method.train(problem, setting, n_updates, 1000, looks=1)
            except DivergenceError:
                return {"valid": None}
            last = watch.moments[-1]
            valid = exact_log_likelihood(last.model, problem.valid)[0]
            return {"valid": valid, "cpu": last.cpu, "wall": last.wall}

        result = cache.get(name, run)
        seconds.append(result.get("cpu", 0.0))
        value: float | None = result["valid"]
        return value

    found = tune(method.knobs, score)
    return found | {"n_updates": n_updates, "cpu": sum(seconds)}


def curve(
    problem: Problem,
    method: Method,
    setting: Setting,
    n_updates: int,
    seed: int,
    cache: Cache,
    say: Say,
    looks: int,
) -> dict[str, Any]:
    """Train once and enumerate the models on the way, off the clock."""
    problem = problem.merged()
    name = f"curves/{problem.label}/{method.name}-{n_updates}-{seed}-{spoken(setting)}"
    file = cache.folder / f"{name}.safetensors"

    def run() -> dict[str, Any]:
        say(f"training {problem.label} {method.name}, {n_updates} updates, seed {seed}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            watch = method.train(problem, setting, n_updates, seed, looks)
        points = []
        for m in watch.moments:
            train, test = exact_log_likelihood(m.model, problem.train[:2000], problem.test)
            points.append(
                {"update": m.update, "wall": m.wall, "cpu": m.cpu, "train": train, "test": test}
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        sr.save(watch.moments[-1].model, file)
        return {"setting": setting, "n_updates": n_updates, "seed": seed, "points": points}

    return cache.get(name, run)


def far_weight(
    problem: Problem,
    method: Method,
    setting: Setting,
    n_updates: int,
    seed: int,
    cache: Cache,
    say: Say,
) -> dict[str, Any]:
    """Weight far from all data, by exact samples of the last model of a curve."""
    problem = problem.merged()
    name = f"{method.name}-{n_updates}-{seed}-{spoken(setting)}"
    file = cache.folder / f"curves/{problem.label}/{name}.safetensors"

    def run() -> dict[str, Any]:
        say(f"exact samples of {problem.label} {name}")
        model = sr.load(file)
        samples = sr.Exact(n_threads=1).sample(model, 2000).visible
        free = {k: float(model.free_energy(v).mean())
                for k, v in {"samples": samples, "test": problem.test}.items()}  # fmt: skip
        return far_modes(samples, problem.train, problem.test).summary() | {"free_energy": free}

    return cache.get(f"far/{problem.label}/{name}", run)


def spoken(setting: Setting) -> str:
    """For people, and for names of files; that parameters are centred goes without saying."""
    said = []
    for name, value in setting.items():
        if name == "centred":
            said += [] if value else ["plain"]
        else:
            parts = value if isinstance(value, (tuple, list)) else [value]
            said.append(f"{name}_{'-'.join(map(str, parts))}")
    return "_".join(said)
