"""Models inside your own jitted code.

`parameters` makes a named tuple of arrays of a model, which Numba knows how to pass. The functions
here take it, called from Python or from code under ``numba.njit``. Each is of one state; those that
return several numbers write them to ``out``, of either precision. They agree with the methods and
denoisers of the same names to rounding. An array of another size than the layer is a ValueError.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from .backends.protocol import Reals
from .rbm import BernoulliRBM

try:
    from numba import njit
except ImportError as error:
    raise ImportError("scorerbm.numba needs Numba: pip install 'scorerbm[numba]'") from error

__all__ = [
    "Parameters",
    "energy",
    "free_energy",
    "hidden_log_odds",
    "hidden_probability",
    "mean_field",
    "parameters",
    "score",
    "visible_log_odds",
    "visible_probability",
]


class Parameters(NamedTuple):
    """A Bernoulli RBM as arrays in double precision."""

    weights: Reals
    """(N, M)"""
    visible_bias: Reals
    hidden_bias: Reals
    """(M,)"""
    start: Reals
    """Log-odds of the visible units that posterior means start from, (N,)."""


def parameters(model: BernoulliRBM) -> Parameters:
    """Return copies of the parameters of a model.

    Raises
    ------
    TypeError
        If it is no `BernoulliRBM`.
    ValueError
        If it was tilted by several observations and has as many biases.
    """
    if not isinstance(model, BernoulliRBM):
        raise TypeError(f"model: got {type(model).__name__}, expected a BernoulliRBM")
    dense = model.dense_model()
    if dense is None:
        raise ValueError("model: got one tilted by several observations, expected one bias a unit")
    own = (model.weights, model.visible_bias, model.hidden_bias, dense.start)
    return Parameters(*(np.array(x, np.float64, order="C") for x in own))


def _jit(function: Any) -> Any:
    """Compile at the first call and keep the machine code, where there is a folder for it.

    All is in this file, as Numba looks for changes in the file of a cached function only.
    """
    try:
        return njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no folder may be written to: compiled anew in each process
        return njit(nogil=True, error_model="numpy")(function)


@_jit
def _check_visible(parameters: Any, x: Any) -> None:
    """Jitted code looks at no bounds by itself."""
    if len(x) != parameters.weights.shape[0]:
        raise ValueError("expected one number for each visible unit in v, v_t and out")


@_jit
def _check_hidden(parameters: Any, x: Any) -> None:
    if len(x) != parameters.weights.shape[1]:
        raise ValueError("expected one number for each hidden unit in h and out")


@_jit
def _sigmoid(x: Any) -> Any:
    e = math.exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


@_jit
def hidden_log_odds(parameters: Any, v: Any, out: Any) -> None:
    """Wᵀv + c of a state (N,), to ``out`` (M,)."""
    _check_visible(parameters, v)
    _check_hidden(parameters, out)
    w, c = parameters.weights, parameters.hidden_bias
    for j in range(w.shape[1]):
        out[j] = c[j]
    for i in range(w.shape[0]):
        if v[i] != 0:
            for j in range(w.shape[1]):
                out[j] += v[i] * w[i, j]


@_jit
def visible_log_odds(parameters: Any, h: Any, out: Any) -> None:
    """Wh + b of a state (M,), to ``out`` (N,)."""
    _check_hidden(parameters, h)
    _check_visible(parameters, out)
    w, b = parameters.weights, parameters.visible_bias
    for i in range(w.shape[0]):
        total = b[i]
        for j in range(w.shape[1]):
            total += w[i, j] * h[j]
        out[i] = total


@_jit
def hidden_probability(parameters: Any, v: Any, out: Any) -> None:
    """σ(Wᵀv + c), to ``out`` (M,)."""
    hidden_log_odds(parameters, v, out)
    for j in range(len(out)):
        out[j] = _sigmoid(out[j])


@_jit
def visible_probability(parameters: Any, h: Any, out: Any) -> None:
    """σ(Wh + b), to ``out`` (N,)."""
    visible_log_odds(parameters, h, out)
    for i in range(len(out)):
        out[i] = _sigmoid(out[i])


@_jit
def energy(parameters: Any, v: Any, h: Any) -> float:
    """Return -vᵀWh - bᵀv - cᵀh."""
    _check_visible(parameters, v)
    _check_hidden(parameters, h)
    total = 0.0
    for i in range(len(v)):
        field = parameters.visible_bias[i]
        for j in range(len(h)):
            field += parameters.weights[i, j] * h[j]
        total -= v[i] * field
    for j in range(len(h)):
        total -= parameters.hidden_bias[j] * h[j]
    return total


@_jit
def free_energy(parameters: Any, v: Any) -> float:
    """Return -bᵀv - Σ_j softplus((Wᵀv + c)_j)."""
    log_odds = np.empty(len(parameters.hidden_bias))
    hidden_log_odds(parameters, v, log_odds)
    total = 0.0
    for i in range(len(v)):
        total -= parameters.visible_bias[i] * v[i]
    for x in log_odds:
        total -= max(x, 0.0) + math.log1p(math.exp(-abs(x)))
    return total


@_jit
def mean_field(
    parameters: Any, v_t: Any, alpha: float, sigma: float, n_iterations: int, out: Any
) -> None:
    """E[v₀ | v_t = alpha v₀ + sigma ζ] as `MeanFieldDenoiser` finds it, to ``out`` (N,)."""
    _check_visible(parameters, v_t)
    _check_visible(parameters, out)
    w, b, c = parameters.weights, parameters.visible_bias, parameters.hidden_bias
    rate = alpha / (sigma * sigma)
    channel, v = np.empty(len(b)), np.empty(len(b))
    h = np.empty(len(c))
    for i in range(len(b)):
        channel[i] = rate * (v_t[i] - 0.5 * alpha)
        v[i] = _sigmoid(parameters.start[i] + channel[i])
    for _ in range(n_iterations):
        hidden_probability(parameters, v, h)
        for i in range(len(b)):
            field = b[i] + channel[i]
            for j in range(len(c)):
                field += w[i, j] * h[j]
            v[i] = _sigmoid(field)
    for i in range(len(b)):
        out[i] = v[i]


@_jit
def score(
    parameters: Any, v_t: Any, alpha: float, sigma: float, n_iterations: int, out: Any
) -> None:
    """Write the score (alpha E[v₀ | v_t] - v_t)/sigma² with the mean of `mean_field` to ``out``."""
    _check_visible(parameters, out)
    mean = np.empty(len(v_t))
    mean_field(parameters, v_t, alpha, sigma, n_iterations, mean)
    for i in range(len(v_t)):
        out[i] = (alpha * mean[i] - v_t[i]) / (sigma * sigma)
