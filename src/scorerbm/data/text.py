"""Numbers in delimited text."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_text"]

_DELIMITERS = (",", ";", "\t")


def read_text(path: Path) -> tuple[NDArray[np.float64], tuple[str, ...] | None]:
    """Read a table of numbers, (n, N), and the names of its columns if the first line has them.

    Raises
    ------
    ValueError
        If there is no number, a field is not one, or rows differ in length.
    """
    try:
        with open(path, encoding="utf-8-sig") as file:
            number, first = _first_line(file)
    except UnicodeDecodeError as error:
        raise ValueError(f"not a text file in UTF-8 ({error.reason})") from None
    delimiter = _delimiter(first)
    fields = _fields(first, delimiter)
    numeric = [_is_number(field) for field in fields]
    if any(numeric) and not all(numeric):
        wrong = fields[numeric.index(False)]
        raise ValueError(
            f"line {number}: got {wrong!r} among numbers, expected a row of numbers or a header "
            "of names"
        )
    if all(numeric):
        return _parse(path, delimiter, skip=0), None
    table = _parse(path, delimiter, skip=number)
    return table, tuple(fields) if len(fields) == table.shape[1] else None


def _parse(path: Path, delimiter: str | None, skip: int) -> NDArray[np.float64]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # no data: raised as an error below
        try:
            table = np.loadtxt(
                path,
                delimiter=delimiter,
                skiprows=skip,
                ndmin=2,
                quotechar='"',
                encoding="utf-8-sig",
            )
        except ValueError as error:  # UnicodeDecodeError too
            raise ValueError(f"not a table of numbers ({str(error).split(';')[0]})") from None
    if table.size == 0:
        raise ValueError("the file has no rows of numbers")
    return table


def _first_line(lines: Any) -> tuple[int, str]:
    """Return the number, from 1, and the text of the first line that is not blank or a comment."""
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip(" \r\n")
        if text:
            return number, text
    raise ValueError("the file has no rows of numbers")


def _delimiter(line: str) -> str | None:
    """Return the delimiter that makes the most fields; None, any blanks, if none makes two."""
    best = max(_DELIMITERS, key=lambda d: len(_fields(line, d)))
    return best if len(_fields(line, best)) > 1 else None


def _fields(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return line.split()
    return [field.strip() for field in next(csv.reader([line], delimiter=delimiter))]


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
