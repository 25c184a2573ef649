"""How likely are real-valued digits under Gaussian–Bernoulli RBMs, and under other densities?

    pip install scikit-learn scipy tqdm
    python benchmarks/real_digits.py --out FOLDER                  # everything
    python benchmarks/real_digits.py --out FOLDER --parts exact    # M = 10, ln Z by enumeration
    python benchmarks/real_digits.py --out FOLDER --parts large    # M = 64, annealed both ways
    python benchmarks/real_digits.py --out FOLDER --parts rivals   # Gaussians, mixtures, factors
    python benchmarks/real_digits.py --out FOLDER --parts report   # tables, from files

Digits are (raw + u)/17 with uniform u from default_rng(0), 1347 rows to train on and 450 to test.
All figures are nats a test row per unit of each pixel's scale, its standard deviation but no less
than 0.05. Each run leaves a JSON file; what is there is not run again.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from quality.cache import Cache
from real import machines, rivals
from real.problem import Problem, digits
from real.report import tables

PARTS = ("exact", "large", "rivals", "report")
SIZES = {"small": 10, "large": 64}


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for all results")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--methods", nargs="+", choices=machines.METHODS,
                        default=list(machines.METHODS))  # fmt: skip
    parser.add_argument("--scales", nargs="+", choices=machines.SCALES,
                        default=list(machines.SCALES))  # fmt: skip
    parser.add_argument("--large", nargs="+", choices=machines.METHODS, default=["recovery", "PCD"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, help="by default the trainers'")
    parser.add_argument("--rows", type=int, default=1347, help="to train on")
    parser.add_argument(
        "--hidden",
        type=int,
        nargs=2,
        default=list(SIZES.values()),
        help="units of the model that is enumerated, and of the large one",
    )
    parser.add_argument("--runs", type=int, default=500, help="of annealing")
    parser.add_argument("--temperatures", type=int, default=4000)
    parser.add_argument("--sweeps", type=int, default=2000, help="to the starts of the way back")
    return parser.parse_args(arguments)


class Study:
    """Results by name, from files or anew."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.cache = options, Cache(options.out)
        self.problem: Problem = digits(options.rows)

    def run(self) -> None:
        from tqdm import tqdm

        parts = self.options.parts
        work = [x for part in PARTS[:3] if part in parts for x in getattr(self, part)()]
        for name, compute in tqdm(work, unit="run"):
            self.cache.get(name, compute)
        if "report" in parts:
            names = [name for part in PARTS[:3] for name, _ in getattr(self, part)()]
            print(tables(self.cache, self.problem, names, self.options.hidden))

    def trained(self, method: str, scale: str, n_hidden: int, seed: int) -> Any:
        return machines.trained(self.problem, method, scale, n_hidden, seed, self.options.epochs)

    def exact(self) -> list[tuple[str, Any]]:
        m = self.options.hidden[0]
        return [
            (f"exact/{method}-{scale}-{seed}",
             lambda a=(method, scale, m, seed): machines.exact(self.problem, self.trained(*a)))
            for seed in range(self.options.seeds)
            for scale in self.options.scales
            for method in self.options.methods
        ]  # fmt: skip

    def large(self) -> list[tuple[str, Any]]:
        o = self.options
        sizes = o.runs, o.temperatures, o.sweeps
        return [
            (f"large/{method}",
             lambda a=(method, "floored", o.hidden[1], 0): machines.enclosed(
                 self.problem, self.trained(*a), *sizes))
            for method in o.large
        ]  # fmt: skip

    def rivals(self) -> list[tuple[str, Any]]:
        n = self.problem.train.shape[1]
        return [
            (f"rivals/{m}",
             lambda m=m: rivals.rivals(self.problem, machines.n_parameters(n, m)))
            for m in self.options.hidden
        ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    Study(parse(arguments)).run()


if __name__ == "__main__":
    main()
