"""Readers of files of numbers: (path, key) → table. Every failure is a ValueError or TypeError."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .fasta import ALPHABETS, column_names, guess_alphabet, one_hot, read_fasta
from .text import read_text

__all__ = ["READERS", "Table", "opened"]

Numbers = NDArray[Any]


class Table(NamedTuple):
    """What a file holds."""

    values: Numbers
    names: tuple[str, ...] | None = None
    """Of the columns, if the file has them."""


Reader = Callable[[Path, str | None], Table]

_USUAL = "samples"  # what files of `rbms` call them


def _pick(key: str | None, present: Iterable[str]) -> str:
    """Return the key asked for, the only one, or the one of samples among others."""
    names = sorted(present)
    if key is None and (len(names) == 1 or _USUAL in names):
        return names[0] if len(names) == 1 else _USUAL
    if key is None or key not in names:
        listed = ", ".join(names) if names else "none at all"
        raise ValueError(f"key: got {key!r}, expected one of the file's arrays (--key): {listed}")
    return key


def _no_key(key: str | None) -> None:
    if key is not None:
        raise ValueError(f"key: got {key!r}, expected none: the file is a single array")


def _guarded(kind: str, read: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Call a reader of a library; whatever a broken file makes it raise becomes a ValueError."""
    try:
        return read(*args, **options)
    except _BROKEN as error:
        message = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ValueError(f"not a readable {kind} file of numbers ({message})") from None


_BROKEN = (ValueError, EOFError, OSError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)


def _read_npy(path: Path, key: str | None) -> Table:
    _no_key(key)
    return Table(_guarded(".npy", np.lib.format.open_memmap, path, mode="r"))


def _read_npz(path: Path, key: str | None) -> Table:
    # NumPy would leave a broken archive open.
    with open(path, "rb") as file:
        archive = _guarded(".npz", np.load, file, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise ValueError("a single array in .npy format, expected an .npz archive")
        with archive:
            return Table(_guarded(".npz", archive.__getitem__, _pick(key, archive.files)))


def _read_hdf5(path: Path, key: str | None) -> Table:
    with _opened_hdf5(path, key) as data:
        return Table(_guarded("HDF5", data.__getitem__, ()))


@contextmanager
def _opened_hdf5(path: Path, key: str | None) -> Iterator[Any]:
    try:
        import h5py
    except ImportError:
        raise ImportError('HDF5 files need h5py: pip install "scorerbm[hdf5]"') from None
    with _guarded("HDF5", h5py.File, path, "r") as file:
        names: list[str] = []
        _guarded("HDF5", file.visititems, lambda name, item: _note_data(names, name, item))
        yield file[_pick(None if key is None else key.strip("/"), names)]


def _note_data(names: list[str], name: str, item: Any) -> None:
    if hasattr(item, "dtype"):  # a data set, not a group
        names.append(name)


def _read_delimited(path: Path, key: str | None) -> Table:
    _no_key(key)
    return Table(*read_text(path))


def _read_aligned(path: Path, key: str | None) -> Table:
    headers, sequences = read_fasta(path)
    if key is not None and key not in ALPHABETS:
        raise ValueError(f"key: got {key!r}, expected an alphabet (--key): {', '.join(ALPHABETS)}")
    alphabet = guess_alphabet(sequences) if key is None else key
    bits = one_hot(sequences, alphabet, headers)
    return Table(bits, tuple(column_names(bits.shape[1], alphabet)))


READERS: dict[str, Reader] = {
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".csv": _read_delimited,
    ".tsv": _read_delimited,
    ".txt": _read_delimited,
    ".h5": _read_hdf5,
    ".hdf5": _read_hdf5,
    ".fasta": _read_aligned,
    ".fa": _read_aligned,
}
"""Suffix → reader."""


@contextmanager
def opened(path: Path, key: str | None) -> Iterator[Any]:
    """Open a file for reading slices of its rows: from where they lie, if the format allows."""
    if READERS[path.suffix.lower()] is _read_hdf5:
        with _opened_hdf5(path, key) as data:
            yield _Guarded(data)
    else:
        yield READERS[path.suffix.lower()](path, key).values


class _Guarded:
    """A data set whose broken chunks are a ValueError when they are met."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, rows: slice) -> Numbers:
        part: Numbers = _guarded("HDF5", self._data.__getitem__, rows)
        return part
