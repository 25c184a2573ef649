"""Jobs of a simulated device, one anneal after the other, and what is told of each."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from itertools import count
from typing import Any

from .qp import ReceivedProblem, encoded_answer
from .qpu import SimulatedQPU

__all__ = ["JobQueue"]

Message = dict[str, Any]


class JobQueue:
    """What a Solver API does with problems.

    Parameters
    ----------
    qpu : SimulatedQPU
    delay : float
        Seconds that each job takes at least.
    """

    def __init__(self, qpu: SimulatedQPU, delay: float) -> None:
        self._qpu, self._delay = qpu, delay
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="simulated-device")
        self._numbers = count(1)
        self._told: dict[str, Message] = {}
        self._running: dict[str, Future[Message]] = {}
        self._stuck: set[str] = set()

    def submit(self, job: Mapping[str, Any]) -> Message:
        """Take in a job, and say how it stands."""
        return self._enter(job, self._worker.submit(self._run, job))

    def fail(self, job: Mapping[str, Any], why: str) -> Message:
        """Take in a job that fails."""
        failed: Future[Message] = Future()
        failed.set_result({"status": "FAILED", "error_message": why})
        return self._enter(job, failed)

    def stick(self, job: Mapping[str, Any]) -> Message:
        """Take in a job that never begins."""
        told = self._enter(job, Future())
        self._stuck.add(told["id"])
        return told

    def _enter(self, job: Mapping[str, Any], running: Future[Message]) -> Message:
        job_id = f"simulated-job-{next(self._numbers)}"
        self._told[job_id] = {
            "id": job_id,
            "type": job["type"],
            "solver": job["solver"],
            "label": job.get("label"),
            "submitted_on": _now(),
        }
        self._running[job_id] = running
        return self.status(job_id)

    def status(self, job_id: str) -> Message:
        """How a job stands, without its answer."""
        return {key: value for key, value in self.job(job_id).items() if key != "answer"}

    def job(self, job_id: str) -> Message:
        """How a job stands, with its answer if there is one.

        Raises
        ------
        KeyError
            If there is no such job.
        """
        told, running = self._told[job_id], self._running[job_id]
        if not running.done():
            return told | {"status": "IN_PROGRESS" if running.running() else "PENDING"}
        try:
            return told | running.result()
        except CancelledError:
            return told | {"status": "CANCELLED"}

    def wait(self, job_ids: Sequence[str], seconds: float) -> None:
        """Wait until one of the jobs is done, or so long."""
        wait([self._running[job_id] for job_id in job_ids], seconds, FIRST_COMPLETED)

    def cancel(self, job_ids: Sequence[str]) -> None:
        """Cancel jobs that have not begun."""
        for job_id in job_ids:
            cancelled = self._running[job_id].cancel()
            if cancelled and job_id in self._stuck:  # which no worker will ever look at
                self._stuck.remove(job_id)
                self._running[job_id].set_running_or_notify_cancel()

    def close(self) -> None:
        """Cancel what is waiting, and wait for what is running."""
        self.cancel(list(self._running))
        self._worker.shutdown()

    def _run(self, job: Mapping[str, Any]) -> Message:
        """Outcome of a job; every failure is told to the client as a device would tell it."""
        start = time.monotonic()
        try:
            outcome = self._anneal(job)
        except Exception as why:
            outcome = {"status": "FAILED", "error_message": str(why) or repr(why)}
        time.sleep(max(0.0, self._delay - (time.monotonic() - start)))
        return outcome | {"solved_on": _now()}

    def _anneal(self, job: Mapping[str, Any]) -> Message:
        properties = self._qpu.properties
        received = ReceivedProblem(job, properties)
        answer = self._qpu.anneal(received.qubits, received.problem, job["params"])
        encoded = encoded_answer(answer, received, properties["num_qubits"])
        return {"status": "COMPLETED", "answer": encoded}


def _now() -> str:
    return datetime.now(UTC).isoformat()
