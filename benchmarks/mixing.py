"""Which samplers mix, on a model of population-genetic data with separated modes.

    python benchmarks/mixing.py --data FOLDER                  # genomes805.npz in it
    python benchmarks/mixing.py --data FOLDER --models FOLDER  # keep the models, or read them
    python benchmarks/mixing.py --data FOLDER --out FOLDER     # where table and picture go
    python benchmarks/mixing.py --data FOLDER --quick          # to see that it works

Every method draws from the same model. What its weights are nobody knows: samplers that are right
by construction and differ in how (tempering from fair coins, from independent bits, and along the
training) have to agree on them. How far the model is from its data is another question, with a
column of its own.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr
from scorerbm.backends import get_backend
from scorerbm.rbm.chains import chain_ids
from scorerbm.sample.bit_replicas import BitPath
from scorerbm.sample.replica_flow import ReplicaFlow
from scorerbm.sample.replicas import Streams

Bits = NDArray[np.uint8]
Reals = NDArray[np.float64]

N_MODES, BINS, POINTS = 5, 14, 1000
ALONG = "trajectory tempering"
REFERENCES = ("tempering, uniform", "tempering, data", ALONG)


@dataclass(frozen=True)
class Size:
    """How long everything runs."""

    n_hidden: int = 100
    n_epochs: int = 300
    batch_size: int = 200
    rate: float = 0.003
    chains: int = 128
    gibbs: int = 8000
    ladders: int = 32
    sweeps: int = 8000
    """Of every replica, the first half not counted, as in all chains."""
    models: int = 16
    """Ladders of the trajectory, which has more rungs."""
    along: int = 3000
    """Sweeps of the trajectory, each with an exchange in Python."""
    particles: int = 300
    steps: tuple[int, ...] = (500, 4000)
    tempered_particles: int = 150
    tempered_steps: tuple[int, ...] = (500, 4000)
    selection: int = 100


QUICK = Size(
    n_epochs=12, chains=32, gibbs=400, ladders=8, sweeps=200, models=4, along=100, particles=60,
    steps=(100,), tempered_particles=20, tempered_steps=(100,), selection=40,
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """A model with all that is measured against."""

    train: Bits
    test: Bits
    models: list[sr.BernoulliRBM]
    """Along the training; the last one is sampled."""
    plane: Any
    centres: Reals
    edges: tuple[Reals, Reals]

    @classmethod
    def of(
        cls, train: Bits, test: Bits, models: list[sr.BernoulliRBM], n_modes: int = N_MODES
    ) -> Problem:
        plane = sr.principal_components(train)
        points = plane.project(train)
        low, high = points.min(axis=0) - 3.0, points.max(axis=0) + 3.0
        edges = tuple(np.linspace(a, b, BINS + 1) for a, b in zip(low, high, strict=True))
        return cls(train, test, models, plane, sr.mode_centres(points, n_modes), edges)

    @property
    def model(self) -> sr.BernoulliRBM:
        return self.models[-1]

    def density(self, points: Reals) -> Any:
        return sr.projected_density(points, edges=self.edges)


@dataclass(frozen=True)
class Run:
    """States of C chains at K times, or of as many independent particles at one."""

    points: Reals
    """(K, C, 2), on the plane of the data's principal components."""
    energy: Reals
    """(K, C)"""
    every: int
    """Sweeps between two times."""
    seconds: float
    """Of one CPU, the burn-in included."""
    burn_in: float
    """What part of them is."""
    info: dict[str, Any] = field(default_factory=dict)

    @property
    def n_chains(self) -> int:
        return self.points.shape[1]

    @property
    def is_chain(self) -> bool:
        return len(self.points) > 1


def look(problem: Problem, visible: Bits, hidden: Bits) -> tuple[Reals, Reals]:
    """Coordinates and energies of states (K, C, N) and (K, C, M)."""
    shape = visible.shape[:2]
    v, h = (x.reshape(-1, x.shape[-1]) for x in (visible, hidden))
    points = np.concatenate([problem.plane.project(x) for x in np.array_split(v, 64) if len(x)])
    return points.reshape(*shape, 2), problem.model.energy(v, h).reshape(shape)


# -- the methods ------------------------------------------------------------------------------

