"""Files of Ising and QUBO problems, in the formats of Ocean."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from .._atomic import atomic_write
from .._ocean import ocean
from .bqm import is_bqm
from .convert import IsingModel
from .coordinates import VARTYPES, read_coordinates, write_coordinates

__all__ = ["SUFFIXES", "load_ising", "save_ising"]

PathLike = str | os.PathLike[str]


def save_ising(problem: IsingModel | Any, path: PathLike) -> None:
    """Write a problem to a file that Ocean reads. It appears whole or not at all.

    The suffix says the format:

    ``.coo``, ``.txt``
        Lines ``u v bias``, with u = v for linear biases, as `dimod.serialization.coo` reads them
        (which writes six decimals; here every digit is). Variables must be named by integers. The
        format has no offset: it is written in a comment, which `load_ising` reads and dimod does
        not.
    ``.json``
        ``bqm.to_serializable()``, which `dimod.BinaryQuadraticModel.from_serializable` reads.
    ``.bqm``
        dimod's own binary file, which `dimod.BinaryQuadraticModel.from_file` reads.

    Parameters
    ----------
    problem : IsingModel or dimod.BinaryQuadraticModel
    path : str or path-like

    Raises
    ------
    TypeError, ValueError
        If it is no such problem, the suffix is another, or the format cannot hold the labels.
    OSError
        If the file cannot be written.
    ImportError
        If dimod is not installed.
    """
    write = _format_of(path)[0]
    if isinstance(problem, IsingModel):
        problem = problem.to_bqm()
    elif not is_bqm(problem):
        raise TypeError(
            f"problem: got {type(problem).__name__}, expected an IsingModel or a "
            "dimod.BinaryQuadraticModel"
        )
    with atomic_write(path, "wb") as file:
        write(file, problem)


def load_ising(path: PathLike, vartype: str | None = None) -> Any:
    """Read a problem that `save_ising` or dimod wrote.

    Parameters
    ----------
    path : str or path-like
        A name that ends in one of the suffixes of `save_ising`.
    vartype : {"SPIN", "BINARY"}, optional
        What the variables are, for a list of coordinates that does not say so.

    Returns
    -------
    dimod.BinaryQuadraticModel
        `from_ising` makes a model of it.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the suffix is another, the file cannot be read as what it says, or the vartype is
        missing or not that of the file.
    ImportError
        If dimod is not installed.
    """
    read = _format_of(path)[1]
    if vartype not in (None, *VARTYPES):
        raise ValueError(f"vartype: got {vartype!r}, expected one of {VARTYPES}")
    ocean("dimod")
    with open(path, "rb") as file:
        content = file.read()
    try:
        bqm = read(content, vartype)
        if vartype not in (None, bqm.vartype.name):
            raise ValueError(f"got vartype {vartype}, but the file has {bqm.vartype.name}")
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"{os.fspath(path)}: not a readable problem: {error}") from error
    return bqm


def _write_json(file: IO[bytes], bqm: Any) -> None:
    file.write(json.dumps(bqm.to_serializable()).encode())


def _read_json(content: bytes, _: str | None) -> Any:
    record = json.loads(content)
    if not isinstance(record, dict) or record.get("type") != "BinaryQuadraticModel":
        raise ValueError("not the JSON of a dimod.BinaryQuadraticModel")
    return ocean("dimod").BinaryQuadraticModel.from_serializable(record)


def _write_bqm(file: IO[bytes], bqm: Any) -> None:
    with bqm.to_file() as content:
        file.write(content.read())


def _read_bqm(content: bytes, _: str | None) -> Any:
    return ocean("dimod").BinaryQuadraticModel.from_file(content)


_Writer = Callable[[IO[bytes], Any], None]
_Reader = Callable[[bytes, str | None], Any]

_FORMATS: dict[str, tuple[_Writer, _Reader]] = {
    ".coo": (write_coordinates, read_coordinates),
    ".txt": (write_coordinates, read_coordinates),
    ".json": (_write_json, _read_json),
    ".bqm": (_write_bqm, _read_bqm),
}

SUFFIXES = tuple(_FORMATS)
"""Of files of problems."""


def _format_of(path: PathLike) -> tuple[_Writer, _Reader]:
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMATS:
        raise ValueError(
            f"path: got suffix {suffix!r} of {os.fspath(path)}, expected {' or '.join(SUFFIXES)}"
        )
    return _FORMATS[suffix]
