"""Saving and loading a model."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._atomic import atomic_write
from .._version import package_version
from ..rbm import RBM
from .families import FAMILIES, arrays_of, construct, family_of
from .metadata import METADATA_KEY, ModelMetadata, checked_shape

__all__ = [
    "from_bytes",
    "load",
    "model_of",
    "opened",
    "read_metadata",
    "save",
    "tensors",
    "to_bytes",
    "write",
]

PathLike = str | os.PathLike[str]


def save(
    model: RBM,
    path: PathLike,
    *,
    training: Mapping[str, Any] | None = None,
    data_shape: Sequence[int] | None = None,
) -> None:
    """Write a model to a safetensors file.

    The file holds the model's float32 parameters and, if known, the float64 ``data_mean`` (and
    ``data_scale`` of real units), bit by bit, and `ModelMetadata`. It appears whole or not at all.
    Equal models with equal records make equal files.

    Parameters
    ----------
    model : RBM
    path : str or path-like
        By convention ``*.safetensors``.
    training : mapping, optional
        How the model was trained, as plain JSON values: for instance ``fit.record()``.
    data_shape : sequence of int, optional
        Shape of one sample where it is an image.

    Raises
    ------
    TypeError, ValueError
        If the model cannot be kept in a file, or the record is not made of finite JSON values.
    OSError
        If the file cannot be written.
    """
    write(path, *_parts(model, training, data_shape))


def to_bytes(
    model: RBM,
    *,
    training: Mapping[str, Any] | None = None,
    data_shape: Sequence[int] | None = None,
) -> bytes:
    """Return the content of the file that `save` writes.

    Raises
    ------
    TypeError, ValueError
        As `save` does.
    """
    return _content(*_parts(model, training, data_shape))


def _parts(
    model: RBM, training: Mapping[str, Any] | None, data_shape: Sequence[int] | None
) -> tuple[dict[str, NDArray[Any]], ModelMetadata]:
    if not isinstance(model, RBM):
        raise TypeError(f"model: got {type(model).__name__}, expected an RBM")
    metadata = ModelMetadata(
        family=family_of(model),
        n_visible=model.n_visible,
        n_hidden=model.n_hidden,
        package_version=package_version(),
        training=None if training is None else dict(training),
        data_shape=None if data_shape is None else checked_shape(data_shape, model.n_visible),
    )
    return arrays_of(model), metadata


def write(path: PathLike, arrays: Mapping[str, NDArray[Any]], metadata: ModelMetadata) -> None:
    """Write arrays and a record to a file that appears whole or not at all."""
    content = _content(arrays, metadata)
    with atomic_write(path, "wb") as file:
        file.write(content)


def _content(arrays: Mapping[str, NDArray[Any]], metadata: ModelMetadata) -> bytes:
    from safetensors.numpy import save as serialised

    content: bytes = serialised(dict(arrays), {METADATA_KEY: metadata.to_json()})
    return content


def load(path: PathLike) -> RBM:
    """Read a model written by `save`; its arrays are those saved, bit by bit.

    Nothing in a file is executed: a file from a stranger can be wrong, but not harmful.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a whole scorerbm model that this version can read.
    """
    with opened(path) as (metadata, file):
        if metadata.latent is not None:
            raise ValueError("it holds a LatentModel, which scorerbm.load reads")
        return model_of(tensors(file), metadata)


def from_bytes(content: bytes) -> RBM:
    """Return the model of which `to_bytes` made the content; it executes nothing either.

    Raises
    ------
    ValueError
        If it is not a whole scorerbm model that this version can read.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load as arrays_in

    try:
        arrays = arrays_in(content)
        for name, array in arrays.items():
            if array.dtype not in (np.float32, np.float64):
                raise ValueError(f"{name}: got dtype {array.dtype}, expected float32 or float64")
        # What was taken is whole: eight bytes, and as many of a header in JSON as they say.
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        return model_of(arrays, _metadata(header.get("__metadata__")))
    except (SafetensorError, TypeError, ValueError) as error:
        raise ValueError(f"content: not a readable model: {error}") from error


def model_of(arrays: Mapping[str, NDArray[Any]], metadata: ModelMetadata) -> RBM:
    """Return the model of a record and its arrays.

    Raises
    ------
    ValueError
        If they do not belong together.
    """
    cls = FAMILIES[metadata.family]
    model = construct(cls, arrays)
    sizes = model.n_visible, model.n_hidden
    if sizes != (metadata.n_visible, metadata.n_hidden):
        raise ValueError(
            f"the arrays have {sizes[0]} visible and {sizes[1]} hidden units, the metadata "
            f"{metadata.n_visible} and {metadata.n_hidden}"
        )
    return model


def read_metadata(path: PathLike) -> ModelMetadata:
    """Read what a model file says of itself, without the model.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a scorerbm model that this version can read.
    """
    with opened(path) as (metadata, _):
        return metadata


@contextmanager
def opened(path: PathLike) -> Iterator[tuple[ModelMetadata, Any]]:
    """Open a model file; a ValueError or TypeError of the block becomes one that names the file."""
    from safetensors import SafetensorError, safe_open

    name = os.fspath(path)
    with open(name, "rb"):  # for Python's own errors of absent and unreadable files and folders
        pass
    try:
        with safe_open(name, framework="np") as file:
            yield _metadata(file.metadata()), file
    except (SafetensorError, TypeError, ValueError) as error:
        raise ValueError(f"{name}: not a readable model: {error}") from error


def _metadata(entries: Mapping[str, str] | None) -> ModelMetadata:
    entry = (entries or {}).get(METADATA_KEY)
    if entry is None:
        raise ValueError("a safetensors file without scorerbm's metadata")
    return ModelMetadata.from_json(entry)


def tensors(file: Any) -> dict[str, NDArray[Any]]:
    """Return the arrays of an opened file by name."""
    found = {}
    for name in file.keys():  # noqa: SIM118 - not a mapping
        kind = file.get_slice(name).get_dtype()
        if kind not in ("F32", "F64"):
            raise ValueError(f"{name}: got dtype {kind}, expected F32 or F64")
        found[name] = np.asarray(file.get_tensor(name))
    return found
