"""Exact test log-likelihoods of models trained with the default settings.

    python benchmarks/likelihood.py                          # digits
    python benchmarks/likelihood.py --data FOLDER            # and nltcs.npz, plants.npz in it
    python benchmarks/likelihood.py --data FOLDER --longer 4 # 4 times as many epochs
    python benchmarks/likelihood.py --data FOLDER --large    # mnist10k.npz, genomes805.npz instead
    python benchmarks/likelihood.py --data FOLDER --plain    # parameters that are not centred

Digits are split by ``split(load_data("digits"), seed=0)``; the other files come with a split, and
all rows of their test set count. One training a seed, from 0.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scorerbm import (
    ContrastiveDivergence,
    DivergenceWarning,
    ScoreMatching,
    log_likelihood,
    log_partition,
)
from scorerbm.data import load_data, split
from scorerbm.train.trainer import Trainer

Bits = NDArray[np.uint8]


@dataclass(frozen=True)
class Problem:
    name: str
    n_hidden: int
    train: Bits
    test: Bits


def problems(folder: Path | None, large: bool) -> Iterator[Problem]:
    if not large:
        train, test = split(load_data("digits"), seed=0)
        yield Problem("digits", 14, train.values, test.values)
    small_files, large_files = {"nltcs": 20, "plants": 16}, {"mnist10k": 20, "genomes805": 20}
    for name, n_hidden in (large_files if large else small_files).items():
        if folder is not None:
            with np.load(folder / f"{name}.npz") as file:
                yield Problem(name, n_hidden, file["train"], file["test"])


def trainers(n_hidden: int) -> dict[str, Trainer]:
    return {
        "recovery": ScoreMatching(n_hidden=n_hidden, monitor="never"),
        "gumbel": ScoreMatching(n_hidden=n_hidden, gradient="gumbel", monitor="never"),
        "PCD": ContrastiveDivergence(n_hidden=n_hidden, monitor="never"),
        "literal": ScoreMatching(n_hidden=n_hidden, gradient="literal", monitor="never"),
    }


def independent(problem: Problem) -> float:
    """Test log-likelihood of independent bits, add-half smoothed."""
    p = (problem.train.sum(axis=0) + 0.5) / (len(problem.train) + 1.0)
    return float(np.mean(np.where(problem.test, np.log(p), np.log1p(-p)).sum(axis=1)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with nltcs.npz and plants.npz")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--longer", type=int, default=1, help="factor of the epochs")
    parser.add_argument("--large", action="store_true", help="the larger files, needs --data")
    parser.add_argument("--plain", action="store_true", help="parameters that are not centred")
    parser.add_argument("--methods", nargs="+", default=list(trainers(1)), choices=trainers(1))
    options = parser.parse_args()
    warnings.simplefilter("ignore", DivergenceWarning)
    print(f"{'data':8} {'M':>3} {'method':12} {'worst':>8} {'mean':>8} {'s/run':>7}  each seed")
    for problem in problems(options.data, options.large):
        print(f"{problem.name:8} {'':3} {'independent':12} {'':8} {independent(problem):8.3f}")
        for name in options.methods:
            trainer = trainers(problem.n_hidden)[name]
            epochs = options.longer * trainer.epochs(len(problem.train))
            trainer = replace(trainer, n_epochs=epochs, centred=not options.plain)
            start = time.perf_counter()
            models = [trainer.fit(problem.train, seed=s).model for s in range(options.seeds)]
            seconds = (time.perf_counter() - start) / options.seeds
            values = [
                float(np.mean(log_likelihood(m, problem.test, log_partition(m, method="exact"))))
                for m in models
            ]
            print(
                f"{problem.name:8} {problem.n_hidden:3} {name:12} {min(values):8.3f} "
                f"{np.mean(values):8.3f} {seconds:7.1f}  " + " ".join(f"{x:.3f}" for x in values),
                flush=True,
            )


if __name__ == "__main__":
    main()
