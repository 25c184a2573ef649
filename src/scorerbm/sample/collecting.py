"""Where the states of a running chain go: into memory, to a function, into a file."""

from __future__ import annotations

import errno
import math
import os
import shutil
from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from .._atomic import atomic_write
from .draws import Draws

__all__ = ["Collector", "Extent", "Out", "collector"]

Out = str | os.PathLike[str] | Callable[[int, NDArray[Any], NDArray[np.uint8]], object]
"""A file, or a function of the number of sweeps and of the states (B, N) and (B, M) after them."""


@dataclass(frozen=True)
class Extent:
    """What will be collected: the numbers of the sweeps, and the states after each."""

    sweeps: range
    n_chains: int
    n_visible: int
    n_hidden: int
    dtype: np.dtype[Any]


class Collector(AbstractContextManager["Collector"]):
    """Takes the states within a ``with`` block; has what became of them after it."""

    def __init__(self, extent: Extent) -> None:
        self.extent = extent

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    @abstractmethod
    def add(self, sweep: int, visible: NDArray[Any], hidden: NDArray[np.uint8]) -> None:
        """Take the states after so many sweeps."""

    def draws(self) -> Draws | None:
        """What was collected, where it can be looked at."""
        return None


def collector(out: Out | None, packed: bool, extent: Extent) -> Collector:
    """Return the collector that the arguments ask for.

    Raises
    ------
    TypeError, ValueError
        If ``out`` is no place to write to, or cannot be packed.
    MemoryError
        If the machine has less memory than the states need.
    """
    if packed and not isinstance(out, (str, os.PathLike)):
        raise ValueError(f"packed: got {packed!r}, expected a file to pack the states into (out)")
    if packed and extent.dtype != np.uint8:
        raise ValueError(f"packed: got states of {extent.dtype}, expected binary visible units")
    if out is None:
        return _InMemory(extent)
    if isinstance(out, (str, os.PathLike)):
        return _InFile(extent, out, packed)
    if callable(out):
        return _Handed(extent, out)
    raise TypeError(f"out: got {type(out).__name__}, expected a path or a function")


def _numbers(sweeps: range) -> NDArray[np.int64]:
    return np.arange(sweeps.start, sweeps.stop, sweeps.step, dtype=np.int64)


class _InMemory(Collector):
    """Keeps the states."""

    def __init__(self, extent: Extent) -> None:
        super().__init__(extent)
        rows = len(extent.sweeps), extent.n_chains
        row = extent.n_visible * extent.dtype.itemsize + extent.n_hidden
        needed, present = math.prod(rows) * row, _memory()
        if present is not None and needed > present:
            raise MemoryError(
                f"collect_every: {rows[0]} draws of {rows[1]} chains need {_size(needed)} of "
                f"memory, and there are {_size(present)}; write them to a file (out) or keep fewer"
            )
        self._visible = np.empty((*rows, extent.n_visible), extent.dtype)
        self._hidden = np.empty((*rows, extent.n_hidden), np.uint8)

    def add(self, sweep: int, visible: NDArray[Any], hidden: NDArray[np.uint8]) -> None:
        k = self.extent.sweeps.index(sweep)
        self._visible[k], self._hidden[k] = visible, hidden

    def draws(self) -> Draws:
        extent = self.extent
        return Draws(_numbers(extent.sweeps), self._visible, self._hidden, extent.n_visible)


class _Handed(Collector):
    """Hands the states to a function and keeps nothing."""

    def __init__(
        self, extent: Extent, function: Callable[[int, NDArray[Any], NDArray[np.uint8]], object]
    ) -> None:
        super().__init__(extent)
        self._function = function

    def add(self, sweep: int, visible: NDArray[Any], hidden: NDArray[np.uint8]) -> None:
        self._function(sweep, _read_only(visible), _read_only(hidden))


class _InFile(Collector):
    """Writes visible states to an ``.npy`` file, one draw after the other.

    They are written, not stored through a memory map: on a disk that fills up, that is an error
    and not the end of the process.
    """

    def __init__(self, extent: Extent, path: str | os.PathLike[str], packed: bool) -> None:
        super().__init__(extent)
        self._path, self._packed = Path(path), packed
        if self._path.suffix != ".npy":
            raise ValueError(f"out: got {str(path)!r}, expected a name that ends in .npy")
        if self._path.exists() and not self._path.is_file():
            raise ValueError(f"out: got {str(path)!r}, which is there and not a regular file")
        width = (extent.n_visible + 7) // 8 if packed else extent.n_visible
        self._shape = len(extent.sweeps), extent.n_chains, width

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._file: BinaryIO = stack.enter_context(atomic_write(self._path, "wb"))
            self._check_room()
            header = {
                "descr": np.lib.format.dtype_to_descr(self.extent.dtype),
                "fortran_order": False,
                "shape": self._shape,
            }
            np.lib.format.write_array_header_1_0(self._file, header)
            self._stack = stack.pop_all()
        return self

    def _check_room(self) -> None:
        needed = math.prod(self._shape) * self.extent.dtype.itemsize
        free = shutil.disk_usage(os.path.realpath(self._path.parent)).free
        if needed > free:
            wanting = f"{_size(needed)} are needed, and {_size(free)} are free"
            raise OSError(errno.ENOSPC, wanting, str(self._path))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def add(self, sweep: int, visible: NDArray[Any], hidden: NDArray[np.uint8]) -> None:
        if self._packed:
            visible = np.packbits(visible, axis=-1, bitorder="little")
        self._file.write(np.ascontiguousarray(visible).data)

    def draws(self) -> Draws:
        visible = np.load(self._path, mmap_mode="r", allow_pickle=False)
        extent = self.extent
        return Draws(_numbers(extent.sweeps), visible, None, extent.n_visible, self._packed)


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def _memory() -> int | None:
    """Bytes of memory that the machine has, where it says so."""
    with suppress(AttributeError, OSError, ValueError):
        pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
        if pages > 0 and page > 0:
            return pages * page
    return None


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.3g} GB"
