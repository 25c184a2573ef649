"""Models in nopython code: their arrays, and the same in double precision for what is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload_attribute

from ..backends.protocol import Reals
from ..backends.reference.elementary import logit
from ..rbm import BernoulliRBM, GaussianRBM, Standardisation
from ..rbm.arrays import frozen
from .structs import Struct, boxed, represents

__all__ = ["Bernoulli", "Family", "Gaussian"]


def _double(array: Any) -> Reals:
    return frozen(np.array(array, np.float64, order="C"))


def _kept(model: Any, make: Any) -> tuple[Any, ...]:
    """The fields of a model, made once for as long as it lives."""
    found: tuple[Any, ...] | None = model.__dict__.get("_of_numba")
    if found is None:
        found = model.__dict__["_of_numba"] = make(model)
    return found


def _check_one(bias: Any) -> None:
    if bias.ndim != 1:
        raise ValueError(f"model: got a batch of {len(bias)} tilted models, expected one model")


class Family(Struct):
    """A model whose hidden log-odds are c + Uᵀv and whose visible units see η + Uh."""

    kept = True


def _of_bernoulli(model: BernoulliRBM) -> tuple[Any, ...]:
    b, p = model.visible_bias, model.data_mean
    _check_one(b)
    coupling, field = _double(model.weights), _double(b)
    return (
        *(model.weights, b, model.hidden_bias, p),
        *(coupling, _double(coupling.T), field, _double(model.hidden_bias)),
        field if p is None else frozen(logit(p)),
    )


@represents(BernoulliRBM)
class Bernoulli(Family):
    """A `BernoulliRBM`."""

    names = (
        *("weights", "visible_bias", "hidden_bias", "data_mean"),
        *("_coupling", "_transposed", "_field", "_hidden"),
        "_start",  # log-odds of independent units, which posterior means start from
    )

    @staticmethod
    def parts(value: Any) -> tuple[Any, ...]:
        """The fields."""
        return _kept(value, _of_bernoulli)


def _bernoulli(
    weights: Any, visible_bias: Any, hidden_bias: Any, data_mean: Any, *_: Any
) -> BernoulliRBM:
    w, b, c = (frozen(x) for x in (weights, visible_bias, hidden_bias))
    return BernoulliRBM.from_trusted(w, b, c, data_mean)


boxed(Bernoulli, _bernoulli)


def _of_gaussian(model: GaussianRBM) -> tuple[Any, ...]:
    known = model.conditionals
    _check_one(known.field)
    of_units = model.independent().conditionals
    return (
        *(*model.parameters.values(), model.data_mean, model.data_scale),
        *(known.coupling, known.transposed, known.field, known.hidden, known.precision),
        *(of_units.field, of_units.precision),
    )


@represents(GaussianRBM)
class Gaussian(Family):
    """A `GaussianRBM`, with U = W/σ², η = b/σ² and the precisions 1/σ²."""

    names = (
        *("_weights", "_visible_bias", "hidden_bias", "_sigma", "data_mean", "data_scale"),
        *("_coupling", "_transposed", "_field", "_hidden", "_precision"),
        *("_start_field", "_start_precision"),
    )

    @staticmethod
    def parts(value: Any) -> tuple[Any, ...]:
        """The fields; what `tilt` makes in nopython code has no parameters until asked for."""
        return _kept(value, _of_gaussian)


def _gaussian(*fields: Any) -> GaussianRBM:
    known = dict(zip(Gaussian.names, fields, strict=True))
    field, precision, mean = known["_field"], known["_precision"], known["data_mean"]
    w, b = known["_coupling"] / precision[:, None], field / precision
    c, s = known["_hidden"], np.sqrt(1.0 / precision)
    units = None if mean is None else Standardisation(mean, known["data_scale"])
    return GaussianRBM.from_trusted(frozen(w), frozen(b), frozen(c), frozen(s), units)


boxed(Gaussian, _gaussian)


def _attribute(family: type[Family], name: str, of: Any, of_tilted: Any = None) -> None:
    """Add an attribute, computed in another way for what `tilt` makes in nopython code."""
    overload_attribute(family, name)(
        # The first field of such a model is none.
        lambda model: of_tilted if of_tilted and model.fields[0] is types.none else of
    )


_attribute(Family, "n_visible", lambda model: model._coupling.shape[0])
_attribute(Family, "n_hidden", lambda model: model._coupling.shape[1])
_attribute(
    Gaussian,
    "weights",
    lambda model: model._weights,
    lambda model: model._coupling / model._precision.reshape((-1, 1)),
)
_attribute(
    Gaussian,
    "visible_bias",
    lambda model: model._visible_bias,
    lambda model: model._field / model._precision,
)
_attribute(
    Gaussian,
    "sigma",
    lambda model: model._sigma,
    lambda model: np.sqrt(1.0 / model._precision),
)
