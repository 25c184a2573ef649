"""What Ocean's client raises, as one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .errors import AnnealerError

__all__ = ["as_annealer_errors", "job_id", "resolved"]

_NO_ACCESS_TIME = (
    "the account has no access time left for this problem: ask for fewer reads, or see its usage "
    "in the dashboard of Leap"
)
_NOT_AUTHORIZED = (
    "the Solver API does not accept the token: set the one of your account by "
    "`dwave setup --auth`, DWAVE_API_TOKEN or token=…"
)
_UNREACHABLE = (
    "the Solver API cannot be reached: check the network, the endpoint or region, and the proxy "
    "(DWAVE_API_PROXY)"
)
_NO_API = (
    "what answers is no Solver API, perhaps a proxy or a login page: check the endpoint and the "
    "proxy (DWAVE_API_ENDPOINT, DWAVE_API_PROXY)"
)

_BY_STATUS = {
    401: _NOT_AUTHORIZED,
    402: _NO_ACCESS_TIME,
    403: "this account may not do that: check its project and the solvers that it may use",
    404: "the Solver API does not know what was asked for: check the endpoint or region, and "
    "whether the solver is still there (`dwave solvers`)",
    429: "the Solver API has had too many requests or jobs from this account: wait, then submit "
    "fewer at once",
}
_SERVER_ERROR = "the Solver API has an error of its own: try again later"

# Classes of dwave.cloud, dimod and requests by their names: all of them have moved before.
_BY_CLASS = {
    "SolverAuthenticationError": _NOT_AUTHORIZED,
    "ResourceAuthenticationError": _NOT_AUTHORIZED,
    "SolverNotFoundError": "no solver that this account may use has the features asked for, or it "
    "is offline: see which there are by `dwave solvers`, and check solver=… and region=…",
    "SolverOfflineError": "the solver is offline: try again later, or choose another one",
    "SolverFailureError": "the solver refused the problem or failed on it",
    "ResourceBadResponseError": _NO_API,
    "RequestTimeout": _UNREACHABLE,
    "ConnectionError": _UNREACHABLE,
    "Timeout": _UNREACHABLE,
    "InvalidURL": "the endpoint is no address: check endpoint=… or DWAVE_API_ENDPOINT",
    "MissingSchema": "the endpoint is no address: check endpoint=… or DWAVE_API_ENDPOINT",
    "InvalidSchema": "the endpoint is no address: check endpoint=… or DWAVE_API_ENDPOINT",
    "PollingTimeout": "the job was not done in time: allow more of it (polling_timeout, seconds), "
    "or try when the queue is shorter; the job may still run",
    "CanceledFutureError": "the job was cancelled before it was done: submit it again",
    "ProblemUploadError": "the problem could not be uploaded: try again later",
    "UseAfterCloseError": "the connection was closed before: connect again",
    "ProblemStructureError": "the problem does not fit the solver's graph: embed it for this one",
    "BinaryQuadraticModelStructureError": "the problem does not fit the sampler's graph: embed it "
    "for this one, or show the graph that a composite hides by dimod.StructureComposite",
    "RequestError": "the Solver API refused the request",
}
_FOREIGN = ("dimod", "dwave", "requests")
_TOLD = ("SolverFailureError", "RequestError")  # whose own text says more
_UNKNOWN_PARAMETER = "is not a parameter of this solver"


@contextmanager
def as_annealer_errors(sample_set: Any = None) -> Iterator[None]:
    """Turn what an annealer or its client raises in the block into an `AnnealerError`.

    The message says what to do; the client's own exception is chained. What is no failure of an
    annealer, such as the errors of wrong arguments, passes.

    Parameters
    ----------
    sample_set : dimod.SampleSet, optional
        Whose answer the block waits for: errors then name its job.

    Raises
    ------
    AnnealerError
    """
    try:
        yield
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        raise AnnealerError(sentence + _job(sample_set)) from error


def resolved(sample_set: Any) -> Any:
    """Wait for the answer of a submission, and return it.

    Parameters
    ----------
    sample_set : dimod.SampleSet

    Raises
    ------
    AnnealerError
        With the number of the job, if it was submitted.
    """
    with as_annealer_errors(sample_set):
        sample_set.resolve()
    return sample_set


def _sentence(error: Exception) -> str | None:
    """What to do about an exception; None for one that is not of an annealer."""
    if isinstance(error, KeyError) and _UNKNOWN_PARAMETER in str(error):
        return f"an option of the sampler is wrong: {error.args[0]}"
    names = [c.__name__ for c in type(error).__mro__ if c.__module__.split(".")[0] in _FOREIGN]
    found = next((name for name in names if name in _BY_CLASS), None)
    status = getattr(error, "error_code", None)
    if isinstance(status, int) and found is not None:
        if status >= 500:
            return f"{_SERVER_ERROR} (HTTP status {status})"
        if status in _BY_STATUS:
            return f"{_BY_STATUS[status]} (HTTP status {status})"
    if found is None:
        return None
    if found == "SolverFailureError" and "access time" in str(error):
        return f"{_NO_ACCESS_TIME} ({error})"
    told = f": {error}" if found in _TOLD and str(error) else ""
    return _BY_CLASS[found] + told


def job_id(sample_set: Any) -> str | None:
    """Number of the job behind a sample set, if there is one that the server has named."""
    try:
        job = sample_set.wait_id(timeout=0)
    except (AttributeError, TimeoutError):
        return None
    return None if job is None else str(job)


def _job(sample_set: Any) -> str:
    job = job_id(sample_set)
    return "" if job is None else f" (job {job})"
