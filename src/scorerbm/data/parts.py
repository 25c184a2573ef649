"""Files read in parts, for training on more rows than memory holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from .. import _check
from .readers import READERS, opened
from .sources import as_rows, checked_threshold, values

__all__ = ["read_parts"]


def read_parts(
    path: str | os.PathLike[str],
    *,
    rows: int = 10000,
    threshold: float | None = None,
    key: str | None = None,
    real: bool = False,
) -> Iterator[NDArray[Any]]:
    """Read rows of binary data, or of real numbers, part by part, in the order of the file.

    Of ``.npy`` and HDF5 files no more than a part is in memory; other formats are read whole and
    then cut.

    Parameters
    ----------
    path : str or path-like
        A file as `load_data` takes it.
    rows : int
        Rows of a part.
    threshold, key, real
        See `load_data`.

    Yields
    ------
    array of uint8 or, of real numbers, of float64, (rows, N)
        The last part may be smaller.

    Raises
    ------
    FileNotFoundError, ValueError, ImportError
        As `load_data` does.
    """
    file = Path(path)
    size = _check.integer("rows", rows, 1)
    threshold = checked_threshold(threshold, real)
    if file.suffix.lower() not in READERS:
        raise ValueError(f"{file}: unknown data, expected one of {', '.join(READERS)}")
    with open(file, "rb"):  # for Python's own errors of absent and unreadable files and folders
        pass
    return _parts(file, size, threshold, key, real)


def _parts(
    path: Path, size: int, threshold: float | None, key: str | None, real: bool
) -> Iterator[NDArray[Any]]:
    try:
        with opened(path, key) as whole:
            for first in range(0, len(whole), size):
                part = as_rows(_check.as_array("values", whole[first : first + size]))
                yield values(part, threshold, real, first)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
