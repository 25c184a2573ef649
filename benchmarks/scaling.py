"""How do cost and memory grow with chains, weights and steps?

    python benchmarks/scaling.py                          # one thread, CPU time
    python benchmarks/scaling.py --plot scaling.png       # with a figure
    python benchmarks/scaling.py --check                  # 1 if something grows faster, or slower
    python benchmarks/scaling.py --parts cost --quick     # one decade, one short round

A slope is that of ln seconds in ln size at the upper of two decades: 1 is linear. Beside it is the
straight line through both decades, what a call costs by itself and what each more does, and how
far the worst measurement is from it. The memory is
what a process takes that integrates 500 steps of 4096 particles, beyond its model and what it
returns, with and without states kept on the way.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

# Nothing that loads NumPy may be imported before the process is confined.
from ratios.confine import confine

QUICK = {"rounds": 1, "budget": 0.05, "points": 2, "decades": 1.0}
KEPT = 0, 50


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cores", type=int, nargs="+", help="one a thread; by default the last")
    parser.add_argument(
        "--parts", nargs="+", default=["cost", "memory"], choices=["cost", "memory"]
    )
    parser.add_argument("--axes", nargs="+", default=["rows", "weights", "steps"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--budget", type=float, default=0.2, help="seconds of a call")
    parser.add_argument("--points", type=int, default=2, help="sizes a decade")
    parser.add_argument("--decades", type=float, default=2.0)
    parser.add_argument("--steps", type=int, default=500, help="of the trajectory")
    parser.add_argument("--quick", action="store_true", help="one decade, one short round")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a bound is left")
    parser.add_argument("--plot", type=Path, help="file for a figure; needs matplotlib")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args(arguments)
    if options.quick:
        vars(options).update(QUICK)
    return options


def main() -> int:
    options = parse()
    cores = confine(options.threads, options.cores)
    from ratios.environment import environment

    curves = costs(options) if "cost" in options.parts else []
    memory = memories(options) if "memory" in options.parts else []
    report = environment(options, cores, []) | {"curves": curves, "memory": memory}
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.plot and curves:
        from scales.picture import draw

        draw(curves, options.plot)
    return int(options.check and not within_bounds(report))


def within_bounds(report: dict[str, Any]) -> bool:
    """Whether every slope and every peak of memory is allowed."""
    return all(curve["linear"] for curve in report["curves"]) and all(
        row["allowed"] for row in report["memory"]
    )


def costs(options: argparse.Namespace) -> list[dict[str, Any]]:
    from scales.costs import WORKS, measure
    from scales.slopes import ALLOWED, local_slopes

    settings = options.threads, options.rounds, options.budget, options.points, options.decades
    curves = []
    for axis in options.axes:
        for work in WORKS:
            curve = measure(work, axis, *settings)
            curves.append(curve)
            inside = "" if curve["linear"] else f"  outside {ALLOWED[0]:g} to {ALLOWED[1]:g}"
            found = curve["line"]
            print(
                f"{work}, over {axis}: slope {curve['slope']:.2f}{inside}; "
                f"{1e3 * found['fixed']:.1f} ms and {1e6 * found['each']:.3g} µs each, "
                f"within {100 * found['worst']:.0f} %"
            )
            between = local_slopes(curve["sizes"], curve["seconds"])
            for size, seconds, slope in zip(
                curve["sizes"], curve["seconds"], ["", *(f"{x:.2f}" for x in between)], strict=True
            ):
                print(f"  {size:10,d} {1e3 * seconds:12.3f} ms {slope:>6}", flush=True)
    return curves


def memories(options: argparse.Namespace) -> list[dict[str, Any]]:
    from scales.memory import Trajectory, working_memory

    rows = []
    for keep_every in KEPT:
        row = working_memory(Trajectory(steps=options.steps, keep_every=keep_every))
        rows.append(row)
        print(memory_line(row), flush=True)
    return rows


def memory_line(row: dict[str, Any]) -> str:
    """What an integration takes, in MB."""
    from scales.memory import ALLOWED

    kept = f"one in {row['keep_every']} kept" if row["keep_every"] else "none kept"
    beyond, returned = (f"{row[name] / 1e6:.0f} MB" for name in ("beyond", "returned"))
    verdict = "" if row["allowed"] else f", more than {ALLOWED / 1e6:.0f} MB"
    return (
        f"{row['particles']} particles, {row['steps']} steps, {kept}: "
        f"{beyond} beyond model and results ({returned}){verdict}"
    )


if __name__ == "__main__":
    sys.exit(main())
