"""How the command line fails: one line on standard error and an exit code."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from ..annealing import AnnealerError

__all__ = ["INTERRUPTED", "CommandError", "as_failures", "warnings_in_one_line"]

FAILURE, WRONG_INPUT, INTERRUPTED = 1, 2, 130

_WRONG_INPUT = (
    ValueError,
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
)
# Failures whose message says it all, without the name of the exception.
_SPOKEN = (*_WRONG_INPUT, OSError, ArithmeticError, ImportError, AnnealerError)


class CommandError(Exception):
    """A failure that has been reported, with the exit code that it deserves."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exit code {code}")
        self.code = code


@contextmanager
def as_failures() -> Iterator[None]:
    """Report whatever the block raises and raise `CommandError` instead."""
    try:
        yield
    except KeyboardInterrupt:
        raise reported("interrupted", INTERRUPTED) from None
    except Exception as error:
        usage = _usage(error)
        if usage is not None:
            raise reported(usage, WRONG_INPUT) from None
        if os.environ.get("SCORERBM_DEBUG"):
            raise
        code = WRONG_INPUT if isinstance(error, _WRONG_INPUT) else FAILURE
        raise reported(_message(error), code) from error


def reported(message: str, code: int) -> CommandError:
    """Write one line to standard error; return the failure to raise."""
    kind = "" if code == INTERRUPTED else "error: "
    print(f"scorerbm: {kind}{' '.join(message.split())}", file=sys.stderr, flush=True)
    return CommandError(code)


@contextmanager
def warnings_in_one_line() -> Iterator[None]:
    """Show warnings of the block as one line each, without the code that gave them."""

    def show(message: Warning | str, *_: object, **__: object) -> None:
        print(f"scorerbm: warning: {' '.join(str(message).split())}", file=sys.stderr, flush=True)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


def _usage(error: Exception) -> str | None:
    """Message of typer's errors of usage, wherever this version of typer keeps their classes."""
    if not hasattr(error, "format_message"):
        return None
    context = getattr(error, "ctx", None)
    hint = f" (see {context.command_path} --help)" if context is not None else ""
    return f"{error.format_message().rstrip('.')}{hint}"


def _message(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "not enough memory"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, _SPOKEN) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error} (SCORERBM_DEBUG=1 shows where)"
