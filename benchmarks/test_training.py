"""One epoch of each way to train."""

from __future__ import annotations

import numpy as np
import pytest

import scorerbm as sr
from problems import random_model

TRAINERS = {
    "recovery": (sr.ScoreMatching, {"gradient": "recovery"}),
    "gumbel": (sr.ScoreMatching, {"gradient": "gumbel"}),
    "covariance": (sr.ScoreMatching, {"gradient": "covariance"}),
    "mean_field": (sr.ScoreMatching, {"gradient": "mean_field"}),
    "literal": (sr.ScoreMatching, {"gradient": "literal"}),
    "recovery-500": (sr.ScoreMatching, {"gradient": "recovery", "batch_size": 500}),
    "PCD-5": (sr.ContrastiveDivergence, {"n_sweeps": 5}),
    "CD-1": (sr.ContrastiveDivergence, {"n_sweeps": 1, "persistent": False}),
}


@pytest.mark.parametrize("trainer", TRAINERS)
def test_epoch(measure, layers, steps, trainer):
    v = sr.BlockGibbs(n_sweeps=steps).sample(random_model(layers), layers[2]).visible
    build, options = TRAINERS[trainer]
    method = build(n_hidden=layers[1], n_epochs=1, monitor="never", **options)
    fit = measure(lambda: method.fit(v, seed=0), len(v), "rows")
    assert len(fit.history) == 1
    assert np.isfinite(fit.history[0]["loss"])
