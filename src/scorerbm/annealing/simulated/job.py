"""One submission to a simulated device: what is asked for, checked, and what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..._ocean import ocean

__all__ = ["JobParameters", "refuse", "timing"]

_RANGES = {
    "annealing_time": "annealing_time_range",
    "programming_thermalization": "programming_thermalization_range",
    "readout_thermalization": "readout_thermalization_range",
}
_ANSWER_MODES = ("histogram", "raw")


def refuse(why: str) -> Exception:
    """Return the error of Ocean's client for a problem that the device refuses."""
    error: Exception = ocean("dwave.cloud.exceptions").SolverFailureError(why)
    return error


@dataclass(frozen=True)
class JobParameters:
    """Parameters of a submission, with the defaults of the device."""

    num_reads: int = 1
    answer_mode: str = "histogram"
    auto_scale: bool = True
    annealing_time: float | None = None
    programming_thermalization: float | None = None
    readout_thermalization: float | None = None
    reduce_intersample_correlation: bool = False

    @classmethod
    def checked(cls, given: Mapping[str, Any], solver: Any) -> JobParameters:
        """Parameters in their ranges, or the error of a device that refuses them.

        Raises
        ------
        dwave.cloud.exceptions.SolverFailureError
        """
        job = cls(**{name: _plain(value) for name, value in given.items()})
        properties = solver.properties
        low, high = properties["num_reads_range"]
        if not _is_in(job.num_reads, int, low, high):
            raise refuse(f"num_reads: got {job.num_reads}, expected {low} to {high}")
        if job.answer_mode not in _ANSWER_MODES:
            raise refuse(f"answer_mode: got {job.answer_mode!r}, expected one of {_ANSWER_MODES}")
        for name, range_of in _RANGES.items():
            value, (low, high) = getattr(job, name), properties[range_of]
            if value is not None and not _is_in(value, int | float, low, high):
                raise refuse(f"{name}: got {value!r}, expected {low} to {high} microseconds")
        durations = {name: v for name in _RANGES if (v := getattr(job, name)) is not None}
        most = solver.max_num_reads(**durations)
        if job.num_reads > most:
            raise refuse(f"num_reads: got {job.num_reads}, expected at most {most} that long")
        return job


def _is_in(value: Any, kind: Any, low: float, high: float) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and low <= value <= high


def _plain(value: Any) -> Any:
    """Return what a client would send of a number of NumPy."""
    return value.item() if isinstance(value, np.generic) else value


def timing(job: JobParameters, n_qubits: int, solver: Any) -> dict[str, float]:
    """Microseconds as a device reports them, by the solver's own model of its times."""
    data = solver.properties["problem_timing_data"]
    durations = {name: getattr(job, name) for name in _RANGES}
    pauses = {"reduce_intersample_correlation": job.reduce_intersample_correlation}

    def access(num_reads: int) -> float:
        estimate = solver.estimate_qpu_access_time
        return float(estimate(n_qubits, num_reads=num_reads, **durations, **pauses))

    programming = access(0)
    anneal = job.annealing_time or data["default_annealing_time"]
    delay = data["qpu_delay_time_per_sample"]
    sampling = access(job.num_reads) - programming
    return {
        "qpu_access_time": programming + sampling,
        "qpu_programming_time": programming,
        "qpu_sampling_time": sampling,
        "qpu_anneal_time_per_sample": anneal,
        "qpu_readout_time_per_sample": sampling / job.num_reads - anneal - delay,
        "qpu_delay_time_per_sample": delay,
        "qpu_access_overhead_time": 0.0,
        "total_post_processing_time": 0.0,
        "post_processing_overhead_time": 0.0,
    }
