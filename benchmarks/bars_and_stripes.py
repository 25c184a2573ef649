"""Training on bars and stripes with an annealer in the loop, beside other ways.

    python benchmarks/bars_and_stripes.py                 # all methods, one seed
    python benchmarks/bars_and_stripes.py --methods PCD-5 "ideal annealer" --epochs 100

8 × 8 pixels and two label units (the data of Dixit, Selvarajan, Alam, Humble and Kais, Front. Phys.
9 (2021) 589626): all 508 patterns but 108 held out. All methods make the same updates with the same
optimiser. Likelihoods are exact; 0.5 of the labels would be right by chance. Annealers are
simulated; it needs Ocean (pip install "scorerbm[dwave]").
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Sequence

import numpy as np

import scorerbm as sr
from bars.methods import METHODS
from bars.patterns import bars_and_stripes
from bars.scores import scores


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--hidden", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=500)
    parser.add_argument("--rate", type=float, default=0.01, help="learning rate of Adam")
    parser.add_argument("--seeds", type=int, default=1)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = parse(arguments)
    warnings.simplefilter("ignore", sr.DivergenceWarning)
    train, test = bars_and_stripes()
    options = {
        "n_hidden": chosen.hidden,
        "n_epochs": chosen.epochs,
        "batch_size": 100,
        "optimizer": sr.Adam(learning_rate=chosen.rate),
        "monitor": "never",
    }
    columns = list(scores(_independent(train), train, test))
    print(f"{'method':26}" + "".join(f"{c:>13}" for c in columns) + f"{'beta':>8}{'s/run':>8}")
    _row("independent units", [scores(_independent(train), train, test)], np.nan, 0.0)
    for name in chosen.methods:
        found, start, beta = [], time.perf_counter(), np.nan
        for seed in range(chosen.seeds):
            fit = METHODS[name](options).fit(train, seed=seed)
            found.append(scores(fit.model, train, test))
            beta = fit.history[-1].get("beta", np.nan)
        _row(name, found, beta, (time.perf_counter() - start) / chosen.seeds)


def _independent(train: np.ndarray) -> sr.BernoulliRBM:
    n = train.shape[1]
    p = (train.sum(axis=0) + 0.5) / (len(train) + 1.0)
    return sr.BernoulliRBM(np.zeros((n, 1)), np.log(p / (1.0 - p)), np.zeros(1))


def _row(name: str, found: list[dict[str, float]], beta: float, seconds: float) -> None:
    means = {key: float(np.mean([f[key] for f in found])) for key in found[0]}
    cells = "".join(f"{x:13.3f}" for x in means.values())
    print(f"{name:26}{cells}{beta:8.2f}{seconds:8.1f}", flush=True)


if __name__ == "__main__":
    main()
