"""What was measured, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import scorerbm as sr

from .measures import Weights, consensus, deviation, distance, mixing, thinned, weights
from .problem import Problem, Reals, Run


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
