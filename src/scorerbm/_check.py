"""Argument checks: every error names the argument, what came and what was expected."""

from __future__ import annotations

import math
import operator
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_array", "bits", "boolean", "choice", "integer", "number", "real_array", "spins"]

Shape = tuple[int | None, ...]


def as_array(name: str, value: Any) -> NDArray[Any]:
    """A numeric NumPy view of anything that has ``__array__`` or speaks DLPack.

    Memory is shared if it is the CPU's; what lies on another device is copied.
    """
    try:
        array = _viewed(value)
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        raise TypeError(
            f"{name}: got {_kind(value)}, expected an array of numbers ({error})"
        ) from error
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name}: got dtype {array.dtype}, expected real numbers")
    return array


_CPU = 1  # DLPack's number of the device


def _viewed(value: Any) -> NDArray[Any]:
    if isinstance(value, np.ndarray) or not hasattr(value, "__dlpack__"):
        return np.asarray(value)
    if value.__dlpack_device__()[0] != _CPU:
        return np.from_dlpack(value, device="cpu")
    # The older protocol knows dtypes that DLPack's readers may not, and says more of errors.
    return np.asarray(value) if hasattr(value, "__array__") else np.from_dlpack(value)


def real_array(name: str, value: Any, *shapes: Shape) -> NDArray[np.float64]:
    """Finite float64 numbers, C-contiguous, of one of the shapes (None: any length)."""
    array = np.asarray(as_array(name, value), dtype=np.float64, order="C")
    _check_shape(name, array, shapes)
    _check_unmasked(name, value)
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name}: got {array[where]} at index {where}, expected finite numbers")
    return array


def bits(name: str, value: Any, *shapes: Shape, first_row: int = 0) -> NDArray[np.uint8]:
    """Binary states as uint8, C-contiguous, of one of the shapes; errors count from a row on."""
    array = as_array(name, value)
    _check_shape(name, array, shapes)
    _check_unmasked(name, value)
    wrong = (array != 0) & (array != 1)
    if wrong.any():
        found = tuple(int(i) for i in np.argwhere(wrong)[0])
        where = (found[0] + first_row, *found[1:]) if found else found
        raise ValueError(f"{name}: got {array[found]} at index {where}, expected only 0 and 1")
    return np.asarray(array, dtype=np.uint8, order="C")


def spins(name: str, value: Any, *shapes: Shape) -> NDArray[np.float64]:
    """States of spins, -1 and 1, as float64, C-contiguous, of one of the shapes."""
    array = real_array(name, value, *shapes)
    wrong = np.abs(array) != 1.0
    if wrong.any():
        raise ValueError(f"{name}: got {array[wrong][0]}, expected only -1 and 1")
    return array


def _check_unmasked(name: str, value: Any) -> None:
    """What lies under a mask is no datum."""
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        where = tuple(int(i) for i in np.argwhere(np.ma.getmaskarray(value))[0])
        raise ValueError(f"{name}: got a masked number at index {where}, expected none")


def _check_shape(name: str, array: NDArray[Any], shapes: tuple[Shape, ...]) -> None:
    for shape in shapes:
        if len(shape) == array.ndim and all(
            want in (None, have) for want, have in zip(shape, array.shape, strict=True)
        ):
            return
    if shapes:
        wanted = " or ".join(
            "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")" for shape in shapes
        )
        raise ValueError(f"{name}: got shape {array.shape}, expected {wanted}")


def integer(name: str, value: Any, minimum: int = 0, maximum: int | None = None) -> int:
    """Return an integer between the bounds; booleans and floats are refused."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        result = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: got {_kind(value)}, expected an integer") from None
    if result < minimum:
        raise ValueError(f"{name}: got {result}, expected at least {minimum}")
    if maximum is not None and result > maximum:
        raise ValueError(f"{name}: got {result}, expected at most {maximum}")
    return result


def number(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
) -> float:
    """Return a finite float within the bounds (``above`` is exclusive)."""
    try:
        if isinstance(value, (str, bytes)):
            raise TypeError
        result = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: got {_kind(value)}, expected a number") from None
    except OverflowError:
        raise ValueError(f"{name}: got {_kind(value)}, expected a finite number") from None
    if not math.isfinite(result):
        raise ValueError(f"{name}: got {result}, expected a finite number")
    if above is not None and result <= above:
        raise ValueError(f"{name}: got {result}, expected more than {above}")
    if minimum is not None and result < minimum:
        raise ValueError(f"{name}: got {result}, expected at least {minimum}")
    if maximum is not None and result > maximum:
        raise ValueError(f"{name}: got {result}, expected at most {maximum}")
    return result


def boolean(name: str, value: Any) -> bool:
    """Return True or False, as Python or NumPy has them: a word like "no" would count as true."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}: got {value!r}, expected True or False")
    return bool(value)


def choice(name: str, value: Any, options: Collection[str]) -> str:
    """Return one of the named options."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name}: got {value!r}, expected one of {sorted(options)}")
    return value


def _kind(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 40 else text[:37] + '...'}"
