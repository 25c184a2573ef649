"""Which model classes a file can hold, and by what name."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..rbm import RBM, BernoulliRBM, GaussianRBM

__all__ = ["FAMILIES", "arrays_of", "construct", "family_of"]

FAMILIES: dict[str, type[RBM]] = {"bernoulli": BernoulliRBM, "gaussian": GaussianRBM}
"""Name in the file: class. A file holds the arrays that the class's constructor takes; the model
has each of them as an attribute of the same name, optional ones being None where absent."""


def family_of(model: RBM) -> str:
    """Name of the family of a model.

    Raises
    ------
    TypeError
        If its class is not in `FAMILIES`.
    """
    for name, cls in FAMILIES.items():
        if type(model) is cls:
            return name
    expected = " or ".join(cls.__name__ for cls in FAMILIES.values())
    raise TypeError(f"model: got {type(model).__name__}, expected {expected}")


def _constructor_arguments(cls: type[RBM]) -> dict[str, bool]:
    """Return the names of the arrays that make a model, and whether each is required."""
    parameters = inspect.signature(cls).parameters.values()
    return {p.name: p.default is inspect.Parameter.empty for p in parameters}


def arrays_of(model: RBM) -> dict[str, NDArray[Any]]:
    """Return the arrays from which the constructor makes an equal model, bit by bit.

    Raises
    ------
    ValueError
        If it cannot: models made by `RBM.tilt` have biases in float64, one row an observation.
    """
    present = {name: getattr(model, name) for name in _constructor_arguments(type(model))}
    arrays = {name: np.ascontiguousarray(x) for name, x in present.items() if x is not None}
    for name, array in model.parameters.items():
        if array.dtype != np.float32:
            raise ValueError(
                f"model: got {name} of shape {array.shape} in {array.dtype}, expected the float32 "
                "parameters of a model that is not tilted"
            )
    return arrays


def construct(cls: type[RBM], arrays: Mapping[str, NDArray[Any]]) -> RBM:
    """Return the model whose `arrays_of` these are.

    Raises
    ------
    ValueError
        If one is missing, unknown, or not as the constructor takes it.
    """
    arguments = _constructor_arguments(cls)
    missing = sorted(name for name, needed in arguments.items() if needed and name not in arrays)
    if missing:
        raise ValueError(f"the file lacks {', '.join(missing)}")
    unknown = sorted(arrays.keys() - arguments.keys())
    if unknown:
        raise ValueError(f"the file holds {', '.join(unknown)}, unknown to {cls.__name__}")
    return cls(**arrays)
