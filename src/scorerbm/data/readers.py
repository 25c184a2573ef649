"""Readers of files of numbers: (path, key) → array. Every failure is a ValueError or TypeError."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .text import read_text

__all__ = ["READERS"]

Numbers = NDArray[Any]
Reader = Callable[[Path, str | None], Numbers]


def _pick(key: str | None, present: Iterable[str]) -> str:
    """Return the key asked for, or the only one."""
    names = sorted(present)
    if key is None and len(names) == 1:
        return names[0]
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


def _read_npy(path: Path, key: str | None) -> Numbers:
    _no_key(key)
    array: Numbers = _guarded(".npy", np.lib.format.open_memmap, path, mode="r")
    return array


def _read_npz(path: Path, key: str | None) -> Numbers:
    # NumPy would leave a broken archive open.
    with open(path, "rb") as file:
        archive = _guarded(".npz", np.load, file, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise ValueError("a single array in .npy format, expected an .npz archive")
        with archive:
            array: Numbers = _guarded(".npz", archive.__getitem__, _pick(key, archive.files))
    return array


def _read_hdf5(path: Path, key: str | None) -> Numbers:
    try:
        import h5py
    except ImportError:
        raise ImportError('HDF5 files need h5py: pip install "scorerbm[hdf5]"') from None
    with _guarded("HDF5", h5py.File, path, "r") as file:
        names: list[str] = []
        _guarded("HDF5", file.visititems, lambda name, item: _note_data(names, name, item))
        chosen = _pick(None if key is None else key.strip("/"), names)
        array: Numbers = _guarded("HDF5", file[chosen].__getitem__, ())
    return array


def _note_data(names: list[str], name: str, item: Any) -> None:
    if hasattr(item, "dtype"):  # a data set, not a group
        names.append(name)


def _read_delimited(path: Path, key: str | None) -> Numbers:
    _no_key(key)
    return read_text(path)


READERS: dict[str, Reader] = {
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".csv": _read_delimited,
    ".tsv": _read_delimited,
    ".txt": _read_delimited,
    ".h5": _read_hdf5,
    ".hdf5": _read_hdf5,
}
"""Suffix → reader."""
