"""Files that commands write: whole or not at all."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from .._atomic import atomic_write
from ..rbm import RBM
from ..sample import SampleSet

__all__ = [
    "WRITERS",
    "check_extra",
    "check_folder",
    "check_target",
    "draws_to",
    "write_picture",
    "write_samples",
]

_IMAGES = 100


def check_target(path: Path, *suffixes: str) -> None:
    """Refuse, before any work, a path that cannot be written or has none of the suffixes."""
    if suffixes and path.suffix.lower() not in suffixes:
        raise ValueError(f"{path}: got suffix {path.suffix!r}, expected {' or '.join(suffixes)}")
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder", str(path))
    _check_writable(path.parent)


def check_folder(path: Path) -> None:
    """Refuse, before any work, a folder that cannot be made or written into."""
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is not a folder", str(path))
    _check_writable(path if path.is_dir() else path.absolute().parent)


def _check_writable(folder: Path) -> None:
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(folder))
    try:
        # Access rights tell less: of file systems that are read-only or virtual, for instance.
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        wrong = "the folder is not writable"
        raise PermissionError(errno.EACCES, wrong, str(folder)) from error


def check_extra(what: str, extra: str, module: str) -> None:
    """Refuse, before any work, what a missing library is needed for."""
    if find_spec(module) is None:
        raise ImportError(f'{what} need {module}: pip install "scorerbm[{extra}]"')


def _write_npy(file: IO[bytes], samples: SampleSet) -> None:
    np.save(file, samples.data, allow_pickle=False)


def _write_npz(file: IO[bytes], samples: SampleSet) -> None:
    info = np.array(json.dumps(samples.info, sort_keys=True, default=str))
    arrays: dict[str, NDArray[Any]] = {
        "visible": samples.visible,
        "hidden": samples.hidden,
        "info": info,
    }
    if samples.standardisation is not None:
        arrays["data"] = samples.data
    np.savez_compressed(file, allow_pickle=False, **arrays)


def _write_csv(file: IO[bytes], samples: SampleSet) -> None:
    rows = samples.data
    names = ",".join(f"v{i}" for i in range(rows.shape[1]))
    form = "%d" if rows.dtype.kind in "bui" else "%.9g"
    np.savetxt(file, rows, fmt=form, delimiter=",", header=names, comments="")


WRITERS: dict[str, Callable[[IO[bytes], SampleSet], None]] = {
    ".npy": _write_npy,
    ".npz": _write_npz,
    ".csv": _write_csv,
}
"""Suffix → writer of samples."""


def write_samples(path: Path, samples: SampleSet) -> None:
    """Write samples in the format of the suffix."""
    with atomic_write(path, "wb") as file:
        WRITERS[path.suffix.lower()](file, samples)


@contextmanager
def draws_to(path: Path, model: RBM) -> Iterator[Path]:
    """Yield the file that chains write their states to, which end in ``path`` as data do."""
    if model.standardisation is None:
        yield path
        return
    with TemporaryDirectory(dir=path.parent) as folder:
        states = Path(folder) / "states.npy"
        yield states
        _write_restored(path, model, np.load(states, mmap_mode="r", allow_pickle=False))


def _write_restored(path: Path, model: RBM, draws: NDArray[Any]) -> None:
    """Write states, one draw after the other, in the units of the data."""
    form = np.lib.format
    header = {
        "descr": form.dtype_to_descr(draws.dtype), "fortran_order": False, "shape": draws.shape,
    }  # fmt: skip
    with atomic_write(path, "wb") as file:
        form.write_array_header_1_0(file, header)
        for draw in draws:
            file.write(np.ascontiguousarray(model.restore(draw)).data)


def write_picture(path: Path, samples: SampleSet, shape: tuple[int, ...]) -> None:
    """Write the first samples as images in a PNG file."""
    from ..plot import plot_samples

    title = samples.info["sampler"]
    figure = plot_samples({title: samples.data}, shape, n_images=_IMAGES)
    with atomic_write(path, "wb") as file:
        figure.savefig(file, format="png")
