"""What nopython code raises: made of numbers there, and told in Python.

Text made in nopython code would take seconds to compile.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "FiniteError",
    "NoNoiseError",
    "RangeError",
    "RowsError",
    "ShapeError",
    "TooManyUnitsError",
    "UnitsError",
]


class _StatedError(ValueError):
    """A ValueError in the words of the methods."""

    def __reduce__(self) -> tuple[Any, ...]:
        """In other processes too it is a ValueError with this text."""
        return ValueError, self.args


class UnitsError(_StatedError):
    """One state of another size than its layer."""

    def __init__(self, name: str, units: int, expected: int) -> None:
        super().__init__(
            f"{name}: got shape ({units},), expected ({expected}) or (any, {expected})"
        )


class ShapeError(_StatedError):
    """Several states of another size than their layer."""

    def __init__(self, name: str, rows: int, units: int, expected: int) -> None:
        super().__init__(
            f"{name}: got shape {(rows, units)}, expected ({expected}) or (any, {expected})"
        )


class RowsError(_StatedError):
    """Several visible and several hidden states that are not as many."""

    def __init__(self, rows: int, expected: int) -> None:
        super().__init__(f"h: got {rows} rows, expected {expected} as v has")


class FiniteError(_StatedError):
    """A number that is infinite or none."""

    def __init__(self, name: str, value: float) -> None:
        super().__init__(f"{name}: got {value}, expected finite numbers")


class RangeError(_StatedError):
    """A number where another is expected."""

    def __init__(self, name: str, value: float, expected: str) -> None:
        super().__init__(f"{name}: got {value}, expected {expected}")


class TooManyUnitsError(_StatedError):
    """More hidden units than are enumerated."""

    def __init__(self, units: int, most: int) -> None:
        super().__init__(
            f"ExactDenoiser: got a model of {units} hidden units, expected at most "
            f"max_units={most} to enumerate"
        )


class NoNoiseError(_StatedError):
    """A time at which a noised model has no score."""

    def __init__(self, t: float) -> None:
        super().__init__(f"t: got {t}, where the schedule has added no noise")