Method = Callable[[Problem, Size], Run]


def gibbs(problem: Problem, size: Size, from_data: bool = False) -> Run:
    half = size.gibbs // 2
    every = max(1, half // 500)
    sampler = sr.BlockGibbs(size.gibbs, collect_every=every, burn_in=half, n_threads=1)
    init = None
    if from_data:
        rows = np.random.default_rng(0).permutation(len(problem.train))[: size.chains]
        init = problem.train[rows]
    start = time.process_time()
    samples = sampler.sample(problem.model, size.chains, init=init)
    seconds = time.process_time() - start
    draws = samples.draws
    assert draws is not None
    return Run(*look(problem, draws.visible, draws.hidden), every, seconds, 0.5, samples.info)


def tempering(problem: Problem, size: Size, reference: str | None = None) -> Run:
    """Along a tuned ladder from a reference, or along the models of the training."""
    half = (size.along if reference is None else size.sweeps) // 2
    every = max(1, half // 500)
    n_each, n_ladders = half // every, size.ladders
    sampler = sr.ParallelTempering(half, samples_per_ladder=n_each, thin=every, n_threads=1)
    model: Any = problem.models
    if reference is None:
        n_ladders = size.models
    else:
        betas = sr.tune_ladder(problem.model, reference=reference, n_threads=1).betas
        model, sampler = problem.model, replace(sampler, betas=betas, reference=reference)
    start = time.process_time()
    samples = sampler.sample(model, n_ladders * n_each)
    seconds = time.process_time() - start
    states = (
        x.reshape(n_ladders, n_each, -1).swapaxes(0, 1) for x in (samples.visible, samples.hidden)
    )
    return Run(*look(problem, *states), every, seconds, 0.5, samples.info)


def from_a_mode(problem: Problem, size: Size, reference: str) -> Run:
    """Tempering whose replicas all start in the largest mode of the data: the hardest start.

    `ParallelTempering` starts from its reference, which is far from all modes. A ladder that is
    right forgets this start too.
    """
    half = size.sweeps // 2
    every = max(1, half // 500)
    betas = sr.tune_ladder(problem.model, reference=reference, n_threads=1).betas
    points = problem.plane.project(problem.train)
    distance = ((points[:, None] - problem.centres) ** 2).sum(axis=2)
    rows = problem.train[distance.argmin(axis=1) == 0]
    n = size.ladders * len(betas)
    path = BitPath.to(problem.model, reference, "auto")
    streams = Streams(chain_ids(size.ladders), (1, 2), get_backend("auto"), 1)
    start = np.ascontiguousarray(rows[np.arange(n) % len(rows)])
    replicas = path.replicas(betas, start, streams)
    flow, states = ReplicaFlow(replicas.slots), []
    begin = time.process_time()
    replicas.follow(half, flow)
    for _ in range(half // every):
        replicas.follow(every, flow)
        states.append(replicas.on_rung(len(betas) - 1))
    seconds = time.process_time() - begin
    info = {"betas": betas.tolist(), "n_replicas": len(betas), "n_ladders": size.ladders}
    info |= {"replica_sweeps": replicas.sweep} | flow.summary()
    visible, hidden = (np.stack(x) for x in zip(*states, strict=True))
    return Run(*look(problem, visible, hidden), every, seconds, 0.5, info)


def reverse(
    problem: Problem,
    size: Size,
    n_steps: int,
    reference: str | None = None,
    from_biases: bool = False,
) -> Run:
    """The reverse SDE with the kept Gibbs chain, or with a tempered one on a tuned ladder.

    Chains start from the data's frequencies, or from the model's biases if it does not know them.
    """
    model = problem.model
    if from_biases:
        model = sr.BernoulliRBM(*model.parameters.values())
    n, denoiser = size.particles, sr.GibbsDenoiser()
    if reference is not None:
        betas = sr.tune_ladder(problem.model, reference=reference, n_threads=1).betas
        n, denoiser = (
            size.tempered_particles,
            sr.TemperedDenoiser(betas, reference=reference),
        )
    sampler = sr.ReverseSDE(n_steps, denoiser=denoiser, n_threads=1)
    start = time.process_time()
    samples = sampler.sample(model, n)
    seconds = time.process_time() - start
    states = samples.visible[None], samples.hidden[None]
    return Run(*look(problem, *states), 1, seconds, 0.0, samples.info)


def start(problem: Problem, size: Size, n_sweeps: int) -> Run:
    """What the Gibbs chain inside the reverse SDE does from its start without an observation."""
    model = problem.model
    p = np.full(model.n_visible, 0.5) if model.data_mean is None else model.data_mean
    init = np.random.default_rng(0).random((size.particles, len(p))) < p
    sampler = sr.BlockGibbs(n_sweeps, n_threads=1)
    begin = time.process_time()
    samples = sampler.sample(model, size.particles, init=init.astype(np.uint8))
    seconds = time.process_time() - begin
    states = samples.visible[None], samples.hidden[None]
    return Run(*look(problem, *states), 1, seconds, 0.0, samples.info)


def methods(size: Size) -> dict[str, tuple[Callable[..., Run], tuple[Any, ...]]]:
    """Every method by name: what to call with the problem, the size and these arguments."""
    found: dict[str, tuple[Callable[..., Run], tuple[Any, ...]]] = {
        ALONG: (tempering, ()),  # the longest first, for two processes at work
        "tempering, uniform": (tempering, ("uniform",)),
        "tempering, data": (tempering, ("data",)),
        "tempering, uniform, from a mode": (from_a_mode, ("uniform",)),
        "tempering, data, from a mode": (from_a_mode, ("data",)),
    }
    for n in size.tempered_steps[::-1]:
        found[f"SDE, tempered chain, {n} steps"] = (reverse, (n, "data"))
    for n in size.steps[::-1]:
        found[f"SDE, Gibbs chain, {n} steps"] = (reverse, (n,))
        found[f"SDE from biases, {n} steps"] = (reverse, (n, None, True))
        found[f"Gibbs from frequencies, {n}"] = (start, (n,))
    return found | {"Gibbs from random": (gibbs, ()), "Gibbs from data": (gibbs, (True,))}


def order(size: Size) -> list[str]:
    """Names as they are shown."""
    names = ["Gibbs from random", "Gibbs from data", *REFERENCES]
    names += [f"tempering, {reference}, from a mode" for reference in ("uniform", "data")]
    names += [f"Gibbs from frequencies, {n}" for n in size.steps]
    names += [f"SDE, Gibbs chain, {n} steps" for n in size.steps]
    names += [f"SDE from biases, {n} steps" for n in size.steps]
    return names + [f"SDE, tempered chain, {n} steps" for n in size.tempered_steps]


# -- what is measured -------------------------------------------------------------------------


@dataclass(frozen=True)
class Weights:
    values: Reals
    errors: Reals


def weights(problem: Problem, run: Run) -> Weights:
    """Mean over chains and its standard error from chain to chain, which no τ has to be known for.

    Where chains do not leave their modes it is the error of as many independent points as there
    are chains. It says nothing of a bias that they share.
    """
    chains = run.points.swapaxes(0, 1)
    each = np.array([sr.mode_weights(p, problem.centres).values for p in chains])
    pooled = sr.mode_weights(run.points.reshape(-1, 2), problem.centres, n_independent=len(each))
    if not run.is_chain:
        return Weights(pooled.values, pooled.errors)
    error = each.std(axis=0, ddof=1) / np.sqrt(len(each))
    return Weights(pooled.values, np.where(error > 0.0, error, pooled.errors))


def consensus(of: Mapping[str, Weights]) -> tuple[Weights, float, list[str]]:
    """Mean of the tempered samplers, weighted alike, and by how much they differ from it.

    The latter is their mean squared deviation in standard errors, over what is to be expected of
    right ones: 1. Those of the modes are correlated, so that its own error is not that of χ².
    """
    names = [name for name in REFERENCES if name in of]
    values, errors = (np.array([getattr(of[n], a) for n in names]) for a in ("values", "errors"))
    mean = Weights(values.mean(axis=0), np.sqrt((errors**2).sum(axis=0)) / len(names))
    expected = max(1, (len(names) - 1) * values.shape[1])
    squared = float(((values - mean.values) ** 2 / errors**2).sum()) / expected
    return mean, squared, names


def deviation(name: str, of: Mapping[str, Weights]) -> float:
    """Largest difference from the tempered samplers but itself, in standard errors."""
    right = consensus({n: w for n, w in of.items() if n != name})[0]
    w = of[name]
    return float((np.abs(w.values - right.values) / np.hypot(w.errors, right.errors)).max())


def thinned(run: Run, n: int = POINTS) -> Reals:
    """At most n points, of chains and times drawn at random."""
    points = run.points.reshape(-1, 2)
    rows = np.random.default_rng(0).permutation(len(points))[:n]
    chosen: Reals = points[rows]
    return chosen


def distance(problem: Problem, points: Reals, other: Reals) -> tuple[float, float]:
    """Total variation between two sets of points, and that of samples of one density."""
    p, q = problem.density(points), problem.density(other)
    return sr.density_distance(p, q), sr.density_floor(p, q, n_draws=200).mean


@dataclass(frozen=True)
class Mixing:
    """How fast the chains of a run forget."""

    times: dict[str, Any]
    """Autocorrelation times by observable, in sweeps (those of one replica)."""
    effective: float
    """Effective samples of the slowest observable."""
    scale_reduction: float
    """Largest over the observables."""


def mixing(run: Run) -> Mixing:
    """Correlations here have a slow part of a tenth, which the usual window of 6 would cut off."""
    observables = {"PC1": run.points[..., 0], "PC2": run.points[..., 1], "E": run.energy}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sr.ShortSeriesWarning)
        times = {name: sr.autocorrelation_time(x, window=20.0) for name, x in observables.items()}
    slowest = min(t.effective_sample_size for t in times.values())
    reduction = max(sr.potential_scale_reduction(x) for x in observables.values())
    return Mixing(times, slowest, reduction)


# -- the report -------------------------------------------------------------------------------


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shown(x: Reals) -> str:
    return " ".join(f"{100.0 * value:.0f}" for value in x)


def report(problem: Problem, runs: Mapping[str, Run]) -> str:
    of = {name: weights(problem, run) for name, run in runs.items()}
    mean, squared, names = consensus(of)
    pooled = np.concatenate([thinned(runs[n]) for n in names])
    data, test = (problem.plane.project(x) for x in (problem.train, problem.test))
    parts = [
        weights_table(problem, runs, of, mean, names, pooled, data, test),
        f"Squared differences of weights among {', '.join(names)}, over those expected of their "
        f"standard errors: {squared:.1f}",
        speed_table(runs, of),
        replica_table(runs),
    ]
    return "\n\n".join(parts)


def weights_table(
    problem: Problem,
    runs: Mapping[str, Run],
    of: Mapping[str, Weights],
    mean: Weights,
    names: list[str],
    pooled: Reals,
    data: Reals,
    test: Reals,
) -> str:
    header = ["sampler", "weights of modes, %", "standard errors", "largest deviation",
              "TV to tempered (floor)", "TV to data (floor)"]  # fmt: skip
    rows = []
    for name, points in (("data, train", data), ("data, test", test)):
        w = sr.mode_weights(points, problem.centres)
        apart = distance(problem, points, data) if name == "data, test" else None
        rows.append([name, shown(w.values), shown(w.errors), "", "", pair(apart)])
    rows.append(["tempered, together", shown(mean.values), shown(mean.errors), "", "",
                 pair(distance(problem, pooled, data))])  # fmt: skip
    for name, run in runs.items():
        w, points = of[name], thinned(run)
        # Not of what it is itself a part.
        rest = [thinned(runs[n]) for n in names if n != name]
        apart = distance(problem, points, np.concatenate(rest)) if rest else None
        rows.append([name, shown(w.values), shown(w.errors), f"{deviation(name, of):.1f} σ",
                     pair(apart), pair(distance(problem, points, data))])  # fmt: skip
    return table(header, rows)


def pair(apart: tuple[float, float] | None) -> str:
    return "" if apart is None else f"{apart[0]:.2f} ({apart[1]:.2f})"


def speed_table(runs: Mapping[str, Run], of: Mapping[str, Weights]) -> str:
    """In brackets what counts states of chains that have not mixed, or of a wrong distribution."""
    header = ["sampler", "chains", "CPU seconds", "τ of PC1", "τ of PC2", "τ of E", "R̂",
              "effective samples", "each CPU second"]  # fmt: skip
    rows = []
    for name, run in runs.items():
        row = [name, str(run.n_chains), f"{run.seconds:.1f}"]
        effective, counted, right = float(run.n_chains), run.seconds, deviation(name, of) < 3.0
        if run.is_chain:
            m = mixing(run)
            effective, counted = m.effective, run.seconds * (1.0 - run.burn_in)
            right = right and m.scale_reduction < 1.1
            row += [short(t, run.every) for t in m.times.values()] + [f"{m.scale_reduction:.2f}"]
        else:
            row += [""] * 4
        speeds = f"{effective:.0f}", f"{effective / counted:.1f}"
        row += speeds if right else [f"({x})" for x in speeds]
        rows.append(row)
    return table(header, rows)


def short(t: Any, every: int) -> str:
    """τ in sweeps; a series too short for it gives a lower bound."""
    if t.is_short:
        return f"> {every * t.value:.0f}"
    return f"{every * t.value:.0f} ± {every * t.error:.0f}"


def replica_table(runs: Mapping[str, Run]) -> str:
    header = ["ladder", "replicas", "sweeps", "least, mean acceptance", "round trips a ladder",
              "sweeps a round trip", "steepest fall of the flow"]  # fmt: skip
    rows = []
    for name, run in runs.items():
        info = run.info
        if "flow_up" not in info:
            continue
        acceptance = np.array(info["acceptance"])
        fall = -np.diff(info["flow_up"])
        k = int(np.nanargmax(fall)) if np.isfinite(fall).any() else 0
        at = f"β = {info['betas'][k]:.2f}" if "betas" in info else f"model {k + 1}"
        trip = info["round_trip_sweeps"]
        rows.append([name, str(info["n_replicas"]), str(info["replica_sweeps"]),
                     f"{acceptance.min():.2f}, {acceptance.mean():.2f}",
                     f"{info['round_trips'] / info['n_ladders']:.1f}",
                     "none" if trip is None else f"{trip:.0f}",
                     f"{fall[k]:.2f} at {at}"])  # fmt: skip
    return table(header, rows)


def picture(problem: Problem, runs: Mapping[str, Run], path: Path) -> None:
    """Densities of all samplers on the plane of the data, and autocorrelations."""
    import matplotlib.pyplot as plt

    from scorerbm.plot._style import style

    panels = {"data": problem.plane.project(problem.train)}
    drawn = [name for name in runs if not name.startswith("Gibbs from frequencies")]
    panels |= {name: thinned(runs[name]) for name in drawn}
    n_columns = 5
    n_rows = -(-len(panels) // n_columns)
    with style():
        figure = plt.figure(figsize=(12.0, 2.35 * n_rows + 3.3), layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=(2.35 * n_rows, 3.3))
        axes = above.subplots(n_rows, n_columns, sharex=True, sharey=True).ravel()
        for axis, (name, points) in zip(axes, panels.items(), strict=False):
            draw_density(axis, problem, points)
            axis.set_title(name, fontsize=9.5)
        for axis in axes[len(panels) :]:
            axis.set_axis_off()
        above.supxlabel("component 1 of the data", fontsize=9.5)
        above.supylabel("component 2", fontsize=9.5)
        draw_autocorrelations(below, runs)
        figure.savefig(path, dpi=100)
        plt.close(figure)


def draw_density(axis: Any, problem: Problem, points: Reals) -> None:
    """Shades of the samples, an outline of the data, and the weight of each mode in per cent."""
    from matplotlib.colors import LogNorm
    from matplotlib.patheffects import withStroke

    from scorerbm.plot._style import COLOURS, FAINT, INK

    density = problem.density(points)
    x, y = density.edges
    filled = np.ma.masked_equal(density.probability.T, 0.0)
    axis.pcolormesh(x, y, filled, cmap="Blues", norm=LogNorm(3e-4, 0.3), rasterized=True)
    of_data = problem.density(problem.plane.project(problem.train)).probability.T
    middles = (0.5 * (edge[1:] + edge[:-1]) for edge in (x, y))
    axis.contour(*middles, of_data, levels=[2e-3], colors=FAINT, linewidths=0.9)
    values = sr.mode_weights(points, problem.centres).values
    for centre, value in zip(problem.centres, values, strict=True):
        axis.plot(*centre, "o", color=COLOURS[1], ms=3.5)
        axis.annotate(f"{100.0 * value:.0f}", centre, (6, 0), textcoords="offset points",
                      va="center", color=INK, fontsize=9,
                      path_effects=[withStroke(linewidth=2.5, foreground="white")])  # fmt: skip
    axis.grid(False)


def draw_autocorrelations(figure: Any, runs: Mapping[str, Run]) -> None:
    from scorerbm.plot._style import COLOURS, FAINT

    left, right = figure.subplots(1, 2, sharey=True)
    chains = [(name, run) for name, run in runs.items() if run.is_chain and "mode" not in name]
    for k, (name, run) in enumerate(chains):
        for axis, x in ((left, run.points[..., 0]), (right, run.energy)):
            rho = sr.autocorrelation(x)
            lag = run.every * np.arange(len(rho))
            # Those from random bits and from data lie on each other.
            axis.plot(lag[1:], rho[1:], "--" if k == 1 else "-", color=COLOURS[k], label=name)
    for axis, name in ((left, "component 1"), (right, "energy")):
        axis.axhline(0.0, color=FAINT, lw=0.8)
        axis.set(xscale="log", ylim=(-0.1, 1.05), xlabel="lag [sweeps of each replica]")
        axis.set_title(f"autocorrelation of {name}", fontsize=9.5)
    right.legend(fontsize=9)


# -- the models -------------------------------------------------------------------------------


def trained(train: Bits, size: Size, folder: Path | None) -> list[sr.BernoulliRBM]:
    """Snapshots of a training by recovery, thinned to what tempering along them needs."""
    name = f"genomes805-{size.n_hidden}-{size.n_epochs}"
    if folder is not None and (files := sorted(folder.glob(f"{name}-*.safetensors"))):
        return [sr.load(file) for file in files]
    snapshots = sr.Snapshots(range(size.n_epochs))
    trainer = sr.ScoreMatching(
        n_hidden=size.n_hidden,
        n_epochs=size.n_epochs,
        batch_size=size.batch_size,
        optimizer=sr.Adam(learning_rate=size.rate),
        callbacks=[snapshots],
        monitor="never",
    )
    start = time.perf_counter()
    trainer.fit(train, seed=0)
    print(f"trained in {time.perf_counter() - start:.0f} s", flush=True)
    start = time.perf_counter()
    models = sr.select_snapshots(snapshots.models, n_sweeps=size.selection, n_ladders=32)
    print(
        f"kept {len(models)} of {len(snapshots.models)} snapshots in "
        f"{time.perf_counter() - start:.0f} s",
        flush=True,
    )
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for k, model in enumerate(models):
            sr.save(model, folder / f"{name}-{k:03}.safetensors")
    return models


def study(problem: Problem, size: Size, processes: int = 2) -> dict[str, Run]:
    """Run every method, each on one thread."""
    if processes == 1:
        runs = {name: f(problem, size, *args) for name, (f, args) in methods(size).items()}
    else:
        with ProcessPoolExecutor(processes) as pool:
            futures = {
                name: pool.submit(f, problem, size, *args)
                for name, (f, args) in methods(size).items()
            }
            runs = {name: future.result() for name, future in futures.items()}
    return {name: runs[name] for name in order(size)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with genomes805.npz")
    parser.add_argument("--models", type=Path, help="folder to keep the models in")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the table and picture")
    parser.add_argument("--quick", action="store_true", help="see that it works, in a minute")
    options = parser.parse_args()
    size = QUICK if options.quick else Size()
    start = time.perf_counter()
    with np.load(options.data / "genomes805.npz") as file:
        train, test = file["train"], file["test"]
    problem = Problem.of(train, test, trained(train, size, options.models))
    runs = study(problem, size)
    text = report(problem, runs)
    print(text)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "mixing-tables.md").write_text(text + "\n", encoding="utf-8")
    picture(problem, runs, options.out / "mixing.png")
    print(f"\n{time.perf_counter() - start:.0f} s in all; tables and picture are in {options.out}")


if __name__ == "__main__":
    main()
