"""The pathwise and the literal gradient in double precision, readable and without speed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scorerbm import BernoulliRBM
from scorerbm.backends import get_backend
from scorerbm.backends.protocol import Domain, Key
from scorerbm.gumbel import relaxed_bernoulli
from scorerbm.train.gradients.base import Batch, Observation

Reals = NDArray[np.float64]
Gradient = dict[str, Reals]
BACKEND = get_backend()


class Layer(NamedTuple):
    """One relaxed half-sweep: its input, its output, and the output's slope in the log-odds."""

    below: Reals
    above: Reals
    slope: Reals


def pathwise(
    model: BernoulliRBM,
    seen: Observation,
    batch: Batch,
    key: Key,
    *,
    n_sweeps: int,
    n_noises: int,
    tau: float,
    dropped: int = 0,
) -> tuple[Gradient, float]:
    """Gradient and loss; ``dropped`` of the first layers are left out, for a negative control."""
    copies, v0 = max(1, n_noises), batch.v.astype(np.float64)
    start = model.posterior_start(seen.v_t, seen.alpha, seen.sigma)
    posterior = model.tilt(
        *(np.concatenate([x] * copies) for x in (seen.v_t, seen.alpha, seen.sigma))
    )

    def relax(log_odds: Reals, step: int, domain: int) -> Reals:
        noise = [
            BACKEND.logistic(batch.ids, log_odds.shape[1], key, step=step, domain=domain | n << 8)
            for n in range(n_noises)
        ]
        log_odds = log_odds + np.concatenate(noise) if noise else log_odds
        return BACKEND.sigmoid(log_odds / tau)

    v, layers = np.tile(start, (copies, 1)), []
    for sweep in range(n_sweeps):
        step = batch.epoch * n_sweeps + sweep
        h = relax(model.hidden_log_odds(v), step, Domain.LOGISTIC_HIDDEN)
        layers.append(Layer(v, h, h * (1.0 - h) / tau))
        if sweep < n_sweeps - 1:
            v = relax(posterior.visible_log_odds(h), step, Domain.LOGISTIC_VISIBLE)
            layers.append(Layer(h, v, v * (1.0 - v) / tau))
    last = posterior.visible_probability(layers[-1].above)
    mean = last.reshape(copies, *v0.shape).sum(axis=0) / copies
    loss = float((seen.weight * np.square(mean - v0).sum(axis=1)).mean())
    of_mean = 2.0 * seen.weight[:, None] * (mean - v0) / (len(v0) * copies)
    out = np.tile(of_mean, (copies, 1)) * last * (1.0 - last)
    return backward(model.double_weights, layers[dropped:], out), loss


def backward(w: Reals, layers: list[Layer], out: Reals) -> Gradient:
    """``out`` is the loss's derivative in the last layer's visible log-odds."""
    of_weights = out.T @ layers[-1].above
    of_visible, of_hidden = out.sum(axis=0), np.zeros(w.shape[1])
    to_hidden = True
    for layer in reversed(layers):
        out = (out @ w if to_hidden else out @ w.T) * layer.slope
        if to_hidden:
            of_weights += layer.below.T @ out
            of_hidden += out.sum(axis=0)
        else:
            of_weights += out.T @ layer.below
            of_visible += out.sum(axis=0)
        to_hidden = not to_hidden
    return {"weights": of_weights, "visible_bias": of_visible, "hidden_bias": of_hidden}


def literal(
    model: BernoulliRBM,
    seen: Observation,
    batch: Batch,
    key: Key,
    *,
    n_noises: int,
    tau: float,
) -> tuple[Gradient, float]:
    """Gradient and loss."""
    log_odds = model.hidden_log_odds(seen.v_t)
    hidden, slope = np.zeros_like(log_odds), np.zeros_like(log_odds)
    for noise in range(n_noises):
        logistic = BACKEND.logistic(
            batch.ids, model.n_hidden, key, step=batch.epoch,
            domain=Domain.LOGISTIC_HIDDEN | noise << 8,
        )  # fmt: skip
        h = relaxed_bernoulli(log_odds, logistic, tau, BACKEND)
        hidden += h / n_noises
        slope += h * (1.0 - h) / (tau * n_noises)
    residual = model.visible_log_odds(hidden) + seen.zeta / seen.sigma[:, None]
    weight = seen.weight * seen.sigma**4 / seen.alpha**2
    loss = float((weight * np.square(residual).sum(axis=1)).mean())
    of_score = 2.0 * weight[:, None] * residual / len(residual)
    of_log_odds = (of_score @ model.double_weights) * slope
    gradient = {
        "weights": of_score.T @ hidden + seen.v_t.T @ of_log_odds,
        "visible_bias": of_score.sum(axis=0),
        "hidden_bias": of_log_odds.sum(axis=0),
    }
    return gradient, loss
