"""Data with a split into training, validation and test rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scorerbm.data import load_data, split

__all__ = ["LARGE", "SMALL", "Bits", "Problem", "load"]

Bits = NDArray[np.uint8]

SMALL = {"digits": 14, "plants": 16, "nltcs": 20, "mnist10k": 20, "genomes805": 20}
"""Hidden units of models whose likelihood is enumerated."""
LARGE = {"mnist10k": 500, "genomes805": 100}


@dataclass(frozen=True)
class Problem:
    """Rows of one data set, and the size of the models that learn it."""

    name: str
    n_hidden: int
    train: Bits
    valid: Bits
    test: Bits

    @property
    def label(self) -> str:
        return f"{self.name}-{self.n_hidden}"

    def merged(self) -> Problem:
        """With the validation rows among those for training, where the file has no split.

        Digits are few: every figure quoted elsewhere is of models that saw all rows but the test.
        """
        if self.name != "digits":
            return self
        train = np.concatenate([self.train, self.valid])
        return Problem(self.name, self.n_hidden, train, self.valid, self.test)

    def independent(self) -> float:
        """Test log-likelihood of independent bits, add-half smoothed."""
        p = (self.train.sum(axis=0) + 0.5) / (len(self.train) + 1.0)
        rows = np.where(self.test, np.log(p), np.log1p(-p)).sum(axis=1)
        return float(rows.mean())


def load(name: str, n_hidden: int, folder: Path | None) -> Problem:
    """Digits are in the package; other files are NumPy archives in the folder."""
    if name == "digits":
        rest, test = split(load_data("digits"), seed=0)
        train, valid = split(rest, seed=1)
        return Problem(name, n_hidden, train.values, valid.values, test.values)
    if folder is None:
        raise SystemExit(f"{name}: expected --data, the folder that has {name}.npz")
    with np.load(folder / f"{name}.npz") as file:
        return Problem(name, n_hidden, file["train"], file["valid"], file["test"])
