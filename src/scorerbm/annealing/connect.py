"""The way to a quantum annealer, configured as Ocean is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._ocean import ocean
from .errors import AnnealerError
from .failures import as_annealer_errors

__all__ = ["configured", "connect", "open_sampler"]

_LONGEST_WAIT = 10  # seconds that one question for a job's status is held, at most
_DEFAULTS = {
    "http_retry_connect": 1,
    "http_retry_total": 3,
    "polling_timeout": 600.0,
    "request_timeout": 30.0,
}

_NO_TOKEN = (
    "there is no token for a quantum annealer: run `dwave setup --auth`, or set DWAVE_API_TOKEN or "
    "token=…, with the token of an account at Leap (cloud.dwavesys.com); or use a simulated "
    "sampler, which needs none"
)
_BAD_TOKEN = (
    "the token has a line break, a blank or a letter that no token has: set it again, "
    "by `dwave setup --auth`, DWAVE_API_TOKEN or token=…"
)
_NO_FILE = "the configuration file cannot be read: see `dwave config ls` for where it should be"
_BAD_FILE = "the configuration file is not as it should be: write it by `dwave config create`"
_BAD_OPTION = "the configuration is not valid"


def connect(
    *,
    token: str | None = None,
    profile: str | None = None,
    solver: str | Mapping[str, Any] | None = None,
    endpoint: str | None = None,
    region: str | None = None,
    **client_options: Any,
) -> Any:
    """Connect to a quantum annealer by Ocean's ``DWaveSampler``.

    What is not given comes from the environment (``DWAVE_API_TOKEN``, ``DWAVE_PROFILE`` …), then
    from the configuration file, as Ocean has it. Where neither says anything, jobs may take 600
    seconds and requests 30, and connections that fail are tried once more.

    Parameters
    ----------
    token : str, optional
        Of an account. It is never shown.
    profile : str, optional
        Section of the configuration file.
    solver : str or mapping, optional
        Name of the solver, or features that it must have. By default the largest that is online.
    endpoint, region : str, optional
        Where the Solver API is.
    **client_options
        Others of Ocean's client, such as ``polling_timeout`` (seconds for a job), ``config_file``,
        ``proxy`` or ``cache_enabled``.

    Returns
    -------
    dwave.system.DWaveSampler
        To be closed after use.

    Raises
    ------
    AnnealerError
        If there is no connection: one sentence that says what to do.
    TypeError
        If the token is not a string.
    ImportError
        If Ocean is not installed.

    See Also
    --------
    scorerbm.annealing.failures.as_annealer_errors : for what is done with the sampler.
    """
    if not isinstance(token, str | None):
        raise TypeError(f"token: got {type(token).__name__}, expected a string")
    given = {"profile": profile, "solver": solver, "endpoint": endpoint, "region": region}
    options = {name: value for name, value in given.items() if value is not None} | client_options
    options["defaults"] = _DEFAULTS | _polling(options) | options.get("defaults", {})
    if token is not None:
        options["token"] = token
    ocean("dwave.system")
    why = None
    try:
        with as_annealer_errors():
            return open_sampler(**options)
    except AnnealerError:
        raise
    except Exception as error:
        why = _misconfigured(error)
        if why is None:
            raise
    # Outside of the handler: texts of these errors, or of those they come from, may hold the token.
    raise AnnealerError(why)


def configured() -> bool:
    """Whether Ocean is there and finds a token in the environment or its file; asks no server."""
    try:
        return bool(ocean("dwave.cloud.config").load_config().get("token"))
    except Exception:  # of a file that cannot be read, in a class that depends on what is wrong
        return False


def open_sampler(**options: Any) -> Any:
    """Construct a ``DWaveSampler``; if that fails, leave none of its client's threads behind."""
    kind = ocean("dwave.system").DWaveSampler
    sampler = kind.__new__(kind)
    try:
        sampler.__init__(**options)
    except BaseException:
        client = getattr(sampler, "client", None)
        if client is not None:
            client.close()
        raise
    return sampler


def _polling(options: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for a job's status often enough to notice that its time is over."""
    seconds = options.get("polling_timeout", _LONGEST_WAIT)
    held = min(_LONGEST_WAIT, int(seconds)) if isinstance(seconds, int | float) else _LONGEST_WAIT
    return {"poll_wait_time": held, "poll_pause": 0.0 if held else 0.05}


def _misconfigured(error: Exception) -> str | None:
    """What to do about an error of the configuration, without its text where that may be secret."""
    names = {c.__name__ for c in type(error).__mro__}
    text = str(error)
    if "ConfigFileReadError" in names:
        return f"{_NO_FILE} ({text})"
    if "ConfigFileParseError" in names:
        return f"{_BAD_FILE} ({text})"
    if names & {"InvalidHeader", "UnicodeEncodeError"}:
        return _BAD_TOKEN
    if "ValidationError" in names:  # whose text holds what was given
        where = {str(part["loc"][0]) for part in error.errors() if part["loc"]}  # type: ignore[attr-defined]
        return f"{_BAD_OPTION}: see {', '.join(sorted(where)) or 'its options'}"
    if "API token not defined" in text:
        return _NO_TOKEN
    return f"{_BAD_OPTION}: {text}" if isinstance(error, ValueError) else None
