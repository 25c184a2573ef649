"""Real data in units of their own spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Reals
from ..backends.reference.elementary import log

__all__ = ["Standardisation", "same_units"]

_CONSTANT = 1e-12  # range of a unit, relative to its values, that is rounding
_ENOUGH_ROWS = 20  # to tell means and spreads of units
_NEAR, _TIMES = 0.1, 10.0


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
    def of(cls, x: Reals, floor: float = 0.0) -> Self:
        """Mean and standard deviation, but no less than the floor, of each unit of data (n, N).

        Those of a constant one are its value and the floor or, if that is 0, 1.
        """
        mean = np.add.reduce(x, axis=0) / len(x)  # rows in order, whatever the CPU
        spread = np.sqrt(np.add.reduce(np.square(x - mean), axis=0) / len(x))
        # By the range: the rounding of a mean grows with the rows, and would count as spread.
        low, high = x.min(axis=0), x.max(axis=0)
        constant = high - low <= _CONSTANT * np.abs(low)
        scale = np.where(constant, floor or 1.0, np.maximum(spread, floor))
        return cls(np.where(constant, low, mean), scale)

    @property
    def log_jacobian(self) -> float:
        """Ln |dv/dx| = -Σ ln scale: what ln p(x) has more than ln p(v)."""
        return -float(log(self.scale).sum())

    def looks_raw(self, v: Reals) -> bool:
        """Whether rows (B, N) have the means and spreads of the data, not of standardised ones.

        With as many units as rows of data have, no chance leads there.
        """
        if len(v) < _ENOUGH_ROWS:
            return False
        mean, spread = v.mean(axis=0), v.std(axis=0)

        def distance(mean_of: Reals | float, spread_of: Reals | float) -> float:
            off = np.square((mean - mean_of) / spread_of) + np.square(spread / spread_of - 1.0)
            return float(off.mean())

        of_data, of_states = distance(self.mean, self.scale), distance(0.0, 1.0)
        return of_data < _NEAR < of_states and _TIMES * of_data < of_states

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
