"""Gradients of squared errors by back-propagation: what a thread does with rows of its own.

Layers of units and the derivatives in their log-odds, which the gradient's products over rows
take, are (layers, rows of all noises, units).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..protocol import Domain, Floats
from .dense_path import ROWS_PER_TILE, add, copy, log_odds, relaxed_sweeps, scale
from .jit import helper, kernel
from .product import add_product, new_strip
from .relaxed import average, sigmoid, slope

__all__ = ["Layers", "add_rows", "literal_rows", "pathwise_rows"]

_HIDDEN, _ZERO, _ONE = np.int64(Domain.LOGISTIC_HIDDEN), np.float32(0.0), np.float32(1.0)


class Layers(NamedTuple):
    """Units and derivatives of all layers; the start and the first derivatives serve all noises."""

    start: Floats
    """(B, N), as `of_first` (B, M)."""
    of_first: Floats
    hidden: Floats
    """(K, R, M), as `of_hidden`; of the visible units (K, R, N)."""
    visible: Floats
    of_hidden: Floats
    of_visible: Floats


@helper
def _errors(x: Any, target: Any, weight: Any, by: Any, n_units: Any, squares: Any) -> None:
    """From estimates to ((x - target) weight) by, in place; squares in the order of units."""
    for r in range(len(x)):
        total = 0.0
        for j in range(n_units):
            error = np.float64(x[r, j] - target[r, j])
            total += error * error
        squares[r] = total
        for j in range(x.shape[1]):
            x[r, j] = ((x[r, j] - target[r, j]) * weight[r]) * by


@helper
def _back(above: Any, weights: Any, units: Any, by: Any, out: Any, strip: Any) -> None:
    """Derivatives in the log-odds of a layer, given those of the next."""
    out[:] = _ZERO
    add_product(out, above, False, weights, 0, len(out), strip)
    for r in range(len(out)):
        for j in range(out.shape[1]):
            out[r, j] *= slope(units[r, j], by)


@helper
def _forward(
    model: Any, estimator: Any, channel: Any, chains: Any, key: Any, call: Any, layers: Any,
    begin: Any, n_rows: Any, mean: Any, strip: Any,
) -> None:  # fmt: skip
    end, bias = begin + len(channel), np.empty_like(channel)
    start, first = layers.start[begin:end], layers.of_first[begin:end]
    for r in range(len(channel)):
        for j in range(channel.shape[1]):
            start[r, j] = model.start[j] + channel[r, j]
            bias[r, j] = model.visible_bias[j] + channel[r, j]
    sigmoid(start.reshape(-1))
    log_odds(model.hidden_bias, start, model.to_hidden, first, strip)
    mean[:] = _ZERO
    n_noises = max(1, estimator[1])
    for noise in range(n_noises):
        at = noise * n_rows + begin
        relaxed_sweeps(
            model, estimator, chains, key, call, noise, first, bias, layers.hidden,
            layers.visible, at, strip,
        )  # fmt: skip
        add(layers.visible[-1, at : at + len(mean)], mean)
    scale(np.float32(1.0 / n_noises), mean)


@helper
def _backward(
    model: Any, layers: Any, of_mean: Any, inverse_tau: Any, begin: Any, at: Any, strip: Any
) -> None:
    """Of one noise, whose rows start at ``at``."""
    n, n_sweeps = len(of_mean), len(layers.hidden)
    out, units = layers.of_visible[-1, at : at + n], layers.visible[-1, at : at + n]
    for r in range(n):
        for j in range(out.shape[1]):
            out[r, j] = of_mean[r, j] * slope(units[r, j], _ONE)
    for sweep in range(n_sweeps - 1, -1, -1):
        of_h, h = layers.of_hidden[sweep, at : at + n], layers.hidden[sweep, at : at + n]
        _back(out, model.to_hidden, h, inverse_tau, of_h, strip)
        if sweep > 0:
            out = layers.of_visible[sweep - 1, at : at + n]
            v = layers.visible[sweep - 1, at : at + n]
            _back(of_h, model.to_visible, v, inverse_tau, out, strip)
        elif at == begin:
            copy(of_h, layers.of_first[begin : begin + n])
        else:
            add(of_h, layers.of_first[begin : begin + n])


@kernel
def pathwise_rows(
    model: Any, estimator: Any, inverse_tau: Any, observation: Any, chains: Any, key: Any,
    call: Any, layers: Any, squares: Any, begin: Any, end: Any,
) -> None:  # fmt: skip
    """Forward and back through the sweeps of some of the rows."""
    target, channel, weight = observation
    n_rows, n_noises = len(channel), max(1, estimator[1])
    strip, by = new_strip(), np.float32(2.0 / n_noises)
    mean = np.empty((min(ROWS_PER_TILE, end - begin), channel.shape[1]), np.float32)
    for a in range(begin, end, ROWS_PER_TILE):
        b = min(a + ROWS_PER_TILE, end)
        x = mean[: b - a]
        _forward(
            model, estimator, channel[a:b], chains[a:b], key, call, layers, a, n_rows, x, strip
        )
        _errors(x, target[a:b], weight[a:b], by, model.n_visible, squares[a:b])
        for noise in range(n_noises):
            _backward(model, layers, x, inverse_tau, a, noise * n_rows + a, strip)


@kernel
def literal_rows(
    model: Any, estimator: Any, inverse_tau: Any, observation: Any, chains: Any, key: Any,
    call: Any, hidden: Any, of_force: Any, of_hidden: Any, squares: Any, begin: Any, end: Any,
) -> None:  # fmt: skip
    """The force of some of the rows, and back."""
    target, channel, weight = observation
    n_noises, antithetic, by = estimator
    strip = new_strip()
    room = np.empty((min(ROWS_PER_TILE, end - begin), hidden.shape[1]), np.float32)
    for a in range(begin, end, ROWS_PER_TILE):
        b = min(a + ROWS_PER_TILE, end)
        h, force, out, slopes = hidden[a:b], of_force[a:b], of_hidden[a:b], room[: b - a]
        log_odds(model.hidden_bias, channel[a:b], model.to_hidden, h, strip)
        average(h, slopes, by, chains[a:b], (key, call, _HIDDEN), n_noises, antithetic)
        log_odds(model.visible_bias, h, model.to_visible, force, strip)
        _errors(force, target[a:b], weight[a:b], np.float32(2.0), model.n_visible, squares[a:b])
        out[:] = _ZERO
        add_product(out, force, False, model.to_hidden, 0, len(out), strip)
        for r in range(len(out)):
            for j in range(out.shape[1]):
                out[r, j] *= slopes[r, j] * inverse_tau


@kernel
def add_rows(x: Any, out: Any) -> None:
    """Add the sum over rows, taken in their order."""
    total = np.zeros(x.shape[1], np.float32)
    for r in range(len(x)):
        for j in range(len(total)):
            total[j] += x[r, j]
    for j in range(len(total)):
        out[j] += total[j]
