"""Programmings on their way to a device and back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .device import Device
from .errors import AnnealerError
from .failures import as_annealer_errors, job_id, resolved
from .gauges import ungauge
from .program import Program
from .streams import generator

__all__ = ["Answer", "Job", "answers", "check_options"]

_OURS = {
    "num_reads": "the number of samples decides",
    "auto_scale": "a scaled problem has another temperature",
    "answer_mode": "a histogram loses the order of reads",
    "seed": "it is an argument of sample()",
}
_UNTURNED = ("initial_state", "initial_states")  # spins that a gauge would have to turn
_SHORTEST_PAUSE, _LONGEST_PAUSE = 1e-3, 0.1  # seconds between two looks at a pending answer


class Job(NamedTuple):
    """One programming."""

    program: Program
    n_reads: int
    seed: int
    """Of 31 bits, for samplers that know one."""


class Pending(NamedTuple):
    """A job that was submitted, and perhaps answered."""

    job: Job
    answer: Any


@dataclass(frozen=True, eq=False)
class Answer:
    """Reads of one programming.

    Attributes
    ----------
    physical : array of int8, (R, Q)
        -1 or 1 for each qubit in use, un-gauged.
    access_time : float or None
        Seconds of the device, if it says.
    problem_id : str or None
        As the solver calls the programming, if it does.
    """

    physical: NDArray[np.int8]
    access_time: float | None
    problem_id: str | None


def check_options(device: Device, options: Mapping[str, Any], n_gauges: int) -> None:
    """Refuse options that the sampler does not know, and those that are not the caller's.

    States to start from are in no gauge, and are let through where nothing else is.

    Raises
    ------
    ValueError
    """
    for name in options:
        if name in _OURS:
            raise ValueError(f"sampler_options: got {name!r}, expected none: {_OURS[name]}")
        if name not in device.parameters:
            raise ValueError(
                f"sampler_options: got {name!r}, expected parameters of {device.name}: "
                f"{sorted(set(device.parameters) - set(_OURS))}"
            )
        if name in _UNTURNED and n_gauges > 1:
            raise ValueError(
                f"sampler_options: got {name!r} with n_gauges={n_gauges}, expected n_gauges=1: "
                "gauges turn the spins of the problem, but not those of a state to start from"
            )


def _submit(device: Device, job: Job, options: Mapping[str, Any]) -> Pending:
    """Send a programming as it is: no scaling, every read for itself, in the order of reading."""
    settings = {"auto_scale": False, "answer_mode": "raw", "label": "scorerbm", "seed": job.seed}
    known = {name: x for name, x in settings.items() if name in device.parameters}
    known |= {"num_reads": job.n_reads} | dict(options)
    with as_annealer_errors():
        return Pending(job, device.sampler.sample(job.program.bqm(), **known))


def answers(
    device: Device,
    jobs: Iterable[Job],
    options: Mapping[str, Any],
    timeout: float,
) -> list[Answer]:
    """Submit all programmings, then wait for them.

    Raises
    ------
    AnnealerError
        If one is not answered within so many seconds, or not as it was asked for, or the client
        fails. All that are still under way are then called off.
    """
    pending: list[Pending] = []
    try:
        for job in jobs:
            pending.append(_submit(device, job, options))
        deadline = time.monotonic() + timeout
        for item in pending:
            _wait(device, item, deadline, timeout)
        return [_read(device, item) for item in pending]
    except BaseException:
        for item in pending:
            _call_off(item)
        raise


def _wait(device: Device, item: Pending, deadline: float, timeout: float) -> None:
    pause = _SHORTEST_PAUSE
    while not item.answer.done():
        left = deadline - time.monotonic()
        if left <= 0.0:
            name = job_id(item.answer)
            raise AnnealerError(
                f"{device.name} gave no answer{f' to problem {name}' if name else ''} within "
                f"timeout={timeout:g} seconds: it may be busy or offline; try again, or take a "
                "larger timeout"
            )
        time.sleep(min(pause, left))
        pause = min(2.0 * pause, _LONGEST_PAUSE)


def _call_off(item: Pending) -> None:
    future = item.answer
    while hasattr(future, "_future"):  # a composite's is the sample set of the sampler inside
        future = future._future
    cancel = getattr(future, "cancel", None)
    if cancel is not None and not item.answer.done():
        with suppress(Exception):  # what is reported is why it is called off
            cancel()


def _read(device: Device, item: Pending) -> Answer:
    answer, layout = item.answer, item.job.program.layout
    record = resolved(answer).record
    column = {label: k for k, label in enumerate(answer.variables)}
    missing = [label for label in layout.labels if label not in column]
    if missing:
        raise AnnealerError(
            f"{device.name} gave no state of {len(missing)} of {layout.n_qubits} qubits, the first "
            f"of them {missing[0]!r}: it may have been taken out of service: connect again"
        )
    states = np.asarray(record.sample)[:, [column[label] for label in layout.labels]]
    if answer.vartype.name == "BINARY":
        states = 2 * states.astype(np.int8) - 1
    # Some samplers count equal ones.
    physical = np.repeat(states.astype(np.int8), record.num_occurrences, axis=0)
    if len(physical) != item.job.n_reads:
        raise AnnealerError(
            f"{device.name} gave {len(physical)} reads, {item.job.n_reads} were asked for: take "
            "options, or a sampler, that leave no read out and add none"
        )
    if (np.abs(physical) != 1).any():
        raise AnnealerError(f"{device.name} gave states other than -1 and 1")
    if "answer_mode" not in device.parameters:  # the order may be that of energies
        generator(item.job.seed, "order of reads").shuffle(physical)
    ungauge(layout, physical, item.job.program.gauge)
    return Answer(physical, *_accounts(answer.info))


def _accounts(info: Mapping[str, Any]) -> tuple[float | None, str | None]:
    timing = info.get("timing") or {}
    microseconds = timing.get("qpu_access_time") if isinstance(timing, Mapping) else None
    seconds = None if microseconds is None else float(microseconds) * 1e-6
    problem = info.get("problem_id")
    return seconds, None if problem is None else str(problem)
