"""The benchmark of roads: what quality costs on each of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from .._environment import environment
from .._progress import Progress, Update, progress_bar
from .._seed import derive_key
from ..backends import BACKENDS, get_backend
from ..rbm import RBM
from ..sample.base import Sampler, SampleSet
from ._arguments import check_model, states
from .floor import Floor, sets_needed
from .measurements import LEVEL, Measurements, Record
from .reference import SIGNED, Reference, most_metrics
from .reference_sets import ReferenceSets, reference_sets
from .roads import Road, select_roads

__all__ = ["measure_roads"]

_SETS_OF_THE_REFERENCE = 20
_FEWEST_SAMPLES = 10
_SAMPLES_KEPT = 64
_MOST_DRAWS, _LONG_ENOUGH = 5, 0.1  # a start of threads can take longer than a quick run


def measure_roads(
    model: RBM,
    data: ArrayLike | None = None,
    *,
    budgets: Mapping[str, Sequence[int]] | Sequence[int] | None = None,
    samplers: Mapping[str, Road | Sampler] | Iterable[str] | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    n_samples: int = 1000,
    reference: ArrayLike | Sampler | None = None,
    n_threads: int | None = None,
    backend: str = "auto",
    progress: Progress = False,
) -> Measurements:
    """Run every road at every budget and seed, and measure its samples against the model.

    `scorerbm.compare` does this and adds plots and a report; it documents the parameters.
    """
    plan = _Plan(
        check_model(model),
        None if data is None else states("data", data, model),
        select_roads(model, samplers, budgets),
        _checked_seeds(seeds),
        _check.integer("n_samples", n_samples, _FEWEST_SAMPLES),
        None if n_threads is None else _check.integer("n_threads", n_threads, 1),
        _check.choice("backend", backend, ("auto", *BACKENDS)),
    )
    source = plan.reference_sets(reference)
    with progress_bar(progress, plan.work, "comparing roads") as update:
        truth = Reference.from_sets(model, source.sets, _SETS_OF_THE_REFERENCE, exact=source.exact)
        floor = _floor(plan, truth, source, update)
        _warm_up(plan)
        table, samples = _run(plan, truth, update)
    samples["reference"] = truth.samples[:_SAMPLES_KEPT]
    errors = None
    if plan.data is not None:
        samples["data"] = plan.data[:_SAMPLES_KEPT]
        errors = truth.measure(_thinned(plan.data, plan.n_samples))
    settings = plan.settings(source, truth)
    return Measurements(model, settings, plan.roads, table, floor, samples, errors)


@dataclass(frozen=True)
class _Plan:
    """The checked arguments of one benchmark."""

    model: RBM
    data: NDArray[Any] | None
    roads: dict[str, Road]
    seeds: tuple[int, ...]
    n_samples: int
    n_threads: int | None
    backend: str

    @property
    def n_sets(self) -> int:
        """Reference sets behind the floor."""
        return sets_needed(len(self.seeds), LEVEL / most_metrics(self.model))

    @property
    def work(self) -> int:
        """Length of the progress bar: a run counts with its budget, a reference set with one."""
        return self.n_sets + len(self.seeds) * sum(sum(r.budgets) for r in self.roads.values())

    @cached_property
    def reference_seed(self) -> int:
        """64 bits that depend on all seeds and are, but for a chance of 2⁻⁶⁴, none of them."""
        high, low = derive_key(self.seeds[0], "reference", *self.seeds[1:])
        return (high << 32) | low

    def reference_sets(self, reference: ArrayLike | Sampler | None) -> ReferenceSets:
        """Sets for the truth, then sets for the floor."""
        return reference_sets(
            self.model,
            reference,
            self.data,
            n_samples=self.n_samples,
            n_sets=_SETS_OF_THE_REFERENCE + self.n_sets,
            seed=self.reference_seed,
            backend=self.backend,
            n_threads=self.n_threads,
        )

    def sampler(self, road: Road, budget: int) -> Sampler:
        """Build the road's sampler and tell it where to run."""
        sampler = road.sampler(budget)
        if not isinstance(sampler, Sampler):
            raise TypeError(
                f"sampler of {road.label!r}: got {sampler!r} for budget {budget}, "
                "expected a Sampler"
            )
        n_threads = sampler.n_threads if self.n_threads is None else self.n_threads
        backend = sampler.backend if self.backend == "auto" else self.backend
        return replace(sampler, n_threads=n_threads, backend=backend)

    def runs(self) -> Iterator[tuple[int, str, Road, int]]:
        """(seed, name, road, budget), seeds outermost: a slow minute falls on every road alike."""
        for seed in self.seeds:
            for name, road in self.roads.items():
                for budget in road.budgets:
                    yield seed, name, road, budget

    def settings(self, source: ReferenceSets, truth: Reference) -> Record:
        """How it was measured, for the report."""
        return {
            "model": type(self.model).__name__,
            "n_visible": self.model.n_visible,
            "n_hidden": self.model.n_hidden,
            "seeds": list(self.seeds),
            "n_samples": self.n_samples,
            "reference": source.description,
            "reference_is_exact": source.exact,
            "n_reference_sets": _SETS_OF_THE_REFERENCE,
            "n_floor_sets": self.n_sets,
            "level": LEVEL,
            "mmd_bandwidth": truth.bandwidth,
            "backend": get_backend(self.backend).name,
            "n_threads": self.n_threads,
            "samplers": {
                n: self.sampler(road, road.budgets[-1]).described()
                for n, road in self.roads.items()
            },
            "environment": environment(),
        }


