"""How many more samples a second do our dimod samplers draw than others, at equal quality?

    pip install dwave-samplers dwave-pytorch-plugin einops      # whichever are wanted
    python benchmarks/ocean_ratios.py                           # one thread, CPU time
    python benchmarks/ocean_ratios.py --problems 64x64 --peers sa --rounds 3

Everyone is given a quadratic model at β = 1 and asked for samples, from the call to the answer. For
each, the fewest sweeps are found with which the second moments of 10 000 reads are as near to the
exact ones as those of independent samples are, within a tenth; with these, all take turns. Problems
are in ``boltzmann/problems.py``, peers in ``peers/ocean/``. Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

# Nothing that loads NumPy may be imported before the process is confined.
from ratios.confine import confine

DEFAULT = ["64x64", "784x500", "64x64-digits"]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cores", type=int, nargs="+", help="by default the last")
    parser.add_argument("--problems", nargs="+", default=DEFAULT)
    parser.add_argument("--peers", nargs="*", help="by default all that are installed")
    parser.add_argument("--reads", type=int, default=1000, help="samples of a call")
    parser.add_argument(
        "--quality", type=int, default=10_000, help="reads whose error has to be at the floor"
    )
    parser.add_argument(
        "--drawn",
        type=int,
        help="reads from which it is estimated; by default as many, a fifth where pairs are many",
    )
    parser.add_argument("--reference", type=int, default=40_000, help="samples of the reference")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--budget", type=float, default=0.5, help="seconds of a call")
    parser.add_argument("--patience", type=float, default=120, help="seconds of each search")
    parser.add_argument("--json", type=Path, help="file for all figures")
    return parser.parse_args(arguments)


def main() -> int:
    options = parse()
    cores = confine(1, options.cores)
    report = measure(options, cores)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


def measure(options: argparse.Namespace, cores: list[int] | None) -> dict[str, Any]:
    """Compare on all problems, print each as it is done, and return the figures."""
    from boltzmann.comparison import compare
    from boltzmann.problems import target
    from boltzmann.tables import footnotes, lines
    from peers import installed
    from peers.ocean import PEERS
    from ratios.environment import environment

    classes, missing = installed(PEERS if options.peers is None else options.peers, PEERS)
    print(*missing, sep="\n", end="\n" if missing else "", flush=True)
    rows = []
    for name in options.problems:
        row = compare(
            target(name, options.reference),
            classes,
            options.reads,
            options.quality,
            options.drawn,
            options.rounds,
            options.budget,
            options.patience,
        )
        rows.append(row)
        print(*lines(row), "", sep="\n", flush=True)
    print(*footnotes(), sep="\n")
    packages = {name for entry in PEERS.values() for name in entry.package.split()}
    options.threads = 1
    return environment(options, cores, packages | {"dimod"}) | {"rows": rows}


if __name__ == "__main__":
    sys.exit(main())
