"""The diffusion of a model of one and of two visible units, found in four ways.

Draws ``fokker_planck_1d.png`` and ``fokker_planck_2d.png`` into the folder given (or the present
one): the enumerated density of the noised model, the solution of its Fokker–Planck equation, and
the histograms of the forward and of the reverse SDE, at four times. They agree.

    python examples/python/fokker_planck.py [FOLDER]

Needs ``pip install "scorerbm[pde,plot]"``.
"""

import sys
from pathlib import Path

import numpy as np

import scorerbm as sr
from scorerbm.fokker_planck import compare_densities
from scorerbm.plot import plot_densities


def main(folder: Path) -> None:
    """Compute and draw."""
    models = {
        "1d": sr.BernoulliRBM([[1.5, -1.0]], [-0.8], [0.3, 0.2]),
        # Two units that are mostly equal: their noised density has a saddle between two peaks.
        "2d": sr.BernoulliRBM([[5.0, 1.0], [5.0, -1.0]], [-2.5, -2.5], [-5.3, 0.0]),
    }
    for name, model in models.items():
        found = compare_densities(model, n_samples=40000)
        exact = found.closed_form.values
        volume = np.diff(found.closed_form.edges)[0] ** model.n_visible
        for t, p, q in zip(found.times, exact, found.solved.values, strict=True):
            distance = 0.5 * volume * np.abs(p - q).sum()
            print(f"{name}  t = {t:.3f}  total variation, equation and closed form: {distance:.1e}")
        path = folder / f"fokker_planck_{name}.png"
        plot_densities(found).savefig(path)
        print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
