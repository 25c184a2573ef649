"""Small random models, and their distributions by brute force over every (v, h).

The sums here use the parameters and plain NumPy only, so that nothing under test checks itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorerbm import BernoulliRBM

Reals = NDArray[np.float64]


def random_bernoulli(
    n_visible: int,
    n_hidden: int,
    *,
    seed: int = 0,
    scale: float = 1.0,
    bias: float = 0.5,
    data_mean: bool = False,
) -> BernoulliRBM:
    """Weights ~ N(0, scale²), biases ~ N(0, bias²); with ``data_mean``, its exact E[v]."""
    rng = np.random.default_rng(seed)
    w = scale * rng.standard_normal((n_visible, n_hidden))
    b, c = bias * rng.standard_normal(n_visible), bias * rng.standard_normal(n_hidden)
    model = BernoulliRBM(w, b, c)
    if not data_mean:
        return model
    mean = visible_probabilities(model) @ states(n_visible)
    return BernoulliRBM(w, b, c, data_mean=mean)


def states(n_bits: int) -> Reals:
    """All 2ⁿ binary states, (2ⁿ, n); bit k of the row number is column k."""
    return ((np.arange(1 << n_bits)[:, None] >> np.arange(n_bits)) & 1).astype(np.float64)


def state_index(bits: NDArray[Any]) -> NDArray[np.int64]:
    """Row number of each state in `states`; for a joint state give ``np.hstack([v, h])``."""
    bits = np.asarray(bits)
    return bits.astype(np.int64) @ (1 << np.arange(bits.shape[1], dtype=np.int64))


def joint_log_weights(model: BernoulliRBM, beta: float = 1.0) -> Reals:
    """-beta E(v, h) for every state, (2ᴺ, 2ᴹ)."""
    w, b, c = (np.asarray(x, np.float64) for x in model.parameters.values())
    v, h = states(len(b)), states(len(c))
    return beta * (v @ w @ h.T + (v @ b)[:, None] + (h @ c)[None, :])


def every_pair(n_visible: int, n_hidden: int) -> tuple[Reals, Reals]:
    """All (v, h), one a row, in the order of `joint_probabilities`."""
    joint = states(n_visible + n_hidden)
    return joint[:, :n_visible], joint[:, n_visible:]


def log_sum_exp(x: Reals) -> float:
    """ln Σ exp(x)."""
    top = x.max()
    return float(top + np.log(np.exp(x - top).sum()))


def joint_probabilities(model: BernoulliRBM, beta: float = 1.0) -> Reals:
    """p(v, h), (2ᴺ⁺ᴹ,), in the order of ``state_index(np.hstack([v, h]))``."""
    x = joint_log_weights(model, beta)
    p = np.exp(x - x.max())
    return (p / p.sum()).T.ravel()


def clamped_probabilities(model: BernoulliRBM, clamp: Any) -> Reals:
    """p(v, h | v_clamped), in the order of `joint_probabilities`; units that are NaN are free."""
    v, _ = every_pair(model.n_visible, model.n_hidden)
    clamp = np.asarray(clamp, np.float64)
    p = joint_probabilities(model) * ((v == clamp) | np.isnan(clamp)).all(axis=1)
    return p / p.sum()


def visible_probabilities(model: BernoulliRBM, beta: float = 1.0) -> Reals:
    """p(v), (2ᴺ,), in the order of `states`."""
    return joint_probabilities(model, beta).reshape(1 << model.n_hidden, -1).sum(axis=0)
