"""Methods of models in nopython code: of one state or of several, as in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba.extending import overload_method

from . import kernels
from .arguments import are_states, check_h, check_rows, check_v, n_rows, row
from .families import Bernoulli, Family, Gaussian

__all__: list[str] = []

_Method = Callable[..., Any]


def _number_of_v(kernel: Any) -> _Method:
    """A method of v that returns a number for each state."""

    def one(model: Any, v: Any) -> Any:
        check_v(v, model.n_visible)
        return kernel(model, v)

    def several(model: Any, v: Any) -> Any:
        check_v(v, model.n_visible)
        out = np.empty(len(v))
        for r in range(len(v)):
            out[r] = kernel(model, v[r])
        return out

    def typed(model: Any, v: Any) -> Any:
        return (one if v.ndim == 1 else several) if are_states(v) else None

    return typed


def _number_of_h(kernel: Any) -> _Method:
    """A method of h that returns a number for each state."""

    def one(model: Any, h: Any) -> Any:
        check_h(h, model.n_hidden)
        return kernel(model, h)

    def several(model: Any, h: Any) -> Any:
        check_h(h, model.n_hidden)
        out = np.empty(len(h))
        for r in range(len(h)):
            out[r] = kernel(model, h[r])
        return out

    def typed(model: Any, h: Any) -> Any:
        return (one if h.ndim == 1 else several) if are_states(h) else None

    return typed


def _hidden_units_of_v(kernel: Any) -> _Method:
    """A method of v that returns a number for each hidden unit of each state."""

    def one(model: Any, v: Any) -> Any:
        check_v(v, model.n_visible)
        out = np.empty(model.n_hidden)
        kernel(model, v, out)
        return out

    def several(model: Any, v: Any) -> Any:
        check_v(v, model.n_visible)
        out = np.empty((len(v), model.n_hidden))
        for r in range(len(v)):
            kernel(model, v[r], out[r])
        return out

    def typed(model: Any, v: Any) -> Any:
        return (one if v.ndim == 1 else several) if are_states(v) else None

    return typed


def _visible_units_of_h(kernel: Any) -> _Method:
    """A method of h that returns a number for each visible unit of each state."""

    def one(model: Any, h: Any) -> Any:
        check_h(h, model.n_hidden)
        out = np.empty(model.n_visible)
        kernel(model, h, out)
        return out

    def several(model: Any, h: Any) -> Any:
        check_h(h, model.n_hidden)
        out = np.empty((len(h), model.n_visible))
        for r in range(len(h)):
            kernel(model, h[r], out[r])
        return out

    def typed(model: Any, h: Any) -> Any:
        return (one if h.ndim == 1 else several) if are_states(h) else None

    return typed


@overload_method(Family, "energy")
def _energy(model: Any, v: Any, h: Any) -> Any:
    def one(model: Any, v: Any, h: Any) -> Any:
        check_v(v, model.n_visible)
        check_h(h, model.n_hidden)
        return kernels.energy(model, v, h)

    def several(model: Any, v: Any, h: Any) -> Any:
        check_v(v, model.n_visible)
        check_h(h, model.n_hidden)
        check_rows(v, h)
        out = np.empty(n_rows(v, h))
        for r in range(len(out)):
            out[r] = kernels.energy(model, row(v, r), row(h, r))
        return out

    return (one if v.ndim == h.ndim == 1 else several) if are_states(v, h) else None


@overload_method(Bernoulli, "visible_force")
def _force_on_bits(model: Any, v: Any, h: Any) -> Any:
    def force(model: Any, v: Any, h: Any) -> Any:
        check_v(v, model.n_visible)
        return model.visible_log_odds(h)

    return force if are_states(v, h) else None


@overload_method(Gaussian, "visible_force")
def _force_on_numbers(model: Any, v: Any, h: Any) -> Any:
    def one(model: Any, v: Any, h: Any) -> Any:
        check_v(v, model.n_visible)
        check_h(h, model.n_hidden)
        out = np.empty(model.n_visible)
        kernels.visible_force(model, v, h, out)
        return out

    def several(model: Any, v: Any, h: Any) -> Any:
        check_v(v, model.n_visible)
        check_h(h, model.n_hidden)
        check_rows(v, h)
        out = np.empty((n_rows(v, h), model.n_visible))
        for r in range(len(out)):
            kernels.visible_force(model, row(v, r), row(h, r), out[r])
        return out

    return (one if v.ndim == h.ndim == 1 else several) if are_states(v, h) else None


for _family, _name, _typed in (
    (Family, "free_energy", _number_of_v(kernels.free_energy)),
    (Family, "visible_energy", _number_of_v(kernels.visible_energy)),
    (Family, "hidden_free_energy", _number_of_h(kernels.hidden_free_energy)),
    (Family, "hidden_log_odds", _hidden_units_of_v(kernels.hidden_log_odds)),
    (Family, "hidden_probability", _hidden_units_of_v(kernels.hidden_probability)),
    (Family, "visible_mean", _visible_units_of_h(kernels.visible_mean)),
    (Bernoulli, "visible_probability", _visible_units_of_h(kernels.visible_mean)),
    (Bernoulli, "visible_log_odds", _visible_units_of_h(kernels.visible_field)),
):
    overload_method(_family, _name)(_typed)
