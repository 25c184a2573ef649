"""Data with a name, and how they are divided into training and test rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _check

__all__ = ["Dataset", "split"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Binary or real data.

    Attributes
    ----------
    values : array of uint8 in {0, 1} or of float64, (n, N)
        One row a sample.
    name : str
    shape : tuple of int or None
        Shape of one sample where it is an image, (8, 8) for instance; its product is N.
    names : tuple of str or None
        Of the columns, where the data came with them.
    real : bool
        Whether the values are real numbers; else they are bits.
    """

    values: NDArray[Any] = field(repr=False)
    name: str = "data"
    shape: tuple[int, ...] | None = None
    names: tuple[str, ...] | None = field(default=None, repr=False)
    real: bool = False

    def __post_init__(self) -> None:
        check = _check.real_array if self.real else _check.bits
        values = check("values", self.values, (None, None))
        object.__setattr__(self, "values", values)
        if self.shape is not None and int(np.prod(self.shape)) != values.shape[1]:
            raise ValueError(
                f"shape: got {self.shape}, expected a product of {values.shape[1]}, the number of "
                "columns"
            )

        if self.names is not None and len(self.names) != values.shape[1]:
            raise ValueError(
                f"names: got {len(self.names)}, expected {values.shape[1]}, the number of columns"
            )

    def __len__(self) -> int:
        return len(self.values)

    @property
    def n_visible(self) -> int:
        """Number N of columns."""
        return int(self.values.shape[1])

    @property
    def digest(self) -> str:
        """SHA-256 of the rows and their width: equal for equal data, whatever file they came in."""
        head = f"{len(self)} {self.n_visible} ".encode()
        if self.real:
            rows = np.ascontiguousarray(self.values, "<f8").tobytes()
        else:
            rows = np.packbits(self.values, axis=1).tobytes()
        return hashlib.sha256(head + rows).hexdigest()


def split(dataset: Dataset, test_fraction: float = 0.2, seed: int = 0) -> tuple[Dataset, Dataset]:
    """Divide the rows at random into a training and a test set.

    The rows are permuted by ``numpy.random.default_rng(seed).permutation(n)``; the first
    ``round(test_fraction * n)`` of them are the test set (a half rounds to even), the others the
    training set.

    Parameters
    ----------
    dataset : Dataset
    test_fraction : float
        From 0 to less than 1.
    seed : int

    Returns
    -------
    train, test : Dataset
        With a fraction of 0 the test set has no rows.

    Raises
    ------
    ValueError
        If no row is left for training, or a positive fraction yields no test row.
    """
    fraction = _check.number("test_fraction", test_fraction, minimum=0.0)
    order = np.random.default_rng(_check.integer("seed", seed)).permutation(len(dataset))
    n_test = round(fraction * len(dataset))
    if n_test >= len(dataset) or (n_test == 0 and fraction > 0.0):
        raise ValueError(
            f"test_fraction: got {fraction}, which makes {n_test} test rows of {len(dataset)}, "
            "expected at least one row on either side"
        )
    test, train = order[:n_test], order[n_test:]
    return (
        replace(dataset, values=dataset.values[train]),
        replace(dataset, values=dataset.values[test]),
    )
