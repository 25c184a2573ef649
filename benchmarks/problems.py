"""Models to sample and to learn from."""

from __future__ import annotations

import numpy as np

import scorerbm as sr


def random_model(layers, density=0.5):
    """A model with normal weights of variance 1/N, whose units are on with about this frequency."""
    n, m, _ = layers
    rng = np.random.default_rng(1)
    log_odds = np.log(density / (1.0 - density))
    weights = rng.normal(0.0, 1.0 / np.sqrt(n), (n, m))
    # The biases take back what the units of the other layer add on average.
    return sr.BernoulliRBM(
        weights, log_odds - density * weights.sum(axis=1), log_odds - density * weights.sum(axis=0)
    )
