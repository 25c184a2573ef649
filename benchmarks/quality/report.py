"""Tables of the study in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = [
    "TARGETS",
    "curve_table",
    "far_table",
    "likelihood_table",
    "mode_table",
    "observing_table",
    "search_table",
    "table",
    "target_table",
    "tuning_table",
]

TARGETS = {"digits": -18.58, "plants": -13.92, "nltcs": -6.057, "mnist10k": -144.0,
           "genomes805": -399.8}  # fmt: skip
"""What a first prototype of recovery reached, mean of its seeds."""

Curves = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tuning_table(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    header = ["data", "method", "updates each", "chosen", "validation", "worst tried", "CPU s"]
    rows = []
    for problem, methods in found.items():
        for method, best in methods.items():
            scores = [x for _, x in best["tried"] if x is not None]
            chosen = ", ".join(f"{k} {v}" for k, v in best["setting"].items())
            rows.append([problem, method, str(best["n_updates"]), chosen, f"{best['score']:.2f}",
                         f"{min(scores):.2f}", f"{best['cpu']:.0f}"])  # fmt: skip
    return table(header, rows)


def search_table(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """All settings that tuners of the large models tried, and the validation likelihood."""
    rows = []
    for problem, methods in found.items():
        for method, best in methods.items():
            for setting, score in best["tried"]:
                said = ", ".join(f"{k} {v}" for k, v in setting.items())
                mark = "chosen" if setting == best["setting"] else ""
                value = "diverged" if score is None else f"{score:.1f}"
                rows.append([problem, method, said, value, mark])
    return table(["data", "method", "setting", "validation", ""], rows)


def curve_table(curves: Curves, floors: Mapping[str, float]) -> str:
    """The last model of every length: mean over seeds, and CPU seconds."""
    header = ["data", "independent", "method", "updates", "test", "each seed", "train",
              "CPU s", "wall s"]  # fmt: skip
    rows = []
    for problem, methods in curves.items():
        for method, runs in methods.items():
            for n in sorted({run["n_updates"] for run in runs}):
                ends = [run["points"][-1] for run in runs if run["n_updates"] == n]
                mean = {k: float(np.mean([e[k] for e in ends])) for k in ends[0]}
                each = " ".join(f"{e['test']:.2f}" for e in ends)
                rows.append([problem, f"{floors[problem]:.2f}", method, str(n),
                             f"{mean['test']:.2f}", each, f"{mean['train']:.2f}",
                             f"{mean['cpu']:.2f}", f"{mean['wall']:.2f}"])  # fmt: skip
    return table(header, rows)


def far_table(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    r"""What part of the model is far from all data, and what its test likelihood loses by it.

    If a part w of the weight is where no data are, ln p of every datum is ln(1 - w) lower than that
    of the same model without it.
    """
    header = ["data", "method", "test", "far, %", "lost to it [nats]", "free energy above test's",
              "spurious modes: weight %, distance"]  # fmt: skip
    rows = []
    for problem, methods in found.items():
        for method, of in methods.items():
            free = of["free_energy"]
            rows.append([problem, method, f"{of['test']:.2f}", f"{100.0 * of['far']:.1f}",
                         f"{-np.log1p(-min(of['far'], 0.9999)):.2f}",
                         f"{free['samples'] - free['test']:.1f}", spoken_modes(of)])  # fmt: skip
    return table(header, rows)


def spoken_modes(of: Mapping[str, Any]) -> str:
    modes = (f"{100.0 * m['weight']:.0f}, {m['distance']:.0f}" for m in of["modes"])
    return "; ".join(modes) or "none"


def observing_table(found: Mapping[str, Mapping[str, Sequence[Mapping[str, float]]]]) -> str:
    """Ways of recovery: mean test likelihood of the seeds, half their range, CPU seconds.

    Before the seconds is what part of the model is far from all data, and what part of it is in
    other modes of the data than it should be, where it has modes.
    """
    names = list(dict.fromkeys(name for of in found.values() for name in of))
    rows = [
        [way, *(spoken_runs(of[name]) if name in of else "" for name in names)]
        for way, of in found.items()
    ]
    return table(["way", *names], rows)


def spoken_runs(runs: Sequence[Mapping[str, float]]) -> str:
    test = np.array([run["test"] for run in runs])
    parts = "".join(
        f", {100.0 * float(np.mean([run[k] for run in runs])):.0f} % {k}"
        for k in ("far", "misplaced") if all(k in run for run in runs)
    )  # fmt: skip
    cpu = float(np.mean([run["cpu"] for run in runs]))
    spread = f" ± {np.ptp(test) / 2.0:.2f}" if len(runs) > 1 else ""
    return f"{test.mean():.2f}{spread}{parts} ({cpu:.2f} s)"


def target_table(curves: Curves, targets: Mapping[str, float] = TARGETS) -> str:
    """CPU seconds to a given likelihood: the fastest length all of whose seeds get there."""
    methods = list(dict.fromkeys(m for c in curves.values() for m in c))
    rows = []
    for problem, of in curves.items():
        row = [problem, f"{targets[problem]:.2f}"]
        row += [seconds(of.get(m, ()), targets[problem]) for m in methods]
        rows.append(row)
    return table(["data", "target", *methods], rows)


def seconds(runs: Sequence[Mapping[str, Any]], target: float) -> str:
    if not runs:
        return "not run"
    times = []
    for n in {run["n_updates"] for run in runs}:
        reached = [first(run["points"], target) for run in runs if run["n_updates"] == n]
        if all(t is not None for t in reached):
            times.append(float(np.mean([t for t in reached if t is not None])))
    if times:
        return f"{min(times):.2f}"
    best = max(p["test"] for run in runs for p in run["points"])
    return f"not reached ({best:.2f})"


def first(points: Sequence[Mapping[str, float]], target: float) -> float | None:
    return next((p["cpu"] for p in points if p["test"] >= target), None)


def likelihood_table(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """Test likelihood by each estimate of ln Z, and how far below and above are apart."""
    header = ["data", "training", "test by tempering", "annealed from coins",
              "annealed from frequencies", "annealed back", "tempered from data", "sandwich gap",
              "train"]  # fmt: skip
    rows = []
    for problem, variants in found.items():
        for name, of in variants.items():
            z, free = of["log_z"], of["free_energy"]
            shown = {
                k: f"{-free['test'] - x['value']:.2f} ± {x['error']:.2f}" for k, x in z.items()
            }
            low = max(z[k]["value"] for k in z if k.startswith("annealed from"))
            gap = z["annealed back to coins"]["value"] - low
            train = -free["train"] - z["tempered from coins"]["value"]
            rows.append([problem, name, shown["tempered from coins"],
                         shown["annealed from coins"], shown["annealed from frequencies"],
                         shown["annealed back to coins"], shown["tempered from data"],
                         f"{gap:.2f}", f"{train:.2f}"])  # fmt: skip
    return table(header, rows)


def mode_table(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """Weights of the data's modes by training and road; what is far from all data."""
    header = ["training", "states", "weights of the data's modes, %", "far from all data, %",
              "spurious modes: weight %, distance"]  # fmt: skip
    rows = []
    for name, roads in found.items():
        for road, of in roads.items():
            weights = " ".join(f"{100.0 * w:.0f}" for w in of["weights"])
            far = f"{100.0 * of['far']:.1f}" if "far" in of else ""
            rows.append([name, road, weights, far, spoken_modes(of) if "far" in of else ""])
    return table(header, rows)
