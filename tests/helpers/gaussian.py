"""Gaussian–Bernoulli RBMs, and what follows from their energy alone, in plain NumPy.

    E(v, h) = Σ_i (v_i-b_i)²/(2s_i²) - Σ_ij v_i w_ij h_j/s_i² - cᵀh

Nothing here but the makers of models uses the methods under test.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from scorerbm import GaussianRBM

from .models import states
from .statistics import bonferroni, chi_square, chi_square_states, kolmogorov_smirnov

Reals = NDArray[np.float64]

CELLS = 5  # of [0, 1], for each visible unit


def random_gaussian(
    n_visible: int, n_hidden: int, *, seed: int = 0, scale: float = 0.8, data: bool = False
) -> GaussianRBM:
    """Return a model of moderate couplings and unequal widths; with ``data``, standardised."""
    rng = np.random.default_rng(seed)
    parameters = (
        scale * rng.standard_normal((n_visible, n_hidden)),
        0.5 * rng.standard_normal(n_visible),
        0.5 * rng.standard_normal(n_hidden),
        0.5 + rng.random(n_visible),
    )
    if not data:
        return GaussianRBM(*parameters)
    mean, spread = 10.0 * rng.standard_normal(n_visible), 1.0 + 5.0 * rng.random(n_visible)
    return GaussianRBM(*parameters, data_mean=mean, data_scale=spread)


def separated() -> GaussianRBM:
    """Four modes, far enough for a chain to need some sweeps."""
    w = np.array([[3.0, 0.5], [-1.0, 2.0]])
    return GaussianRBM(w, -0.5 * w.sum(axis=1), np.zeros(2), [1.0, 0.8])


def changed(model: GaussianRBM, **parameters: Any) -> GaussianRBM:
    """Return a model with other parameters in place of some."""
    return GaussianRBM(**model.parameters | parameters)


def exact_parameters(model: GaussianRBM) -> tuple[Reals, Reals, Reals, Reals]:
    """W, b, c and s in double precision."""
    w, b, c, s = (np.asarray(x, np.float64) for x in model.parameters.values())
    return w, b, c, s


def energies(model: GaussianRBM, v: Any, h: Any) -> Reals:
    """E of every v with every h, (B, C) for (B, N) and (C, M)."""
    w, b, c, s = exact_parameters(model)
    v, h = np.asarray(v, np.float64), np.asarray(h, np.float64)
    squares = 0.5 * np.square((v - b) / s).sum(axis=1)
    return squares[:, None] - (v / s**2) @ w @ h.T - h @ c


def log_weights(model: GaussianRBM) -> tuple[Reals, Reals]:
    """ln ∫ exp(-E(v, h)) dv, (2ᴹ,), from the completed square around b + Wh, (2ᴹ, N)."""
    w, b, c, s = exact_parameters(model)
    h = states(len(c))
    mean = b + h @ w.T
    gaussians = 0.5 * ((mean**2 - b**2) / s**2 + np.log(2.0 * np.pi * s**2)).sum(axis=1)
    return h @ c + gaussians, mean


def components(model: GaussianRBM) -> tuple[Reals, Reals]:
    """The mixture that p(v) is: weights p(h), (2ᴹ,), and means b + Wh, (2ᴹ, N)."""
    log_weight, mean = log_weights(model)
    p = np.exp(log_weight - log_weight.max())
    return p / p.sum(), mean


def log_z(model: GaussianRBM) -> float:
    """Return ln Z."""
    return float(np.logaddexp.reduce(log_weights(model)[0]))


def uniforms(model: GaussianRBM, v: Any) -> Reals:
    """P(v_i ≤ its value | v_1 … v_{i-1}), (B, N): independent and uniform under p(v)."""
    p, mean = components(model)
    return mixture_uniforms(p, mean, exact_parameters(model)[3], v)


def mixture_uniforms(p: Reals, mean: Reals, width: Reals, v: Any) -> Reals:
    """Likewise for a mixture with weights p, (K,), means, (K, N), and widths, (N,).

    References
    ----------
    Rosenblatt, "Remarks on a multivariate transformation", Annals of Mathematical Statistics 23
    (1952).
    """
    z = (np.asarray(v, np.float64)[:, None, :] - mean) / width
    u, weight = np.empty(np.shape(v)), np.tile(p, (len(v), 1))
    for i in range(z.shape[2]):
        u[:, i] = (weight * stats.norm.cdf(z[:, :, i])).sum(axis=1) / weight.sum(axis=1)
        weight = weight * stats.norm.pdf(z[:, :, i])
    return u


def visible_law(v: Any, model: GaussianRBM) -> float:
    """Of v against p(v), each unit's given those before it and all together."""
    u = uniforms(model, v)
    cell = np.minimum((CELLS * u).astype(int), CELLS - 1) @ CELLS ** np.arange(u.shape[1])
    n = CELLS ** u.shape[1]
    cells = chi_square(np.bincount(cell, minlength=n), np.full(n, 1.0 / n))
    return bonferroni([*(kolmogorov_smirnov(x, stats.uniform.cdf) for x in u.T), cells])


def joint_law(samples: Any, model: GaussianRBM) -> float:
    """Of h against p(h), of v given h, and of v by itself."""
    v, h = samples.visible, samples.hidden
    p, mean = components(model)
    z = (v - mean[h @ (1 << np.arange(h.shape[1]))]) / exact_parameters(model)[3]
    given = (kolmogorov_smirnov(x, stats.norm.cdf) for x in z.T)
    return bonferroni([chi_square_states(h, p), *given, visible_law(v, model)])
