"""Real images → bits → an RBM → samples → real images, beside a Gaussian–Bernoulli RBM alone.

    python benchmarks/latent.py                          # digits
    python benchmarks/latent.py --data FOLDER            # and mnist10k.npz in it
    python benchmarks/latent.py --quick                  # small, to see that it works

Three models are trained on the same rows by score matching: a Gaussian–Bernoulli RBM; a binary RBM
on its hidden layer, which makes a deep belief net; and a binary RBM on the bits of an autoencoder.
The latter two generate by four roads: block Gibbs, tempering, one anneal of a simulated device
behind Ocean's own client, and the reverse SDE on the codes. A classifier tries to tell their images
from real ones that nothing was trained on. Needs scikit-learn, PyTorch, Ocean and matplotlib.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from latent_study.generation import Set, generated
from latent_study.judging import table
from latent_study.problems import PROBLEMS, Problem
from latent_study.training import Size, trained

QUICK = Size(
    n_hidden=6, n_samples=30, epochs=1, sweeps=5, steps=4, reads_graph=2, n_images=9, shuffles=3
)


def small(problem: Problem) -> Problem:
    """A few rows, and few bits."""
    return replace(
        problem, train=problem.train[:80], test=problem.test[:30], n_bits=4, hidden_sizes=(8,)
    )


def study(problem: Problem, size: Size, picture: Path | None = None) -> Iterator[str]:
    """Train, generate and judge."""
    models = trained(problem, size)
    yield ", ".join(f"{name}: {seconds:.0f} s" for name, seconds in models.seconds.items())
    yield ""
    sets = list(generated(problem, models, size))
    yield from table(problem, sets, size)
    if picture is not None:
        draw(problem, sets, size, picture)


def draw(problem: Problem, sets: list[Set], size: Size, path: Path) -> None:
    """Real images, and some of every model."""
    from scorerbm.plot import plot_samples

    wanted = {
        ("Gaussian RBM", "block Gibbs"): "Gaussian RBM, block Gibbs",
        ("Gaussian RBM", "reverse SDE"): "Gaussian RBM, reverse SDE",
        ("its hidden layer", "one anneal"): "prior on its hidden layer, one anneal",
        ("autoencoder", "reconstructions"): "autoencoder, reconstructions of test images",
        ("autoencoder", "one anneal"): "autoencoder and prior, one anneal",
        ("autoencoder", "reverse SDE"): "autoencoder and prior, reverse SDE",
        ("autoencoder", "the same, means only"): "autoencoder and prior, tempering, means",
    }
    by_name = {(model, road): rows for model, road, rows, _ in sets}
    shown = {"test images": problem.test} | {wanted[k]: by_name[k] for k in wanted}
    clipped = {title: rows.clip(0.0, 1.0) for title, rows in shown.items()}
    figure = plot_samples(clipped, problem.shape, n_images=size.n_images)
    figure.savefig(path, dpi=100)


def main() -> None:
    """Print the tables and draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with mnist10k.npz")
    parser.add_argument("--only", choices=PROBLEMS, help="one of the problems")
    parser.add_argument("--pictures", type=Path, help="folder for latent-NAME.png")
    parser.add_argument("--quick", action="store_true", help="small, to see that it works")
    arguments = parser.parse_args()
    names = ["digits"] if arguments.data is None else list(PROBLEMS)
    for name in names if arguments.only is None else [arguments.only]:
        problem = PROBLEMS[name](arguments.data)
        if arguments.quick:
            problem = small(problem)
        folder = arguments.pictures
        picture = None if folder is None else folder / f"latent-{name}.png"
        print(f"\n### {problem.name}: {len(problem.train)} training rows\n", flush=True)
        for line in study(problem, QUICK if arguments.quick else Size(), picture):
            print(line, flush=True)


if __name__ == "__main__":
    main()
