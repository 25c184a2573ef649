"""Gaussian–Bernoulli RBMs of two-dimensional mixtures, and what samples of them are worth.

    python benchmarks/mixtures.py --out FOLDER
    python benchmarks/mixtures.py --quick --out FOLDER    # in small, to see that it works

Writes ``mixtures.md`` and ``mixtures.png``. Mixtures are of isotropic Gaussians on a ring and of
anisotropic ones on a square. Divergences are of probabilities of the cells of one grid, in nats:
of a mixture from a model, both known exactly, and of samples' frequencies from the model.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import scorerbm as sr
from mixture_targets import TARGETS, Mixture, Reals
from scorerbm.evaluate import plane_probability
from scorerbm.train.trainer import Trainer

EDGES = (np.linspace(-6.0, 6.0, 49),) * 2


@dataclass(frozen=True)
class Size:
    """How much is done."""

    n_rows: int
    n_hidden: int
    n_epochs: int
    n_samples: int
    n_sweeps: int
    n_steps: int
    n_floors: int


FULL = Size(5000, 16, 60, 20000, 200, 200, 4)
QUICK = Size(300, 4, 2, 400, 10, 10, 2)


@dataclass(frozen=True)
class Result:
    """One model and the samples drawn of it."""

    target: str
    trainer: str
    model: sr.GaussianRBM
    from_target: float
    """KL of the mixture from the model."""
    samples: dict[str, sr.SampleSet]
    divergence: dict[str, float]
    """KL of each set of samples from the model."""
    floor: tuple[float, float]
    """Mean and standard deviation of what as many exact samples have."""


def trainers(size: Size) -> dict[str, Trainer]:
    """Score matching by recovery, and persistent contrastive divergence, as they come."""
    common = {"n_hidden": size.n_hidden, "n_epochs": size.n_epochs, "monitor": "never"}
    return {
        "recovery": sr.ScoreMatching(visible="gaussian", **common),
        "PCD": sr.ContrastiveDivergence(visible="gaussian", **common),
    }


def samplers(size: Size) -> dict[str, sr.BlockGibbs | sr.ParallelTempering]:
    """As many sweeps of every chain, or replica."""
    return {
        "Gibbs": sr.BlockGibbs(size.n_sweeps),
        "Gibbs–Langevin": sr.GibbsLangevin(size.n_sweeps, preconditioned=True),
        "tempering": sr.ParallelTempering(size.n_sweeps),
        "reverse SDE": sr.ReverseSDE(size.n_steps),
    }


def with_rest(cells: Reals) -> Reals:
    """All probabilities, that of the rest of the plane last."""
    return np.append(cells.ravel(), max(0.0, 1.0 - cells.sum()))


def divergence(points: Reals, model: sr.GaussianRBM) -> float:
    """KL of the frequencies of points from the model."""
    counts = sr.projected_density(points, edges=EDGES).all_counts()
    return sr.kl_divergence(counts / counts.sum(), with_rest(plane_probability(model, EDGES)))


def study(name: str, target: Mixture, size: Size, seed: int = 0) -> list[Result]:
    """Train each way, and sample by each road."""
    rows, found = target.draw(size.n_rows, seed), []
    for trainer, how in trainers(size).items():
        model = how.fit(rows, seed=seed).model
        p, q = (with_rest(x) for x in (target.probability(EDGES), plane_probability(model, EDGES)))
        exact = [
            divergence(sr.Exact().sample(model, size.n_samples, seed=1 + k).data, model)
            for k in range(size.n_floors)
        ]
        drawn = {road: s.sample(model, size.n_samples) for road, s in samplers(size).items()}
        apart = {road: divergence(s.data, model) for road, s in drawn.items()}
        floor = float(np.mean(exact)), float(np.std(exact, ddof=1))
        kl = sr.kl_divergence(p / p.sum(), q / q.sum())
        found.append(Result(name, trainer, model, kl, drawn, apart, floor))
    return found


def table(results: list[Result]) -> str:
    """One line a model."""
    roads = list(results[0].divergence)
    head = ["mixture", "trained by", "KL(mixture ‖ model)", *roads, "exact samples"]
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    for r in results:
        apart = [f"{r.divergence[road]:.4f}" for road in roads]
        floor = f"{r.floor[0]:.4f} ± {r.floor[1]:.4f}"
        lines.append(" | ".join([r.target, r.trainer, f"{r.from_target:.3f}", *apart, floor]))
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def picture(results: list[Result], size: Size, path: Path) -> None:
    """Data, the models trained by recovery, and samples of them."""
    from scorerbm.plot import plot_plane

    rows = {
        r.target: {
            "data": TARGETS[r.target].draw(size.n_samples, 9),
            "model": r.model,
            **{road: s.data for road, s in r.samples.items()},
        }
        for r in results
        if r.trainer == "recovery"
    }
    plot_plane(rows).savefig(path)


def main() -> None:
    """Run the study."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="in small, to see that it works")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for table and picture")
    options = parser.parse_args()
    size, begin = QUICK if options.quick else FULL, time.process_time()
    results = [r for name, target in TARGETS.items() for r in study(name, target, size)]
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "mixtures.md").write_text(table(results))
    picture(results, size, options.out / "mixtures.png")
    print(table(results))
    print(f"{time.process_time() - begin:.0f} s of CPU time")


if __name__ == "__main__":
    main()
