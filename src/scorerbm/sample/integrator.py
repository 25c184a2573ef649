"""What the integrators of the reverse diffusion have in common."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _check
from .._progress import progress_bar
from ..backends.protocol import Domain, Reals
from ..denoise import Denoiser, GibbsDenoiser, PosteriorMean
from ..denoise.base import Particles
from ..schedule import LinearSchedule, Schedule
from .base import Job, Sampler, SampleSet, Trajectory
from .time_grid import SPACINGS, time_grid

__all__ = ["Integrator"]


@dataclass(frozen=True)
class Integrator(Sampler):
    """Integrates from v_1 ~ N(0, I) at t = 1 down to ``last_time``, then draws v₀ given v_t.

    Parameters
    ----------
    n_steps : int
    schedule : Schedule, default LinearSchedule(0.1, 20)
    denoiser : Denoiser, default GibbsDenoiser(n_sweeps=1)
        How the score is found.
    spacing : {"time", "log_snr"}
        Whether steps are uniform in t or in ln γ(t).
    last_time : float
        Where the integration ends and the final draw from the posterior is made.
    keep_every : int, optional
        Keep the state of every so many steps, and of the last, in ``trajectory``.
    **options
        See `Sampler`.
    """

    n_steps: int = 500
    schedule: Schedule = LinearSchedule()
    denoiser: Denoiser = GibbsDenoiser()
    spacing: str = "time"
    last_time: float = 1e-3
    keep_every: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.integer("n_steps", self.n_steps, 1)
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
        particles = Particles(job.ids, job.key("posterior"), job.backend, job.n_threads)
        estimator = self.denoiser.bind(model, particles)
        times = time_grid(self.schedule, self.n_steps, self.last_time, self.spacing)
        v = job.backend.normal(
            job.ids, model.n_visible, job.key("prior"), step=0, domain=Domain.NORMAL
        )
        kept_times, kept = [], []
        with progress_bar(self.progress, self.n_steps, "reverse steps") as update:
            for step, (t, next_t) in enumerate(pairwise(times)):
                if self.keep_every is not None and step % self.keep_every == 0:
                    kept_times.append(t)
                    kept.append(v)
                v = self._step(job, estimator, v, float(t), float(next_t), step)
                update()
        visible = self._draw(estimator, v)
        trajectory = None
        if self.keep_every is not None:
            trajectory = Trajectory(np.array([*kept_times, times[-1]]), np.stack([*kept, v]))
        info = {
            "n_steps": self.n_steps,
            "n_score_evaluations": estimator._calls,
            "n_sweeps": estimator.n_sweeps,
        }
        return SampleSet(visible, self._hidden(job, visible), info, trajectory)

    @abstractmethod
    def _step(
        self, job: Job, estimator: PosteriorMean, v: Reals, t: float, next_t: float, step: int
    ) -> Reals:
        """V at ``next_t`` from v at t."""

    def _draw(self, estimator: PosteriorMean, v: Reals) -> NDArray[Any]:
        alpha, sigma = self._amplitudes(self.last_time)
        return estimator.draw(v, alpha, sigma)

    def _amplitudes(self, t: float) -> tuple[float, float]:
        return float(self.schedule.alpha(t)), float(self.schedule.sigma(t))

    @staticmethod
    def _hidden(job: Job, visible: NDArray[Any]) -> NDArray[np.uint8]:
        """H given v, which completes v ~ p(v) to a sample of p(v, h)."""
        p = job.model.hidden_probability(visible)
        return job.backend.bernoulli(p, job.ids, job.key("hidden"), step=0, domain=Domain.HIDDEN)
