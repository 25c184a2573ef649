"""Quadratic models as lists of coordinates: lines ``u v bias``, with u = v for linear biases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from .._ocean import ocean
from ..backends.protocol import Reals
from .bqm import QuadraticModel, read_bqm

__all__ = ["VARTYPES", "read_coordinates", "write_coordinates"]

VARTYPES = ("SPIN", "BINARY")

_COMMENT = re.compile(rb"^[ \t\f]*#.*$", re.MULTILINE)
_VARTYPE = re.compile(rb"vartype[:=][ \t]*([-_.a-zA-Z0-9]+)")
_OFFSET = re.compile(rb"offset[:=][ \t]*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")


def write_coordinates(file: IO[bytes], bqm: Any) -> None:
    """Write every bias, those of value 0 too, or variables and couplings would be lost.

    Raises
    ------
    ValueError
        If a variable is not named by an integer.
    """
    model = read_bqm(bqm)
    labels = _integer_labels(model)
    vartype = "SPIN" if model.spin else "BINARY"
    file.write(f"# vartype={vartype}\n# offset={model.offset!r}\n".encode())
    first, second = labels[model.row], labels[model.col]
    lines = map(
        "{} {} {}\n".format,
        chain(labels.tolist(), np.minimum(first, second).tolist()),
        chain(labels.tolist(), np.maximum(first, second).tolist()),
        chain(_decimals(model.linear), _decimals(model.quadratic)),
    )
    file.write("".join(lines).encode())


def _integer_labels(model: QuadraticModel) -> NDArray[np.int64]:
    for label in model.labels:
        if not isinstance(label, (int, np.integer)) or label < 0:
            raise ValueError(
                f"problem: got a variable {label!r}, but a list of coordinates names variables by "
                "integers from 0 on; write .json or .bqm"
            )
    return np.array(model.labels, np.int64)


def _decimals(numbers: Reals) -> Iterator[str]:
    """Shortest decimals of the same numbers, without exponents, which dimod does not read."""
    for number in numbers.tolist():
        text = repr(number)
        yield np.format_float_positional(number, trim="0") if "e" in text else text


def read_coordinates(content: bytes, vartype: str | None) -> Any:
    """Return the `dimod.BinaryQuadraticModel` of a list of coordinates.

    Raises
    ------
    ValueError
        If it is no such list, or neither it nor the argument says the vartype.
    """
    comments = b"\n".join(_COMMENT.findall(content))
    found, offset = _VARTYPE.search(comments), _OFFSET.search(comments)
    if found is not None:
        vartype = found.group(1).decode()
    if vartype is None:
        raise ValueError("the file does not say its vartype, expected the argument vartype")
    if vartype not in VARTYPES:
        raise ValueError(f"the file has vartype {vartype}, expected one of {VARTYPES}")
    table = _table(_COMMENT.sub(b"", content))
    labels, index = np.unique(table[:, :2], return_inverse=True)
    if (labels != np.floor(labels)).any() or (labels < 0.0).any():
        raise ValueError("variables must be integers from 0 on")
    row, col = index.reshape(-1, 2).T
    alone, n = row == col, len(labels)
    return ocean("dimod").BinaryQuadraticModel.from_numpy_vectors(
        np.bincount(row[alone], table[alone, 2], n),
        (row[~alone], col[~alone], table[~alone, 2]),
        float(offset.group(1)) if offset else 0.0,
        vartype,
        variable_order=labels.astype(np.int64).tolist(),
    )


def _table(rows: bytes) -> Reals:
    """Return lines of three numbers, (n, 3)."""
    if not rows.strip():
        return np.zeros((0, 3))
    table = np.loadtxt(BytesIO(rows), dtype=np.float64, ndmin=2)
    if table.shape[1] != 3:
        raise ValueError(f"got lines of {table.shape[1]} numbers, expected u, v and a bias")
    return table
