"""Arrays of other libraries, out: results in the kind that the caller works with."""

from __future__ import annotations

from contextlib import nullcontext
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _check

__all__ = ["KINDS", "to_kind"]

KINDS = {"numpy": "numpy", "torch": "torch", "jax": "jax.numpy", "cupy": "cupy"}
"""Name of a library → the module of its arrays."""


def to_kind(array: NDArray[Any], like: Any) -> Any:
    """Return a result as an array of another library.

    On the CPU the memory is shared where that library can: by NumPy and PyTorch always, by JAX
    where it is aligned as JAX wants it and needs no conversion. Read-only and reversed arrays
    are copied for PyTorch, which knows no such ones. JAX turns float64 into float32 unless it is
    told to keep it (``jax_enable_x64``).

    Parameters
    ----------
    array : ndarray
        A score, samples, likelihoods: whatever this package returns.
    like : {"numpy", "torch", "jax", "cupy"} or an array of one of these
        The kind asked for; with an array its device too.

    Returns
    -------
    array of the kind

    Raises
    ------
    ValueError, TypeError
        If ``like`` is neither.
    ImportError
        If that library is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> import scorerbm as sr
    >>> model = sr.BernoulliRBM([[1.0, -1.0]], [0.0], [0.0, 0.0])
    >>> v = np.zeros((3, 1))  # or a tensor
    >>> sr.to_kind(model.free_energy(v), like=v).shape
    (3,)
    """
    name = _check.choice("like", like, KINDS) if isinstance(like, str) else _library(like)
    array = np.asarray(array)
    if name == "numpy":
        return array
    try:
        module = import_module(KINDS[name])
    except ImportError as error:
        raise ImportError(f"arrays of {name} need {name}, which is not installed") from error
    device = None if isinstance(like, str) else like.device
    if name == "torch":
        fit = array.flags.writeable and min(array.strides, default=0) >= 0
        tensor = module.from_numpy(array if fit else array.copy())
        return tensor if device is None else tensor.to(device)
    if name == "jax":
        return module.asarray(array, device=device)
    with nullcontext() if device is None else device:
        return module.asarray(array)


def _library(array: Any) -> str:
    """Return the library that an array is of."""
    for cls in type(array).__mro__:
        name = cls.__module__.partition(".")[0].removesuffix("lib")  # jaxlib
        if name in KINDS and hasattr(array, "__dlpack__"):
            return name
    expected = ", ".join(KINDS)
    raise TypeError(f"like: got {type(array).__name__}, expected an array of one of {expected}")
