"""Where data come from: a name, or a file by its suffix."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _check
from ..backends.protocol import Bits
from .dataset import Dataset
from .readers import READERS, Table

__all__ = ["SOURCES", "as_rows", "checked_threshold", "load_data", "values"]

Numbers = NDArray[Any]


def _digits() -> tuple[Numbers, float]:
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise ImportError('digits need scikit-learn: pip install "scorerbm[sklearn]"') from None
    return load_digits().images, 7.5


SOURCES: dict[str, Callable[[], tuple[Numbers, float]]] = {"digits": _digits}
"""Data that need no file: name → a function that returns numbers and their usual threshold."""


def load_data(
    source: str | os.PathLike[str],
    *,
    threshold: float | None = None,
    key: str | None = None,
    real: bool = False,
) -> Dataset:
    """Read binary data, or real numbers.

    Parameters
    ----------
    source : str or path-like
        ``"digits"``: scikit-learn's 1797 images of handwritten digits, 8×8 pixels from 0 to 16,
        thresholded at 7.5. Otherwise a file:

        - ``.npy``;
        - ``.npz``: ``key`` names the array where there are several;
        - ``.csv``, ``.tsv``, ``.txt``: separated by comma, semicolon, tab or blanks; a first line
          of names is skipped, and so are lines that begin with ``#``;
        - ``.h5``, ``.hdf5``: ``key`` is the path of the data set where there are several and none
          is called ``samples``;
        - ``.fasta``, ``.fa``: aligned sequences, a bit for each letter at each position; ``key`` is
          their alphabet, ``"protein"``, ``"rna"`` or ``"dna"``, else the smallest that has all
          letters. See `one_hot`.

        The first axis numbers the samples. Further axes of an array are a sample's shape: (n, H, W)
        makes n rows of H·W units.
    threshold : float, optional
        Values above it are 1, the others 0. Without it the values must be 0 and 1 already.
    key : str, optional
        Which array of the file.
    real : bool
        Take the numbers as they are.

    Returns
    -------
    Dataset

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file cannot be read as numbers, holds other values than 0 and 1 or, of real numbers,
        some that are not finite; or a threshold of real numbers is given.
    ImportError
        If scikit-learn or h5py is needed and absent.
    """
    threshold = checked_threshold(threshold, real)
    name = os.fspath(source)
    if name in SOURCES:
        if key is not None:
            raise ValueError(f"key: got {key!r}, expected none: {name} is a single array")
        numbers, usual = SOURCES[name]()
        return _dataset(name, Table(numbers), usual if threshold is None else threshold, real)
    path = Path(name)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join([*SOURCES, *READERS])
        raise ValueError(f"{name}: unknown data, expected one of {known}")
    with open(path, "rb"):  # for Python's own errors of absent and unreadable files and folders
        pass
    try:
        return _dataset(path.stem, reader(path, key), threshold, real)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from error


def _dataset(name: str, table: Table, threshold: float | None, real: bool) -> Dataset:
    array = _check.as_array("values", table.values)
    rows = as_rows(array)
    image = tuple(n for n in array.shape[1:] if n > 1)
    shape = image if array.ndim > 2 and len(image) == 2 else None
    return Dataset(values(rows, threshold, real), name, shape, table.names, real=real)


def checked_threshold(threshold: float | None, real: bool) -> float | None:
    """Return a threshold that fits the kind of data."""
    if threshold is None:
        return None
    threshold = _check.number("threshold", threshold)
    if real:
        raise ValueError(f"threshold: got {threshold:g}, expected none of real numbers")
    return threshold


def as_rows(array: Numbers) -> Numbers:
    """Return samples of any shape as rows, (n, N)."""
    if array.ndim < 2 or array.size == 0:
        raise ValueError(f"got an array of shape {array.shape}, expected rows of samples")
    return array.reshape(len(array), -1)


def values(array: Numbers, threshold: float | None, real: bool, first_row: int = 0) -> Numbers:
    """Return finite numbers as float64, or as bits; errors count from a row on."""
    _check_finite(array, first_row)
    return array.astype(np.float64) if real else _binary(array, threshold, first_row)


def _binary(array: Numbers, threshold: float | None, first_row: int) -> Bits:
    """Return numbers as bits, by a threshold or as they are."""
    if threshold is not None:
        return (array > threshold).astype(np.uint8)
    wrong_ones = (array != 0) & (array != 1)
    if wrong_ones.any():
        low, high = float(array.min()), float(array.max())
        raise ValueError(
            f"got {_first(array, wrong_ones, first_row)}, expected only 0 and 1; the values run "
            f"from {low:g} to {high:g}: give a threshold above which they are 1 "
            f"(--threshold {(low + high) / 2:g})"
        )
    return array.astype(np.uint8)


def _check_finite(array: Numbers, first_row: int) -> None:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        wrong = _first(array, ~np.isfinite(array), first_row)
        raise ValueError(f"got {wrong}, expected finite numbers")


def _first(array: Numbers, where: NDArray[np.bool_], first_row: int) -> str:
    row, column = divmod(int(where.argmax()), array.shape[1])
    return f"{array[row, column]:g} in row {row + first_row}, column {column}"
