"""Data frames of pandas and Polars."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _check
from .dataset import Dataset
from .sources import checked_threshold, values

__all__ = ["from_frame"]


def from_frame(
    frame: Any, *, threshold: float | None = None, name: str = "data", real: bool = False
) -> Dataset:
    """Return a data frame's rows with the names of its columns.

    Parameters
    ----------
    frame : pandas.DataFrame or polars.DataFrame
        Of numbers or booleans, a sample a row, without missing values.
    threshold : float, optional
        Values above it are 1, the others 0. Without it the values must be 0 and 1 already.
    name : str
    real : bool
        Take the numbers as they are.

    Returns
    -------
    Dataset

    Raises
    ------
    TypeError
        If it is not a frame, or a column does not hold numbers.
    ValueError
        If a value is missing or not finite or, of bits, another one than 0 and 1; or a threshold
        of real numbers is given.
    """
    if not (hasattr(frame, "columns") and hasattr(frame, "to_numpy")):
        raise TypeError(f"frame: got {type(frame).__name__}, expected a data frame")
    threshold = checked_threshold(threshold, real)
    names = tuple(frame.columns)
    if len(names) == 0 or len(set(names)) < len(names):
        raise ValueError(f"frame: got columns {list(names)}, expected one or more of unlike names")
    # Column by column: of several kinds together, pandas would make an array of objects.
    columns = [_check.as_array(f"frame[{x!r}]", frame[x].to_numpy()) for x in names]
    try:
        rows = values(np.column_stack(columns), threshold, real)
    except ValueError as error:
        raise ValueError(f"frame: {error}") from None
    return Dataset(rows, name, names=tuple(map(str, names)), real=real)
