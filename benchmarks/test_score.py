"""The score at a batch of states, by every estimator that it has."""

from __future__ import annotations

import numpy as np
import pytest

import scorerbm as sr
from problems import random_model

DENOISERS = {
    "table": sr.LiteralScore(tau=0.5, expectation="table"),
    "monte_carlo-8": sr.LiteralScore(tau=0.5, n_noises=8, expectation="monte_carlo"),
    "gibbs": sr.GibbsDenoiser(),
    "gumbel": sr.GumbelDenoiser(n_sweeps=1, n_noises=1),
    "mean_field": sr.MeanFieldDenoiser(n_iterations=1),
}


@pytest.mark.parametrize("denoiser", DENOISERS)
def test_score(measure, layers, denoiser):
    model, schedule = random_model(layers), sr.LinearSchedule()
    v = np.random.default_rng(2).normal(size=(layers[2], layers[0])).astype(np.float32)
    result = measure(
        lambda: sr.score(model, v, 0.5, schedule, DENOISERS[denoiser]), layers[2], "rows"
    )
    assert result.shape == v.shape
    assert np.isfinite(result).all()
