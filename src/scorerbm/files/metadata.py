"""What a model file says of itself beside its arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import _check
from .families import FAMILIES

__all__ = ["FORMAT_VERSION", "METADATA_KEY", "ModelMetadata"]

FORMAT_VERSION = 1
"""Files of this version and older can be read."""

METADATA_KEY = "scorerbm"
"""The one entry of the safetensors header. Its value is JSON with sorted keys: safetensors writes
several entries in an order that changes from run to run, and equal models shall be equal files."""


@dataclass(frozen=True)
class ModelMetadata:
    """The record kept with a model.

    Attributes
    ----------
    family : str
        Family of visible units, ``"bernoulli"`` or ``"gaussian"``.
    n_visible, n_hidden : int
        N and M.
    format_version : int
    package_version : str
        The scorerbm that wrote the file.
    training : dict or None
        How the model was trained: plain JSON values.
    data_shape : tuple of int or None
        Shape of one sample where it is an image, (8, 8) for instance; its product is N.
    latent : dict or None
        Of a latent model, whose prior is the RBM described above: what encodes and decodes.
    """

    family: str
    n_visible: int
    n_hidden: int
    format_version: int = FORMAT_VERSION
    package_version: str = "unknown"
    training: dict[str, Any] | None = None
    data_shape: tuple[int, ...] | None = None
    latent: dict[str, Any] | None = None

    def to_json(self) -> str:
        """Return the entry of the file's header.

        Raises
        ------
        TypeError, ValueError
            If ``training`` holds anything but finite JSON values.
        """
        fields = {name: getattr(self, name) for name in _FIELDS}
        try:
            return json.dumps(fields, sort_keys=True, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise type(error)(f"training: got {error}, expected plain JSON values") from None

    @classmethod
    def from_json(cls, text: str) -> ModelMetadata:
        """Read the entry of a file's header.

        Raises
        ------
        ValueError
            If it is not such a record, or of a newer format.
        """
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"the metadata are not JSON ({error})") from None
        if not isinstance(fields, dict):
            raise ValueError("the metadata are not a JSON object")
        _check_version(fields.get("format_version"))
        fields.setdefault("latent", None)  # which earlier packages did not write
        missing = sorted(_FIELDS.keys() - fields.keys())
        if missing:
            raise ValueError(f"the metadata lack {', '.join(missing)}")
        for name, kind in _FIELDS.items():
            if not isinstance(fields[name], kind) or isinstance(fields[name], bool):
                raise ValueError(f"the metadata give {fields[name]!r} as {name}")
        if fields["family"] not in FAMILIES:
            raise ValueError(f"got family {fields['family']!r}, expected one of {sorted(FAMILIES)}")
        shape = fields["data_shape"]
        fields["data_shape"] = None if shape is None else checked_shape(shape, fields["n_visible"])
        return cls(**{name: fields[name] for name in _FIELDS})


# Type of each field in JSON. Fields that a later package adds to this version are ignored.
_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "family": str,
    "n_visible": int,
    "n_hidden": int,
    "format_version": int,
    "package_version": str,
    "training": (dict, type(None)),
    "data_shape": (list, type(None)),
    "latent": (dict, type(None)),
}


def checked_shape(shape: Any, n_visible: int) -> tuple[int, ...]:
    """Return the shape of one sample as a tuple, checked to hold N units."""
    try:
        sizes = tuple(_check.integer("data_shape", n, 1) for n in shape)
    except TypeError:
        raise ValueError(f"data_shape: got {shape!r}, expected positive integers") from None
    units = 1
    for n in sizes:
        units *= n
    if units != n_visible:
        raise ValueError(f"data_shape: got {sizes}, expected a product of {n_visible}")
    return sizes


def _check_version(version: Any) -> None:
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError(f"the metadata give {version!r} as format_version")
    if version > FORMAT_VERSION:
        raise ValueError(
            f"the file has format version {version}, this scorerbm reads up to {FORMAT_VERSION}: "
            "upgrade scorerbm"
        )
