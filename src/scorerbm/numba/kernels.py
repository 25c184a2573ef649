"""What the methods compute of one state, in double precision and in the order of `RBM`'s sums."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..backends.numba.elementary import log, sigmoid, softplus
from .families import Bernoulli
from .jit import by_type, inner

__all__ = [
    "energy",
    "free_energy",
    "hidden_free_energy",
    "hidden_log_odds",
    "hidden_probability",
    "to_means",
    "visible_energy",
    "visible_field",
    "visible_force",
    "visible_mean",
]


@inner
def _product(x: Any, matrix: Any, bias: Any, out: Any) -> None:
    """Write xᵀ times the matrix and a bias to ``out``."""
    for j in range(len(out)):
        out[j] = bias[j]
    for k in range(len(x)):
        if x[k] != 0:
            factor = np.float64(x[k])
            for j in range(len(out)):
                out[j] += factor * matrix[k, j]


@inner
def hidden_log_odds(model: Any, v: Any, out: Any) -> None:
    """Log-odds c + Uᵀv."""
    _product(v, model._coupling, model._hidden, out)


@inner
def visible_field(model: Any, h: Any, out: Any) -> None:
    """η + Uh."""
    _product(h, model._transposed, model._field, out)


@inner
def hidden_probability(model: Any, v: Any, out: Any) -> None:
    """σ(c + Uᵀv)."""
    hidden_log_odds(model, v, out)
    for j in range(len(out)):
        out[j] = sigmoid(out[j])


def to_means(model: Any, field: Any) -> Any:
    """Turn η + Uh into E[v | h], in place."""
    raise NotImplementedError  # in nopython code only


@by_type(to_means)
def _to_means(model: Any, field: Any) -> Any:
    def of_bits(model: Any, field: Any) -> None:
        for i in range(len(field)):
            field[i] = sigmoid(field[i])

    def of_numbers(model: Any, field: Any) -> None:
        for i in range(len(field)):
            field[i] /= model._precision[i]

    return of_bits if isinstance(model, Bernoulli) else of_numbers


@inner
def visible_mean(model: Any, h: Any, out: Any) -> None:
    """E[v | h]."""
    visible_field(model, h, out)
    to_means(model, out)


def visible_energy(model: Any, v: Any) -> Any:
    """E(v, 0)."""
    raise NotImplementedError


@by_type(visible_energy)
def _visible_energy(model: Any, v: Any) -> Any:
    def of_bits(model: Any, v: Any) -> float:
        total = 0.0
        for i in range(len(v)):
            total -= model._field[i] * v[i]
        return total

    def of_numbers(model: Any, v: Any) -> float:
        total = 0.0
        for i in range(len(v)):
            off = v[i] - model._field[i] / model._precision[i]
            total += 0.5 * model._precision[i] * off * off
        return total

    return of_bits if isinstance(model, Bernoulli) else of_numbers


@inner
def energy(model: Any, v: Any, h: Any) -> Any:
    """E(v, h) = E(v, 0) - Σ h_j (c + Uᵀv)_j."""
    odds = np.empty(len(h))
    hidden_log_odds(model, v, odds)
    total = visible_energy(model, v)
    for j in range(len(h)):
        total -= odds[j] * h[j]
    return total


@inner
def free_energy(model: Any, v: Any) -> Any:
    """E(v, 0) - Σ softplus((c + Uᵀv)_j)."""
    odds = np.empty(model.n_hidden)
    hidden_log_odds(model, v, odds)
    total = visible_energy(model, v)
    for x in odds:
        total -= softplus(x)
    return total


def _of_visible_units(model: Any, h: Any) -> Any:
    """-ln Σ_v exp(ηᵀv + vᵀUh - …) over the visible units."""
    raise NotImplementedError


@by_type(_of_visible_units)
def _integrated(model: Any, h: Any) -> Any:
    def of_bits(model: Any, h: Any) -> float:
        field = np.empty(model.n_visible)
        visible_field(model, h, field)
        total = 0.0
        for x in field:
            total -= softplus(x)
        return total

    def of_numbers(model: Any, h: Any) -> float:
        none = np.zeros(model.n_visible)
        force = np.empty(model.n_visible)
        _product(h, model._transposed, none, force)
        total = 0.0
        for i in range(len(force)):
            # Without the difference of two squares, in which digits would cancel.
            total -= force[i] * (model._field[i] + 0.5 * force[i]) / model._precision[i]
            total -= 0.5 * log(2.0 * math.pi / model._precision[i])
        return total

    return of_bits if isinstance(model, Bernoulli) else of_numbers


@inner
def hidden_free_energy(model: Any, h: Any) -> Any:
    """-ln Σ_v exp(-E(v, h))."""
    total = _of_visible_units(model, h)
    for j in range(len(h)):
        total -= model._hidden[j] * h[j]
    return total


@inner
def visible_force(model: Any, v: Any, h: Any, out: Any) -> None:
    """-∂E(v, h)/∂v of real units."""
    visible_field(model, h, out)
    for i in range(len(out)):
        out[i] -= model._precision[i] * v[i]
