"""Block-Gibbs sweeps: the backends, and what one would write in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from problems import random_model
from scorerbm.backends import get_backend
from scorerbm.rbm import Chains
from scorerbm.rbm.chains import chain_ids


def dense_sweeps(model, v, n_sweeps, rng):
    """Float32 matrix products and NumPy's fastest generator: the usual implementation."""
    w, b, c = model.weights, model.visible_bias, model.hidden_bias
    v = v.astype(np.float32)
    for _ in range(n_sweeps):
        h = _dense_layer(v @ w + c, rng)
        v = _dense_layer(h @ w.T + b, rng)
    return v


def _dense_layer(log_odds, rng):
    u = rng.random(log_odds.shape, dtype=np.float32)
    return (u * (1.0 + np.exp(-log_odds)) < 1.0).astype(np.float32)


@pytest.mark.parametrize("density", [0.5, 0.15])
@pytest.mark.parametrize(("backend", "n_threads"), [("native", 1), ("native", 0), ("reference", 1)])
def test_backend(measure, layers, steps, backend, n_threads, density):
    model, chosen = random_model(layers, density), get_backend(backend)
    chains = _start(model, layers, density)
    n_sweeps = steps if backend == "native" else 2

    def run():
        model.gibbs(chains, n_sweeps, backend=chosen, n_threads=n_threads)
        return chains.visible

    visible = measure(run, layers[2] * n_sweeps, "chain-sweeps")
    assert visible.shape == (layers[2], layers[0])
    assert chains.sweep % n_sweeps == 0
    assert chains.sweep > 0


@pytest.mark.parametrize("density", [0.5, 0.15])
def test_dense(measure, layers, steps, density):
    model, rng = random_model(layers, density), np.random.Generator(np.random.SFC64(1))
    v = _start(model, layers, density).visible
    n_sweeps = max(2, steps // 10)
    result = measure(
        lambda: dense_sweeps(model, v, n_sweeps, rng), layers[2] * n_sweeps, "chain-sweeps"
    )
    assert set(np.unique(result)) <= {0.0, 1.0}


def _start(model, layers, density):
    n, _, n_chains = layers
    visible = (np.random.default_rng(2).random((n_chains, n)) < density).astype(np.uint8)
    return Chains(visible, chain_ids(n_chains), (1, 2))
