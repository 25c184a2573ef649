"""Real data in units of their own spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Reals

__all__ = ["Standardisation", "same_units"]

_CONSTANT = 1e-12  # range of a unit, relative to its values, that is rounding


@dataclass(frozen=True, eq=False)
class Standardisation:
    """v = (x - mean)/scale, unit by unit: x in the units of the data, v in those of a model.

    Attributes
    ----------
    mean, scale : array, (N,)
        In the units of the data; the scale is positive.
    """

    mean: Reals
    scale: Reals

    @classmethod
    def of(cls, x: Reals) -> Self:
        """Mean and standard deviation of each unit of data (n, N).

        Those of a constant one are its value and 1.
        """
        mean = np.add.reduce(x, axis=0) / len(x)  # rows in order, whatever the CPU
        spread = np.sqrt(np.add.reduce(np.square(x - mean), axis=0) / len(x))
        # By the range: the rounding of a mean grows with the rows, and would count as spread.
        low, high = x.min(axis=0), x.max(axis=0)
        constant = high - low <= _CONSTANT * np.abs(low)
        return cls(np.where(constant, low, mean), np.where(constant, 1.0, spread))

    def apply(self, x: ArrayLike) -> Reals:
        """Return v for data (…, N); what is masked becomes NaN."""
        if isinstance(x, np.ma.MaskedArray):
            x = np.ma.filled(x.astype(np.float64), np.nan)
        return np.asarray((self._of_units("x", x) - self.mean) / self.scale)

    def undo(self, v: ArrayLike) -> Reals:
        """Return x for states (…, N) of the model."""
        return np.asarray(self.mean + self.scale * self._of_units("v", v))

    def _of_units(self, name: str, value: ArrayLike) -> NDArray[Any]:
        array = _check.as_array(name, value)
        if array.ndim == 0 or array.shape[-1] != len(self.mean):
            raise ValueError(
                f"{name}: got shape {array.shape}, expected (…, {len(self.mean)}), a number for "
                "each visible unit"
            )
        return array


def same_units(a: Standardisation | None, b: Standardisation | None) -> bool:
    """Whether states of two models stand for the same data."""
    if a is None or b is None:
        return a is b
    return np.array_equal(a.mean, b.mean) and np.array_equal(a.scale, b.scale)
