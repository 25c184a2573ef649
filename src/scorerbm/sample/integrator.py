"""What the integrators of the reverse diffusion have in common."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import _check
from .._progress import progress_bar
from ..backends.protocol import Domain, Floats, Reals
from ..denoise import Denoiser, GibbsDenoiser
from ..denoise.base import Particles, PosteriorMean
from ..denoise.path import StagePath
from ..rbm import Chains
from ..rbm.chains import MOST_STEPS
from ..schedule import LinearSchedule, Schedule
from .base import Job, Sampler, SampleSet, Trajectory
from .time_grid import SPACINGS, time_grid

__all__ = ["Grid", "Integrator"]

_DIVERGED = 1e6  # v is of the order of the data and of unit noise
_STEPS_UNSEEN = 64  # between looks at it, whatever else there is to stop for
_WORK_AT_ONCE = 1 << 34  # weights visited between two moves of the progress bar


class Grid(NamedTuple):
    """The times of an integration, and what the schedule says of each, (n_steps + 1,)."""

    times: Reals
    alpha: Reals
    sigma: Reals
    noise_rate: Reals


@dataclass(frozen=True)
class Integrator(Sampler):
    """Integrates from v_1 ~ N(0, I) at t = 1 down to ``last_time``, then draws v₀ given v_t.

    `ReverseSDE` documents the parameters and what is raised.
    """

    n_steps: int = 500
    schedule: Schedule = LinearSchedule()
    denoiser: Denoiser = GibbsDenoiser()
    spacing: str = "time"
    last_time: float = 1e-3
    keep_every: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.integer("n_steps", self.n_steps, 1, MOST_STEPS)
        if not isinstance(self.schedule, Schedule):
            raise TypeError(f"schedule: got {self.schedule!r}, expected a Schedule")
        if not isinstance(self.denoiser, Denoiser):
            raise TypeError(f"denoiser: got {self.denoiser!r}, expected a Denoiser")
        _check.choice("spacing", self.spacing, SPACINGS)
        last = _check.number("last_time", self.last_time, above=0.0)
        if last >= 1.0:
            raise ValueError(f"last_time: got {last}, expected less than 1")
        if self.keep_every is not None:
            _check.integer("keep_every", self.keep_every, 1)

    def _sample(self, job: Job) -> SampleSet:
        model = job.model
        particles = Particles(
            job.ids, job.key("posterior"), job.backend, job.n_threads, job.precision
        )
        estimator = self.denoiser.bind(model, particles)
        grid = self._grid()
        path = self._path(grid)
        v = job.backend.normal(
            job.ids, model.n_visible, job.key("prior"), step=0, domain=Domain.NORMAL
        )
        a_step, kept = len(path) // self.n_steps, self._trajectory(grid, v)
        with progress_bar(self.progress, self.n_steps, "reverse steps") as update:
            for start, stop in pairwise(self._stops(job)):
                if kept is not None and start % self._every == 0:
                    kept.states[start // self._every] = v
                part = path.part(start * a_step, stop * a_step)
                v = self._carry(estimator, v, part, grid.times[start:stop], job)
                if stop % _STEPS_UNSEEN == 0 or stop == self.n_steps:
                    self._check_bounded(v)
                update(stop - start)
        visible = estimator.draw(v.astype(np.float64), float(grid.alpha[-1]), float(grid.sigma[-1]))
        if kept is not None:
            kept.states[-1] = v
        info = {
            "n_steps": self.n_steps,
            "n_score_evaluations": estimator.n_calls,
            "n_sweeps": estimator.n_sweeps,
        }
        return SampleSet(visible, self._hidden(job, visible), info, kept)

    def _carry(
        self, estimator: PosteriorMean, v: Floats, path: StagePath, times: Reals, job: Job
    ) -> Floats:
        """The state after part of the path, whose steps start at these times."""
        return estimator.integrate(v, path, job.key("noise"))

    @abstractmethod
    def _path(self, grid: Grid) -> StagePath:
        """As many stages for each step, which leads from ``grid.times[i]`` to the next of them."""

    def _grid(self) -> Grid:
        times = time_grid(self.schedule, self.n_steps, self.last_time, self.spacing)
        of_time = (self.schedule.alpha, self.schedule.sigma, self.schedule.noise_rate)
        return Grid(times, *(f(times) for f in of_time))

    @property
    def _every(self) -> int:
        return self.keep_every or self.n_steps

    def _trajectory(self, grid: Grid, v: Floats) -> Trajectory | None:
        """Room for the states to keep."""
        if self.keep_every is None:
            return None
        times = np.append(grid.times[:-1][:: self.keep_every], grid.times[-1])
        return Trajectory(times, np.empty((len(times), *v.shape), v.dtype))

    def _stops(self, job: Job) -> list[int]:
        """Steps after which to look up: states to keep, and moves of the progress bar."""
        size = self.n_steps
        if self.progress:
            work = job.model.n_visible * job.model.n_hidden * len(job)
            size = max(1, _WORK_AT_ONCE // work)
        marks = {
            step
            for every in (size, self._every, _STEPS_UNSEEN)
            for step in range(0, self.n_steps, every)
        }
        return [*sorted(marks), self.n_steps]

    def _check_bounded(self, v: Floats) -> None:
        """Steps too long for the noise rate amplify v; its signs would pass for samples."""
        largest = max(float(v.max()), -float(v.min()))
        if not largest <= _DIVERGED:
            raise ValueError(
                f"n_steps: got {self.n_steps}, too few for {self.schedule!r} in steps uniform in "
                f"{self.spacing}: the state grew to {largest:.3g}"
            )

    @staticmethod
    def _hidden(job: Job, visible: NDArray[Any]) -> NDArray[np.uint8]:
        """Draw h given v, which completes v ~ p(v) to a sample of p(v, h).

        By a sweep in which no visible unit moves, on the grid that chains are sampled on.
        """
        held = np.ones(job.model.n_visible, np.uint8)
        chains = Chains(visible, job.ids, job.key("hidden"), 0, None, job.precision, held)
        job.model.gibbs(chains, 1, backend=job.backend, n_threads=job.n_threads)
        assert chains.hidden is not None
        return chains.hidden
