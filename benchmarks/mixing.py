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
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from mixing_study.methods import methods, order
from mixing_study.pictures import picture
from mixing_study.problem import QUICK, Problem, Run, Size
from mixing_study.tables import report
from mixing_study.training import trained


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
