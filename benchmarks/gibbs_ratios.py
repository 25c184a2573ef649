"""How much faster are our block-Gibbs sweeps than other libraries'? One table of ratios.

    pip install torch jax scikit-learn dwave-samplers thrml     # whichever are wanted
    python benchmarks/gibbs_ratios.py                           # one thread, CPU time
    python benchmarks/gibbs_ratios.py --threads 2               # wall clock
    python benchmarks/gibbs_ratios.py --sizes 64x64x1024 --peers numpy jax --rounds 3
    python benchmarks/gibbs_ratios.py --levels x86-64-v2 x86-64-v3 x86-64-v4
    python benchmarks/gibbs_ratios.py --check                   # do they all sample the same?

Peers are in ``peers/``, one a file. All of a row's contestants take turns, round by round, and a
ratio is the median of the rounds' ratios. ``--levels`` compares our kernels at other CPU levels;
the peers then still choose their own. Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

# Nothing that loads NumPy may be imported before the process is confined.
from ratios.confine import confine

SIZES = ["784x500x1024", "64x64x1024", "784x500x64", "4096x4096x256"]
LEVEL_VARIABLE = "SCORERBM_CPU_LEVEL"


def size(text: str) -> list[int]:
    numbers = [int(x) for x in text.split("x")]
    if len(numbers) != 3 or min(numbers) < 1:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected NxMxCHAINS")
    return numbers


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cores", type=int, nargs="+", help="one a thread; by default the last")
    parser.add_argument("--sizes", nargs="+", type=size, default=[size(x) for x in SIZES])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--budget", type=float, default=0.15, help="seconds of a call")
    parser.add_argument("--peers", nargs="*", help="by default all that are installed")
    parser.add_argument("--levels", nargs="*", help="CPU levels of our kernels, one run each")
    parser.add_argument("--json", type=Path, help="file for all figures, one entry a level")
    parser.add_argument(
        "--check", action="store_true", help="test everyone's samples, time nothing"
    )
    return parser.parse_args(arguments)


def main() -> int:
    options = parse()
    if options.levels:
        reports = run_levels(options.levels)
    else:
        cores = confine(options.threads, options.cores)
        if options.check:
            return check(options)
        reports = [measure(options, cores)]
    if options.json:
        options.json.write_text(json.dumps(reports, indent=1) + "\n", encoding="utf-8")
    return 0


def run_levels(levels: list[str]) -> list[dict[str, Any]]:
    """Run this command anew at each level: kernels are chosen once a process."""
    from scorerbm.backends import cpu_levels

    supported, reports = cpu_levels().supported, []
    for level in levels:
        if level not in supported:
            known = ", ".join(supported)
            print(f"{level}: not supported by this CPU and build, which has {known}", flush=True)
            reports.append({"level": level, "supported": False})
            continue
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "report.json")
            # Of an option given twice the last counts: no levels, and a file of ours.
            command = [sys.executable, *sys.argv, "--levels", "--json", str(file)]
            environment = os.environ | {LEVEL_VARIABLE: level}
            subprocess.run(command, env=environment, check=True)
            reports += json.loads(file.read_text(encoding="utf-8"))
    return reports


def measure(options: argparse.Namespace, cores: list[int] | None) -> dict[str, Any]:
    """Compare all sizes, print each as it is done, and return the figures."""
    from peers import PEERS, installed
    from ratios import tables
    from ratios.environment import environment
    from ratios.ours import cpu_level
    from ratios.sweeps import Size, compare

    classes, missing = installed(PEERS if options.peers is None else options.peers)
    print(*missing, tables.heading(list(classes)), sep="\n", flush=True)
    settings = options.threads, options.rounds, options.budget
    level, rows = cpu_level(), []
    for numbers in options.sizes:
        row = compare(Size(*numbers), classes, *settings)
        rows.append(row)
        print(*row["left_out"], sep="\n", end="\n" if row["left_out"] else "")
        print(*tables.ratio_lines(row, level, list(classes), "median"), sep="\n", flush=True)
    if options.threads > 1:
        print("\nthe same, ratios of the fastest rounds")
        for row in rows:
            print(*tables.ratio_lines(row, level, list(classes), "fastest"), sep="\n")
    print("\nthe peers' own speed")
    for row in rows:
        print(*tables.speed_lines(row, list(classes)), sep="\n")
    tempering = measure_tempering(options)
    print("", *tables.footnotes(options.threads), sep="\n")
    packages = {entry.package for entry in PEERS.values()}
    return environment(options, cores, packages) | {"rows": rows, "tempering": tempering}


def measure_tempering(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Parallel tempering at the sizes of 1024 chains, if this version has it."""
    from ratios.sweeps import Size
    from ratios.tables import tempering_line
    from ratios.tempering import available, compare_tempering

    print("\nparallel tempering, 16 replicas a ladder, beside as many plain chains")
    if not available():
        print("not in this version")
        return []
    rows = []
    for numbers in (x for x in options.sizes if x[2] == 1024):
        row = compare_tempering(Size(*numbers), options.threads, options.rounds, options.budget)
        rows.append(row)
        print(tempering_line(row, "ratio" if options.threads == 1 else "ratio_of_fastest"))
    return rows


def check(options: argparse.Namespace) -> int:
    """Test the samples of everyone against an enumerated distribution; 1 if one is refused."""
    from peers import PEERS, installed
    from ratios import check as checks
    from ratios.ours import PRECISIONS, Ours

    classes, missing = installed(PEERS if options.peers is None else options.peers)
    print(*missing, sep="\n", end="\n" if missing else "")
    problem = checks.small_problem(n_threads=options.threads)
    contestants = {x: Ours(problem, x) for x in PRECISIONS}
    contestants |= {name: peer(problem) for name, peer in classes.items()}
    probabilities, n_refused = checks.visible_probabilities(problem), 0
    for name, one in contestants.items():
        p = checks.p_value(one, probabilities)
        n_refused += p <= checks.ACCEPT
        print(f"{name:11} p = {p:.3g}{'' if p > checks.ACCEPT else '  REFUSED'}", flush=True)
    return int(n_refused > 0)


if __name__ == "__main__":
    sys.exit(main())
