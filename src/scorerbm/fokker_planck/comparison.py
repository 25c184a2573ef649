"""Four roads to one density: closed form, equation, forward SDE, reverse SDE."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends.protocol import Reals
from ..denoise import Denoiser, GibbsDenoiser
from ..rbm import RBM
from ..sample import ReverseSDE
from ..schedule import LinearSchedule, Schedule
from .forward import forward_sde
from .solver import Densities, FokkerPlanck

__all__ = ["DensityComparison", "compare_densities"]

_KEPT = 100  # states of the reverse SDE, from which those nearest to the times are taken


@dataclass(frozen=True)
class DensityComparison:
    """Densities of the noised model at several times, found in four ways.

    Attributes
    ----------
    closed_form, solved : Densities
        The enumerated density, and the solution of the Fokker–Planck equation.
    forward, reverse : Densities
        Histograms of the paths of the two SDEs, on wider cells.
    """

    closed_form: Densities
    solved: Densities
    forward: Densities
    reverse: Densities

    @property
    def times(self) -> Reals:
        """Times, (T,)."""
        return self.closed_form.times


def compare_densities(
    model: RBM,
    schedule: Schedule | None = None,
    times: ArrayLike = (0.05, 0.1, 0.2, 1.0),
    *,
    n_samples: int = 20000,
    n_steps: int = 1000,
    denoiser: Denoiser | None = None,
    cells_per_unit: int = 48,
    cells_per_bin: int = 4,
    seed: int = 0,
    backend: str = "auto",
    n_threads: int | None = None,
) -> DensityComparison:
    """Compute the density of the noised model in closed form, by its equation and by its SDEs.

    Parameters
    ----------
    model : BernoulliRBM
        With one or two visible units.
    schedule : Schedule, default LinearSchedule(0.1, 20)
    times : array_like, (T,)
        Increasing times in (0, 1], each moved to the nearest one the reverse SDE keeps.
    n_samples, n_steps : int
        Paths, and steps in each.
    denoiser : Denoiser, default GibbsDenoiser(n_sweeps=1)
        Of the reverse SDE.
    cells_per_unit : int
        Cells of the equation's grid in a unit of length.
    cells_per_bin : int
        Cells that make one bin of the histograms.
    seed : int
    backend, n_threads
        Where the work is done; neither changes the result.

    Returns
    -------
    DensityComparison
    """
    schedule = LinearSchedule() if schedule is None else schedule
    per_bin = _check.integer("cells_per_bin", cells_per_bin, 1)
    wanted = _check.real_array("times", times, (None,))
    equation = FokkerPlanck(model, schedule, cells_per_unit)
    reverse = ReverseSDE(
        n_steps,
        schedule,
        denoiser or GibbsDenoiser(),
        last_time=equation.start_time,
        keep_every=max(1, n_steps // _KEPT),
        backend=backend,
        n_threads=n_threads,
    )
    trajectory = reverse.sample(model, n_samples, seed=seed).trajectory
    assert trajectory is not None
    nearest = np.abs(trajectory.times[:, None] - wanted).argmin(axis=0)
    kept = trajectory.times[nearest]
    forward = forward_sde(
        model, schedule, kept, n_samples,
        n_steps=n_steps, seed=seed, backend=backend, n_threads=n_threads,
    )  # fmt: skip
    solved = equation.solve(kept)
    edges = solved.edges[::per_bin]
    return DensityComparison(
        equation.closed_form(kept),
        solved,
        _histogram(kept, forward.states, edges),
        _histogram(kept, trajectory.states[nearest], edges),
    )


def _histogram(times: Reals, states: Reals, edges: Reals) -> Densities:
    """Densities of paths (T, B, N) on the grid; what falls outside counts as outside."""
    n = states.shape[2]
    counts = [np.histogramdd(v, bins=[edges] * n)[0] for v in states]
    volume = (edges[1] - edges[0]) ** n
    values = np.stack(counts) / (states.shape[1] * volume)
    return Densities(times, 0.5 * (edges[1:] + edges[:-1]), edges, values)
