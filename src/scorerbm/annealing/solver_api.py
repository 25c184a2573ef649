"""Solvers and problems over HTTP, by the third version of the Solver API."""

from __future__ import annotations

import json
import socket
import zlib
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from .loopback import LoopbackServer

__all__ = ["ROOT", "SolverAPI"]

ROOT = "/sapi/v2/"  # of paths; the version of messages is another
_VERSION = "version=3.0.0"


class SolverAPI(ThreadingHTTPServer):
    """The server behind a `LoopbackServer`.

    It remembers its connections, which clients keep open, so that all of them can be ended.
    """

    daemon_threads = False  # so that they are waited for

    def __init__(self, api: LoopbackServer) -> None:
        self.api = api
        self._connections: set[socket.socket] = set()
        self._lock = Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection."""
        connection, address = super().get_request()
        with self._lock:
            self._connections.add(connection)
        return connection, address

    def close_request(self, request: Any) -> None:
        """End a connection."""
        with self._lock:
            self._connections.discard(request)
        super().close_request(request)

    def drop_connections(self) -> None:
        """End all connections, so that the threads that listen to them do."""
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):  # a client may have gone in this moment
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may hang up; they are the ones to complain of anything else."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SolverAPI
    _paths: ClassVar[dict[str, str]] = {
        "solvers": "solver-definition-list",
        "solver": "solver-definition",
        "problems": "problems",
        "problem": "problem",
    }

    def log_message(self, format: str, *args: Any) -> None:
        """Keep silent."""

    # -- requests -----------------------------------------------------------------------------

    def do_GET(self) -> None:
        if not self._admitted():
            return
        url = urlsplit(self.path)
        resource, *rest = url.path.removeprefix(ROOT).strip("/").split("/")
        try:
            if resource == "solvers":
                self._solvers(*rest[1:])
            elif rest:
                self._reply("problem", self.server.api.jobs.job(rest[0]))
            else:
                self._statuses(parse_qs(url.query))
        except KeyError:
            self._error(404, "not found")

    def do_POST(self) -> None:
        jobs = json.loads(self._body())
        if self._admitted():
            self._reply("problems", [self._taken(job) for job in jobs])

    def do_DELETE(self) -> None:
        job_ids = json.loads(self._body())
        if self._admitted():
            api = self.server.api
            api.jobs.cancel(job_ids)
            self._reply("problems", [api.jobs.status(job_id) for job_id in job_ids])

    def _solvers(self, name: str | None = None) -> None:
        api = self.server.api
        solver = dict(api.qpu.solver_data)
        if api.failure == "offline":
            solver["status"] = "OFFLINE"
        if name is None:
            self._reply("solvers", [] if api.failure == "no solvers" else [solver])
        elif name == solver["identity"]["name"] and api.failure != "no solvers":
            self._reply("solver", solver)
        else:
            raise KeyError(name)

    def _statuses(self, query: dict[str, list[str]]) -> None:
        """Statuses of jobs, if asked so when one of them is done."""
        jobs, job_ids = self.server.api.jobs, query["id"][0].split(",")
        if "timeout" in query:
            jobs.wait(job_ids, float(query["timeout"][0]))
        self._reply("problems", [jobs.status(job_id) for job_id in job_ids])

    def _taken(self, job: dict[str, Any]) -> dict[str, Any]:
        api = self.server.api
        if api.failure == "quota":
            return {"error_code": 400, "error_msg": "Insufficient remaining solver access time"}
        if api.failure == "stuck":
            return api.jobs.stick(job)
        if api.failure == "offline":
            return api.jobs.fail(job, "Solver is offline")
        if api.failure == "failed":
            return api.jobs.fail(job, api.message)
        return api.jobs.submit(job)

    # -- the wire -----------------------------------------------------------------------------

    def _admitted(self) -> bool:
        """Whether a request may go on; if not, it has its reply, or none."""
        api = self.server.api
        api.requests.append((self.command, self.path))
        if api.failure == "unreachable":
            self.close_connection = True
        elif isinstance(api.failure, int):
            self._error(api.failure, api.message)
        elif api.failure == "html":
            self._send(200, "text/html", b"<html><body>Please log in to the proxy</body></html>")
        elif self.headers.get("X-Auth-Token") != api.token:
            self._error(401, "Invalid token or access denied")
        else:
            return True
        return False

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        return zlib.decompress(body) if self.headers["Content-Encoding"] == "deflate" else body

    def _reply(self, resource: str, content: Any) -> None:
        kind = f"application/vnd.dwave.sapi.{self._paths[resource]}+json; {_VERSION}"
        self._send(200, kind, json.dumps(content).encode())

    def _error(self, status: int, message: str) -> None:
        content = {"error_code": status, "error_msg": message}
        self._send(status, "application/json", json.dumps(content).encode())

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
