"""The reverse SDE by Euler and Maruyama."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..backends.protocol import PLAIN
from ..denoise import tweedie
from ..denoise.path import StagePath
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

    def _path(self, grid: Grid) -> StagePath:
        """One stage a step."""
        noise = grid.noise_rate[:-1] * (grid.times[:-1] - grid.times[1:])
        of_state, of_mean = tweedie(grid.alpha[:-1], grid.sigma[:-1])
        return StagePath(
            grid.alpha[:-1],
            grid.sigma[:-1],
            keep=1.0 + 0.5 * noise + noise * of_state,
            pull=noise * of_mean,
            base=np.zeros(len(noise)),
            spread=np.sqrt(noise),
            kind=np.full(len(noise), PLAIN, np.uint8),
        )
