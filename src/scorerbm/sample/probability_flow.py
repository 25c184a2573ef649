"""The probability-flow ODE by Heun's method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..backends.protocol import Reals
from ..denoise import PosteriorMean, tweedie
from .base import Job
from .integrator import Integrator, Path

__all__ = ["ProbabilityFlow"]


@dataclass(frozen=True)
class ProbabilityFlow(Integrator):
    r"""Samples by integrating the probability-flow ODE with Heun's second-order scheme.

    .. math:: dv = \left[-\tfrac12\beta v - \tfrac12\beta\nabla\ln p_t(v)\right]dt

    has the marginals of the reverse SDE (Song et al., arXiv 2011.13456). A step costs two score
    evaluations. Steps are uniform in ln γ by default, which the stiff end near t = 0 needs.

    Parameters
    ----------
    n_steps : int
        Steps from t = 1 down to ``last_time``.
    spacing : {"log_snr", "time"}
        Whether steps are uniform in ln γ(t) or in t.
    schedule, denoiser, last_time, keep_every
        See `ReverseSDE`.
    n_threads, backend, precision, progress
        See `BlockGibbs`.

    Raises
    ------
    ValueError
        If an option is out of range; from `sample`, if n_steps are too few for the schedule.

    Notes
    -----
    A Gibbs denoiser adds noise to the drift, which more sweeps a call reduce.
    """

    n_steps: int = 100
    spacing: str = "log_snr"

    def _step(self, job: Job, estimator: PosteriorMean, v: Reals, path: Path, step: int) -> Reals:
        length = path.times[step] - path.times[step + 1]
        slope = _backward_drift(estimator, v, path, step)
        end_slope = _backward_drift(estimator, v + length * slope, path, step + 1)
        return v + 0.5 * length * (slope + end_slope)


def _backward_drift(estimator: PosteriorMean, v: Reals, path: Path, step: int) -> Reals:
    alpha, sigma, half_rate = path.alpha[step], path.sigma[step], 0.5 * path.noise_rate[step]
    of_state, of_mean = tweedie(alpha, sigma)
    mean = estimator(v, alpha, sigma)
    return np.asarray((half_rate * (1.0 + of_state)) * v + (half_rate * of_mean) * mean)
