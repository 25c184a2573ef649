"""Times at which an integrator stops."""

from __future__ import annotations

import numpy as np

from .. import _check
from ..backends.protocol import Reals
from ..backends.reference.elementary import exp
from ..schedule import Schedule

__all__ = ["SPACINGS", "time_grid"]

SPACINGS = ("time", "log_snr")
_LARGEST_LOG = 700  # of a number and its inverse that float64 holds


def time_grid(schedule: Schedule, n_steps: int, last_time: float, spacing: str) -> Reals:
    """Return n_steps + 1 decreasing times from 1 to ``last_time``, uniform in t or in ln γ(t)."""
    _check.choice("spacing", spacing, SPACINGS)
    if spacing == "time":
        return np.linspace(1.0, last_time, n_steps + 1)
    first, last = (float(schedule.log_snr(t)) for t in (1.0, last_time))
    if not -_LARGEST_LOG <= first < last <= _LARGEST_LOG:
        raise ValueError(
            f"schedule: ln γ goes from {first:.3g} to {last:.3g} at last_time={last_time}, "
            f"expected -{_LARGEST_LOG} to {_LARGEST_LOG} for steps uniform in it"
        )
    times = schedule.time_from_snr(exp(np.linspace(first, last, n_steps + 1)))
    times[0], times[-1] = 1.0, last_time  # free of rounding
    return times
