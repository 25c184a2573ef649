"""Densities of noised models by enumeration, and their gradients by differences.

Neither uses the code under test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .gaussian import components, exact_parameters
from .models import states, visible_probabilities

Reals = NDArray[np.float64]
Density = Callable[[Reals], Reals]


def log_mixture(v: Reals, weights: Reals, means: Reals, variance: Any) -> Reals:
    """ln Σ_k w_k N(v; μ_k, diag(variance)) of each row, but for its constant."""
    distance = (np.square(v[:, None, :] - means) / variance).sum(axis=2)
    x = np.log(weights) - 0.5 * distance
    top = x.max(axis=1, keepdims=True)
    return top[:, 0] + np.log(np.exp(x - top).sum(axis=1))


def bernoulli_density(model: Any, alpha: float, sigma: float) -> Density:
    """Return ln p_t of α v + σ ζ for v of a Bernoulli RBM."""
    points = alpha * states(model.n_visible)
    weights = visible_probabilities(model)
    return lambda v: log_mixture(v, weights, points, sigma**2)


def gaussian_density(model: Any, alpha: float, sigma: float) -> Density:
    """Return ln p_t of α v + σ ζ for v of a Gaussian RBM."""
    (weights, means), width = components(model), exact_parameters(model)[3]
    return lambda v: log_mixture(v, weights, alpha * means, alpha**2 * width**2 + sigma**2)


def gradient(log_density: Density, v: Reals, step: float) -> Reals:
    """Five-point central differences."""
    out = np.empty_like(v)
    for i in range(v.shape[1]):
        e = step * np.eye(v.shape[1])[i]
        near = log_density(v + e) - log_density(v - e)
        far = log_density(v + 2.0 * e) - log_density(v - 2.0 * e)
        out[:, i] = (8.0 * near - far) / (12.0 * step)
    return out
