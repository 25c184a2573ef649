"""What the integrators of the reverse diffusion have in common."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import _check
from .._progress import progress_bar
from ..backends.protocol import Domain, Reals
from ..denoise import Denoiser, GibbsDenoiser, PosteriorMean
from ..denoise.base import Particles
from ..rbm.chains import MOST_STEPS
from ..schedule import LinearSchedule, Schedule
from .base import Job, Sampler, SampleSet, Trajectory
from .time_grid import SPACINGS, time_grid

__all__ = ["Integrator", "Path"]

_DIVERGED = 1e6  # v is of the order of the data and of unit noise
_STEPS_UNSEEN = 16


class Path(NamedTuple):
    """The times of an integration, and what the schedule says of each."""

    times: list[float]
    alpha: list[float]
    sigma: list[float]
    noise_rate: list[float]


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
        path = self._path()
        v = job.backend.normal(
            job.ids, model.n_visible, job.key("prior"), step=0, domain=Domain.NORMAL
        )
        kept_times, kept = [], []
        with progress_bar(self.progress, self.n_steps, "reverse steps") as update:
            for step in range(self.n_steps):
                if self.keep_every is not None and step % self.keep_every == 0:
                    kept_times.append(path.times[step])
                    kept.append(v)
                v = self._step(job, estimator, v, path, step)
                if step % _STEPS_UNSEEN == 0 or step == self.n_steps - 1:
                    self._check_bounded(v)
                update()
        visible = estimator.draw(v, path.alpha[-1], path.sigma[-1])
        trajectory = None
        if self.keep_every is not None:
            trajectory = Trajectory(np.array([*kept_times, path.times[-1]]), np.stack([*kept, v]))
        info = {
            "n_steps": self.n_steps,
            "n_score_evaluations": estimator.n_calls,
            "n_sweeps": estimator.n_sweeps,
        }
        return SampleSet(visible, self._hidden(job, visible), info, trajectory)

    @abstractmethod
    def _step(self, job: Job, estimator: PosteriorMean, v: Reals, path: Path, step: int) -> Reals:
        """Return v at ``path.times[step + 1]`` from v at ``path.times[step]``."""

    def _path(self) -> Path:
        times = time_grid(self.schedule, self.n_steps, self.last_time, self.spacing)
        of_time = (self.schedule.alpha, self.schedule.sigma, self.schedule.noise_rate)
        return Path(times.tolist(), *(f(times).tolist() for f in of_time))

    def _check_bounded(self, v: Reals) -> None:
        """Steps too long for the noise rate amplify v; its signs would pass for samples."""
        largest = max(float(v.max()), -float(v.min()))
        if not largest <= _DIVERGED:
            raise ValueError(
                f"n_steps: got {self.n_steps}, too few for {self.schedule!r} in steps uniform in "
                f"{self.spacing}: the state grew to {largest:.3g}"
            )

    @staticmethod
    def _hidden(job: Job, visible: NDArray[Any]) -> NDArray[np.uint8]:
        """Draw h given v, which completes v ~ p(v) to a sample of p(v, h)."""
        p = job.model.hidden_probability(visible)
        return job.backend.bernoulli(p, job.ids, job.key("hidden"), step=0, domain=Domain.HIDDEN)
