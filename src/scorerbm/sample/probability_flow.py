"""The probability-flow ODE by Heun's method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends.protocol import CORRECT, PREDICT
from ..denoise import tweedie
from ..denoise.path import StagePath
from .integrator import Grid, Integrator

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

    def _path(self, grid: Grid) -> StagePath:
        r"""Two stages a step of length Δ.

        With the slope f(v) = p v + q D(v), y = v + Δ f(v) is predicted, and
        v + ½Δ(f(v) + f(y)) = ½v + ½y + ½Δ f(y) corrects it.
        """
        length = grid.times[:-1] - grid.times[1:]
        of_state, of_mean = tweedie(grid.alpha, grid.sigma)
        p = 0.5 * grid.noise_rate * (1.0 + of_state)
        q = 0.5 * grid.noise_rate * of_mean
        zero, half = np.zeros(len(length)), np.full(len(length), 0.5)
        kinds = np.full(len(length), PREDICT, np.uint8), np.full(len(length), CORRECT, np.uint8)
        return StagePath(
            _alternate(grid.alpha[:-1], grid.alpha[1:]),
            _alternate(grid.sigma[:-1], grid.sigma[1:]),
            keep=_alternate(1.0 + length * p[:-1], 0.5 + 0.5 * length * p[1:]),
            pull=_alternate(length * q[:-1], 0.5 * length * q[1:]),
            base=_alternate(zero, half),
            spread=np.zeros(2 * len(length)),
            kind=_alternate(*kinds),
        )


def _alternate(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    return np.stack([first, second], axis=1).reshape(-1)
