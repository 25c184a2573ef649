"""Whole trajectories whose estimates are made of matrix products, a tile of rows at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..protocol import CORRECT, PREDICT, Domain
from .jit import helper, kernel
from .product import add_product, new_strip
from .real_numbers import add_noise
from .relaxed import average, expectation, relax, sigmoid

__all__ = ["ROWS_PER_TILE", "force_path", "log_odds", "relaxed_path", "relaxed_sweeps"]

ROWS_PER_TILE = 96
"""Their units stay in the second-level cache."""
# Not literals, for each of which Numba would compile callees anew.
_HIDDEN, _VISIBLE = np.int64(Domain.LOGISTIC_HIDDEN), np.int64(Domain.LOGISTIC_VISIBLE)
_CORRECT, _PREDICT, _ZERO = CORRECT, PREDICT, np.float32(0.0)


@helper
def copy(rows: Any, out: Any) -> None:
    for r in range(len(out)):
        for j in range(out.shape[1]):
            out[r, j] = rows[r, j]


@helper
def add(rows: Any, out: Any) -> None:
    for r in range(len(out)):
        for j in range(out.shape[1]):
            out[r, j] += rows[r, j]


@helper
def scale(by: Any, out: Any) -> None:
    for r in range(len(out)):
        for j in range(out.shape[1]):
            out[r, j] *= by


@helper
def log_odds(bias: Any, states: Any, weights: Any, out: Any, strip: Any) -> None:
    """Bias + states @ weights, of all rows."""
    for r in range(len(out)):
        for j in range(out.shape[1]):
            out[r, j] = bias[j]
    add_product(out, states, False, weights, 0, len(out), strip)


@helper
def relaxed_sweeps(
    model: Any, estimator: Any, chains: Any, key: Any, call: Any, noise: Any, first: Any,
    bias: Any, hidden: Any, visible: Any, at: Any, strip: Any,
) -> None:  # fmt: skip
    """One noise's way through all sweeps; the last visible units are the mean.

    ``first`` has the hidden log-odds of the start, ``bias`` the visible ones with the
    observation's. The units of each sweep are in the rows of a layer from ``at`` on; there may be
    one layer for all sweeps.
    """
    n_sweeps, n_noises, antithetic, by = estimator
    end = at + len(first)
    number = noise if n_noises > 0 else -1
    v = visible[0, at:end]
    for sweep in range(n_sweeps):
        h, step = hidden[sweep % len(hidden), at:end], call * n_sweeps + sweep
        if sweep > 0:
            log_odds(model.hidden_bias, v, model.to_hidden, h, strip)
        else:
            copy(first, h)
        relax(h, by, chains, (key, step, _HIDDEN), number, antithetic)
        v = visible[sweep % len(visible), at:end]
        copy(bias, v)
        add_product(v, h, False, model.to_visible, 0, len(v), strip)
        if sweep < n_sweeps - 1:
            relax(v, by, chains, (key, step, _VISIBLE), number, antithetic)
        else:
            sigmoid(v.reshape(-1))


@helper
def _finish(
    stages: Any, k: Any, x: Any, y: Any, mean: Any, chains: Any, key: Any, step: Any
) -> None:
    """Move the state x, or the prediction y, by the mean, in whose place the result comes first."""
    _, _, keep, pull, base, spread, kind = stages
    s = y if kind[k] == _CORRECT else x
    for c in range(len(mean)):
        for j in range(mean.shape[1]):
            mean[c, j] = keep[k] * s[c, j] + pull[k] * mean[c, j]
        if kind[k] == _CORRECT:
            for j in range(mean.shape[1]):
                mean[c, j] += base[k] * x[c, j]
        if spread[k] != _ZERO:
            add_noise(mean[c], spread[k], chains[c], step, key)
    copy(mean, y if kind[k] == _PREDICT else x)


@helper
def _tilted(bias: Any, rate: Any, s: Any, half: Any, out: Any) -> None:
    for r in range(len(s)):
        for j in range(s.shape[1]):
            out[r, j] = bias[j] + (rate * s[r, j] - half)


@helper
def _find_mean(
    model: Any, estimator: Any, rate: Any, half: Any, s: Any, chains: Any, key: Any, call: Any,
    room: Any, mean: Any,
) -> None:  # fmt: skip
    """The mean of all noises, of as many rows as s has."""
    hidden, visible, first, bias, strip = room
    n, (_, n_noises, _, _) = len(s), estimator
    first, bias, v = first[:n], bias[:n], visible[0, :n]
    _tilted(model.start, rate, s, half, v)
    sigmoid(v.reshape(-1))
    log_odds(model.hidden_bias, v, model.to_hidden, first, strip)
    _tilted(model.visible_bias, rate, s, half, bias)
    mean[:] = _ZERO
    for noise in range(max(1, n_noises)):
        relaxed_sweeps(
            model, estimator, chains, key, call, noise, first, bias, hidden, visible, 0, strip
        )
        add(v, mean)
    scale(np.float32(1.0 / max(1, n_noises)), mean)


@kernel
def relaxed_path(
    model: Any, estimator: Any, x: Any, y: Any, chains: Any, key: Any, noise_key: Any,
    stages: Any, first_call: Any, first_stage: Any,
) -> None:  # fmt: skip
    """Integrate all stages in place: x is the state, y what a predictor found."""
    rate, half, kind = stages[0], stages[1], stages[6]
    n_rows, n, m = min(ROWS_PER_TILE, len(x)), x.shape[1], len(model.hidden_bias)
    mean = np.empty((n_rows, n), np.float32)
    room = (
        np.empty((1, n_rows, m), np.float32), np.empty((1, n_rows, n), np.float32),
        np.empty((n_rows, m), np.float32), np.empty((n_rows, n), np.float32), new_strip(),
    )  # fmt: skip
    for begin in range(0, len(x), ROWS_PER_TILE):
        end = min(begin + ROWS_PER_TILE, len(x))
        of_x, of_y, of_mean, ids = (
            x[begin:end],
            y[begin:end],
            mean[: end - begin],
            chains[begin:end],
        )
        for k in range(len(rate)):
            s = of_y if kind[k] == _CORRECT else of_x
            _find_mean(
                model, estimator, rate[k], half[k], s, ids, key, first_call + k, room, of_mean
            )
            _finish(stages, k, of_x, of_y, of_mean, ids, noise_key, first_stage + k)


@helper
def _find_force(
    model: Any, estimator: Any, table: Any, s: Any, chains: Any, key: Any, call: Any, h: Any,
    force: Any, strip: Any,
) -> None:  # fmt: skip
    """The force, with E[h] by a table, if there is one."""
    n_noises, antithetic, by = estimator
    scale, coefficients = table
    log_odds(model.hidden_bias, s, model.to_hidden, h, strip)
    if len(coefficients) > 0:
        expectation(h.reshape(-1), scale, coefficients)
    else:
        average(h, None, by, chains, (key, call, _HIDDEN), n_noises, antithetic)
    log_odds(model.visible_bias, h, model.to_visible, force, strip)


@kernel
def force_path(
    model: Any, estimator: Any, table: Any, x: Any, y: Any, chains: Any, key: Any,
    noise_key: Any, stages: Any, first_call: Any, first_stage: Any,
) -> None:  # fmt: skip
    """The same where the force stands for the mean."""
    n_rows, strip = min(ROWS_PER_TILE, len(x)), new_strip()
    force = np.empty((n_rows, x.shape[1]), np.float32)
    hidden = np.empty((n_rows, len(model.hidden_bias)), np.float32)
    for begin in range(0, len(x), ROWS_PER_TILE):
        end = min(begin + ROWS_PER_TILE, len(x))
        of_x, of_y, ids = x[begin:end], y[begin:end], chains[begin:end]
        h, f = hidden[: end - begin], force[: end - begin]
        for k in range(len(stages[0])):
            s = of_y if stages[6][k] == _CORRECT else of_x
            _find_force(model, estimator, table, s, ids, key, first_call + k, h, f, strip)
            _finish(stages, k, of_x, of_y, f, ids, noise_key, first_stage + k)
