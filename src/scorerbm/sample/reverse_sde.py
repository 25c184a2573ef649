"""The reverse SDE by Euler and Maruyama."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..backends.protocol import PLAIN, Floats, Reals
from ..denoise import tweedie
from ..denoise.base import PosteriorMean
from ..denoise.path import StagePath
from .base import Job
from .drift import Drift, integrate_drift
from .integrator import Grid, Integrator

__all__ = ["ReverseSDE"]


@dataclass(frozen=True)
class ReverseSDE(Integrator):
    r"""Samples by integrating the reverse SDE with the Euler–Maruyama scheme.

    .. math::

        dv = \left[-\tfrac12\beta v - \beta\nabla\ln p_t(v)\right]dt + \sqrt\beta\,d\bar w

    with time running backwards; one step of length Δ is
    :math:`v + (\tfrac12\beta v + \beta s)\Delta + \sqrt{\beta\Delta}\,\zeta`.

    Parameters
    ----------
    n_steps : int
        Steps from t = 1 down to ``last_time``.
    schedule : Schedule, default LinearSchedule(0.1, 20)
    denoiser : Denoiser, default GibbsDenoiser(n_sweeps=1)
        How the score is found.
    spacing : {"time", "log_snr"}
        Whether steps are uniform in t or in ln γ(t).
    last_time : float
        Where the integration ends and v₀ is drawn given v_t.
    keep_every : int, optional
        Keep the state of every so many steps, and of the last, in ``trajectory``.
    drift : callable, optional
        Your own in place of the bracket with its sign turned, at which v moves as time runs
        backwards: ``drift(v, t, out)`` fills ``out`` (B, N) for states v (B, N), both of float32,
        row by row: it may be given any part of the batch. Steps are
        :math:`v + \Delta\,\mathrm{drift}(v, t) + \sqrt{\beta\Delta}\,\zeta`. A function
        compiled by Numba runs in one jitted loop with all steps; with ``parallel=True`` it is
        called from one thread. ``denoiser`` then serves for the last draw of v₀ given v_t only.
    n_threads, backend, precision, progress
        See `BlockGibbs`.

    Raises
    ------
    ValueError
        If an option is out of range; from `sample`, if n_steps are too few for the schedule.

    References
    ----------
    Anderson, "Reverse-time diffusion equation models", Stoch. Proc. Appl. 12 (1982); Song et al.,
    arXiv 2011.13456.

    Notes
    -----
    With a kept Gibbs chain (the default denoiser) the law of the samples tends to the model's own
    as steps grow.
    """

    drift: Drift | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.drift is not None and not callable(self.drift):
            raise TypeError(f"drift: got {self.drift!r}, expected a function drift(v, t, out)")

    def _carry(
        self, estimator: PosteriorMean, v: Floats, path: StagePath, times: Reals, job: Job
    ) -> Floats:
        if self.drift is None:
            return super()._carry(estimator, v, path, times, job)
        return integrate_drift(self.drift, v, path, times, job)

    def _path(self, grid: Grid) -> StagePath:
        """One stage a step."""
        length = grid.times[:-1] - grid.times[1:]
        noise = grid.noise_rate[:-1] * length
        of_state, of_mean = tweedie(grid.alpha[:-1], grid.sigma[:-1])
        if self.drift is not None:  # takes the place of posterior means
            keep, pull = np.ones_like(noise), length
        else:
            keep, pull = 1.0 + 0.5 * noise + noise * of_state, noise * of_mean
        return StagePath(
            grid.alpha[:-1],
            grid.sigma[:-1],
            keep=keep,
            pull=pull,
            base=np.zeros(len(noise)),
            spread=np.sqrt(noise),
            kind=np.full(len(noise), PLAIN, np.uint8),
        )
