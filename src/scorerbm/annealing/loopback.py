"""A Solver API on this machine: Ocean's own client runs, and only the annealer is simulated."""

from __future__ import annotations

from threading import Thread
from types import TracebackType
from typing import Any, Self

from .. import _check
from .connect import open_sampler
from .simulated.job_queue import JobQueue
from .simulated.qpu import SimulatedQPU
from .solver_api import ROOT, SolverAPI

__all__ = ["FAILURES", "LoopbackServer"]

FAILURES = ("failed", "html", "no solvers", "offline", "quota", "stuck", "unreachable")
"""What a `LoopbackServer` can be told to do, beside HTTP errors by their number."""


class LoopbackServer:
    """Serves a simulated device to Ocean's client over HTTP, on the loopback interface.

    ``DWaveSampler`` connects to it as it does to Leap: configuration, token, selection of the
    solver, encoding, compression, polling, futures and errors are the real ones.

    Parameters
    ----------
    qpu : SimulatedQPU
    failure : int or str, optional
        What goes wrong; it may be changed at any time by setting ``failure``. A number from 400 to
        599 is the HTTP status of every reply. ``"html"``: replies are web pages, as those of a
        proxy are. ``"no solvers"``: the account has none. ``"offline"``: the solver is offline.
        ``"failed"`` and ``"quota"``: jobs fail with ``message``, or are not accepted for lack of
        access time. ``"stuck"``: jobs wait for ever. ``"unreachable"``: connections are dropped.
    message : str
        Text of errors.
    delay : float
        Seconds that each job takes at least.
    token : str
        What clients must show.

    Attributes
    ----------
    endpoint : str
    token : str
    requests : list of (str, str)
        Methods and paths of the requests so far.

    Examples
    --------
    ::

        with LoopbackServer(SimulatedQPU(size=4)) as server, server.sampler() as sampler:
            print(sampler.properties["chip_id"])
    """

    def __init__(
        self,
        qpu: SimulatedQPU,
        *,
        failure: int | str | None = None,
        message: str = "the simulated device failed as it was told to",
        delay: float = 0.0,
        token: str = "loopback-token",
    ) -> None:
        self.qpu, self.message, self.token = qpu, message, token
        self.failure = failure
        self.requests: list[tuple[str, str]] = []
        delay = _check.number("delay", delay, minimum=0.0)
        self.jobs = JobQueue(qpu, delay)
        self._server = SolverAPI(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}{ROOT}"

    @property
    def failure(self) -> int | str | None:
        """What goes wrong, if anything."""
        return self._failure

    @failure.setter
    def failure(self, failure: int | str | None) -> None:
        if isinstance(failure, str):
            _check.choice("failure", failure, FAILURES)
        elif failure is not None:
            _check.integer("failure", failure, 400, 599)
        self._failure = failure

    def sampler(self, **options: Any) -> Any:
        """Connect Ocean's sampler to this server.

        Parameters
        ----------
        **options
            Of ``DWaveSampler``, over those that say where to connect. What a client keeps on disk
            of solvers is not used: the next server may have others.

        Returns
        -------
        dwave.system.DWaveSampler
        """
        there = {"endpoint": self.endpoint, "token": self.token, "cache_enabled": False}
        return open_sampler(**there | options)

    def close(self) -> None:
        """End all connections and threads; clients should be closed before."""
        self.jobs.close()
        self._server.shutdown()
        self._server.drop_connections()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