def _checked_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    try:
        checked = tuple(_check.integer("seeds", seed) for seed in seeds)
    except TypeError as error:
        raise TypeError(f"seeds: got {seeds!r}, expected a sequence of integers") from error
    if not checked or len(set(checked)) < len(checked):
        raise ValueError(f"seeds: got {seeds!r}, expected at least one, all different")
    return checked


def _floor(plan: _Plan, truth: Reference, source: ReferenceSets, update: Update) -> Floor:
    """Errors of the sets that remain, which are independent of the truth's own."""
    errors: dict[str, list[float]] = {metric: [] for metric in truth.metrics}
    for v in source.sets:
        for metric, error in truth.measure(v).items():
            errors[metric].append(error)
        update(1)
    return Floor({m: np.array(e) for m, e in errors.items()}, SIGNED, plan.reference_seed)


def _warm_up(plan: _Plan) -> None:
    """Leave what happens once, such as rounding the weights, out of the times.

    A road of a single budget may be dear, and has no curve that a slow start would bend.
    """
    for road in plan.roads.values():
        if len(road.budgets) > 1:
            sampler = plan.sampler(road, road.budgets[0])
            sampler.sample(plan.model, plan.n_samples, seed=plan.seeds[0])


def _run(
    plan: _Plan, truth: Reference, update: Update
) -> tuple[list[Record], dict[str, NDArray[Any]]]:
    table, kept = [], {}
    for seed, name, road, budget in plan.runs():
        sampler = plan.sampler(road, budget)
        drawn, seconds = _timed(sampler, plan, seed)
        costs = _costs(drawn) | {"seconds": seconds}
        chosen = {"road": name, "label": road.label, "unit": road.unit, "budget": budget}
        table.append(chosen | {"seed": seed} | costs | truth.measure(drawn.visible))
        if seed == plan.seeds[0] and budget == road.budgets[-1]:
            kept[name] = drawn.visible[:_SAMPLES_KEPT]
        update(budget)
    return table, kept


def _timed(sampler: Sampler, plan: _Plan, seed: int) -> tuple[SampleSet, float]:
    """Draw one set; what is quick is drawn again, and the least of its times counts."""
    times: list[float] = []
    while not times or (len(times) < _MOST_DRAWS and sum(times) < _LONG_ENOUGH):
        start = time.perf_counter()
        drawn = sampler.sample(plan.model, plan.n_samples, seed=seed)
        times.append(time.perf_counter() - start)
    return drawn, min(times)


def _costs(drawn: SampleSet) -> Record:
    counts = {key: drawn.info.get(f"n_{key}") for key in ("score_evaluations", "sweeps")}
    return counts | {"device_seconds": drawn.info.get("device_seconds")}


def _thinned(data: NDArray[Any], n: int) -> NDArray[Any]:
    """At most n rows, evenly spaced: errors depend on the size of a set."""
    return data[np.linspace(0, len(data) - 1, min(n, len(data))).astype(np.intp)]
