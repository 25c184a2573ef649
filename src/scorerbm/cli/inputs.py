"""Data and models that commands read."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import Dataset, load_data, split
from ..data.readers import READERS
from ..files import ModelMetadata, load, read_metadata
from ..rbm import RBM
from ..sample import SampleSet
from .options import parse_shape

__all__ = [
    "Divided",
    "Source",
    "check_binary",
    "check_width",
    "read_clamp",
    "read_model",
    "read_start",
]


@dataclass(frozen=True)
class Source:
    """Where data come from and how they are divided: all that it takes to find the rows again."""

    source: str
    threshold: float | None = None
    key: str | None = None
    shape: str | None = None
    test_fraction: float = 0.0
    seed: int = 0
    digest: str | None = None
    """SHA-256 of all rows."""
    visible: str = "bernoulli"
    """Family of the units that the rows are states of."""

    def read(self) -> Divided:
        """Read and divide the data.

        Raises
        ------
        ValueError
            If their digest is known and has changed.
        """
        dataset = load_data(
            self.source, threshold=self.threshold, key=self.key, real=self.visible == "gaussian"
        )
        shape = parse_shape(self.shape)
        if shape is not None:
            if math.prod(shape) != dataset.n_visible:
                raise ValueError(
                    f"--shape: got {self.shape}, which has {math.prod(shape)} pixels, expected "
                    f"{dataset.n_visible}, the number of columns of {self.source}"
                )
            dataset = replace(dataset, shape=shape)
        if self.digest not in (None, dataset.digest):
            raise ValueError(
                f"{self.source}: not the data that the model was trained on; name other data as "
                "the argument DATA"
            )
        if self.test_fraction > 0.0:
            train, test = split(dataset, self.test_fraction, self.seed)
        else:
            train, test = dataset, None
        return Divided(replace(self, digest=dataset.digest), train, test)

    @classmethod
    def from_record(cls, training: dict[str, Any] | None) -> Source | None:
        """Find the source in a model's training record."""
        record = (training or {}).get("data")
        if not isinstance(record, dict):
            return None
        try:
            return cls(**record)
        except TypeError:
            return None


@dataclass(frozen=True)
class Divided:
    """Data as a command uses them."""

    source: Source
    train: Dataset
    test: Dataset | None


def read_model(path: Path) -> tuple[RBM, ModelMetadata]:
    """Read a model and its record."""
    return load(path), read_metadata(path)


def check_width(model: RBM, dataset: Dataset) -> None:
    """Refuse data that the model has not the units for."""
    if model.n_visible != dataset.n_visible:
        raise ValueError(
            f"{dataset.name}: got {dataset.n_visible} columns, expected {model.n_visible}, the "
            "model's number of visible units"
        )


def check_binary(path: Path, model: RBM, what: str) -> None:
    """Refuse a model of real visible units where only binary ones will do."""
    if not model.binary_visible:
        raise ValueError(f"{path}: got a model of real visible units, expected binary ones {what}")


def read_clamp(path: Path, model: RBM) -> NDArray[Any]:
    """Read states to hold units at, one for all chains or one for each; those of NaN are free."""
    array = _read_numbers(path)
    return model.standardise(array[0] if array.ndim == 2 and len(array) == 1 else array)


def _read_numbers(path: Path, key: str | None = None) -> NDArray[Any]:
    """Read any numbers, one state a row."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ValueError(f"{path}: unknown data, expected one of {', '.join(READERS)}")
    with open(path, "rb"):  # for Python's own errors of absent and unreadable files and folders
        pass
    try:
        array = np.asarray(reader(path, key).values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error
    return array.reshape(len(array), -1) if array.ndim > 2 else array


def read_start(path: Path, model: RBM) -> SampleSet | NDArray[Any]:
    """Read where chains start: rows of states, or samples in a file that tells their past.

    Rows of real numbers are in the units of the data, those of samples as the model has them.
    """
    binary, samples = model.binary_visible, path.suffix.lower() == ".npz"
    if not samples:
        return load_data(path).values if binary else model.standardise(_read_numbers(path))
    visible: NDArray[Any] = (
        load_data(path, key="visible").values if binary else _read_numbers(path, "visible")
    )
    try:
        info = json.loads(str(READERS[".npz"](path, "info").values))
    except ValueError:
        return visible
    if not isinstance(info, dict):
        return visible
    return SampleSet(visible, load_data(path, key="hidden").values, info)
