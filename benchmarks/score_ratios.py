"""How much faster are our scores, reverse diffusions and training steps than other libraries'?

    pip install torch jax diffrax torchsde rbms                  # whichever are wanted
    python benchmarks/score_ratios.py                            # one thread, CPU time
    python benchmarks/score_ratios.py --threads 2                # wall clock
    python benchmarks/score_ratios.py --rows kept-chain recovery --sizes 784x500
    python benchmarks/score_ratios.py --quick                    # few and short rounds
    python benchmarks/score_ratios.py --check                    # do they all compute the same?

The paths are in ``paths/``, the other libraries' sides of them in ``peers/``. Everyone is checked
on a small problem before anything is timed, and who computes something else is refused, which is
an exit status of 1. All of a row's contestants take turns, round by round, and a ratio is the
median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

# Nothing that loads NumPy may be imported before the process is confined.
from ratios.confine import confine

SIZES = ["784x500", "64x64"]
QUICK = {"rounds": 3, "budget": 0.1}


def size(text: str) -> tuple[int, int]:
    numbers = [int(x) for x in text.split("x")]
    if len(numbers) != 2 or min(numbers) < 1:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected NxM")
    return numbers[0], numbers[1]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cores", type=int, nargs="+", help="one a thread; by default the last")
    parser.add_argument("--rows", nargs="+", metavar="ROW", help="by default all; see paths/")
    parser.add_argument("--sizes", nargs="+", type=size, default=[size(x) for x in SIZES])
    parser.add_argument("--peers", nargs="*", help="by default all that are installed")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--budget", type=float, default=0.4, help="seconds of a call")
    parser.add_argument("--quick", action="store_true", help="3 rounds of calls of 0.1 s")
    parser.add_argument("--check", action="store_true", help="test everyone, time nothing")
    parser.add_argument("--json", type=Path, help="file for all figures")
    options = parser.parse_args(arguments)
    if options.quick:
        vars(options).update(QUICK)
    return options


def main() -> int:
    options = parse()
    cores = confine(options.threads, options.cores)
    report = measure(options, cores)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return int(any(check["refused"] for check in report["checks"].values()))


def measure(options: argparse.Namespace, cores: list[int] | None) -> dict[str, Any]:
    """Check and time all rows, print each as it is done, and return the figures."""
    from ratios.environment import environment

    paths = chosen(options.rows)
    checks = check(paths, options)
    packages = {entry.package for path in paths for entry in path.peers.values()}
    rows = [] if options.check else time_rows(paths, checks, options)
    return environment(options, cores, packages) | {"checks": checks, "rows": rows}


def chosen(names: list[str] | None) -> list[Any]:
    """The paths of these rows, or all.

    Raises
    ------
    ValueError
        If there is no such row.
    """
    from paths import PATHS

    for name in names or []:
        if name not in PATHS:
            raise ValueError(f"rows: got {name!r}, expected some of {', '.join(PATHS)}")
    return [path for name, path in PATHS.items() if names is None or name in names]


def check(paths: list[Any], options: argparse.Namespace) -> dict[str, Any]:
    from ratios import path_tables
    from ratios.rows import check_row

    checks = {}
    for path in paths:
        result = check_row(path, options.threads, options.peers)
        checks[path.name] = result
        print(path_tables.check_line(path.name, result), *result["missing"], sep="\n", flush=True)
    return checks


def time_rows(paths: list[Any], checks: Any, options: argparse.Namespace) -> list[dict[str, Any]]:
    from ratios import path_tables
    from ratios.rows import compare_row

    print("", path_tables.heading(), sep="\n", flush=True)
    settings, rows = (options.threads, options.rounds, options.budget), []
    for numbers in options.sizes:
        for path in paths:
            result = checks[path.name]
            if "ours" in result["refused"]:
                continue
            sound = [name for name in result["p_values"] if name not in result["refused"]]
            names = [name for name in sound if name != "ours"]
            row = compare_row(path, numbers, *settings, names)
            rows.append(row)
            print(path_tables.ratio_line(row), flush=True)
    if options.threads > 1:
        print("\nthe same, ratios of the fastest rounds")
        print(*(path_tables.ratio_line(row, "ratio_of_fastest") for row in rows), sep="\n")
    notes = path_tables.footnotes(options.threads)
    print("", path_tables.summary(rows), *notes, sep="\n")
    return rows


if __name__ == "__main__":
    sys.exit(main())
