"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal, TextIO, overload

from . import _check

__all__ = ["atomic_write"]

PathLike = str | os.PathLike[str]


@overload
def atomic_write(path: PathLike, mode: Literal["w"] = ...) -> AbstractContextManager[TextIO]: ...
@overload
def atomic_write(path: PathLike, mode: Literal["wb"]) -> AbstractContextManager[BinaryIO]: ...
def atomic_write(path: PathLike, mode: str = "w") -> AbstractContextManager[Any]:
    """Open a file for writing that takes its name only when the block ends without an error.

    The data go to a temporary file in the same folder, which is flushed to disk and renamed over
    ``path``. Whatever ends the block early, Ctrl-C included, the temporary file is removed and a
    former file of that name is left as it was. What is not a regular file (a pipe, a terminal,
    ``/dev/null``) is written to directly; a symbolic link is followed.

    Parameters
    ----------
    path : str or path-like
    mode : {"w", "wb"}
        Text (UTF-8, line ends as written) or bytes.

    Returns
    -------
    context manager
        Yields the file object.

    Raises
    ------
    OSError
        If the folder does not exist or is not writable, or ``path`` is a folder.
    """
    return _open_atomic(os.fspath(path), _check.choice("mode", mode, ("w", "wb")))


@contextmanager
def _open_atomic(path: str, mode: str) -> Iterator[IO[Any]]:
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        with _open(target, mode) as file:
            yield file
        return
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target.parent))
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}.tmp")
    try:
        with _open(temporary, mode, exclusive=True) as file:
            if target.exists():
                temporary.chmod(target.stat().st_mode & 0o777)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise


def _open(path: Path, mode: str, *, exclusive: bool = False) -> IO[Any]:
    if exclusive:
        mode = mode.replace("w", "x")
    if "b" in mode:
        return open(path, mode)
    return open(path, mode, encoding="utf-8", newline="")
