"""The reverse diffusion with several denoisers, and block Gibbs with as many sweeps."""

from __future__ import annotations

import pytest

import scorerbm as sr
from problems import random_model

DENOISERS = {
    "gibbs": sr.GibbsDenoiser(),
    "gumbel": sr.GumbelDenoiser(n_sweeps=1, n_noises=1),
    "mean_field": sr.MeanFieldDenoiser(n_iterations=1),
    "literal": sr.LiteralScore(tau=0.5, n_noises=1, expectation="monte_carlo"),
    "literal-table": sr.LiteralScore(tau=0.5, expectation="table"),
}


@pytest.mark.parametrize("denoiser", DENOISERS)
def test_reverse_sde(measure, layers, steps, denoiser):
    model = random_model(layers)
    sampler = sr.ReverseSDE(n_steps=steps, denoiser=DENOISERS[denoiser])
    result = measure(lambda: sampler.sample(model, layers[2]), layers[2] * steps, "particle-steps")
    assert result.visible.shape == (layers[2], layers[0])
    assert result.info["n_score_evaluations"] >= steps


def test_block_gibbs(measure, layers, steps):
    model = random_model(layers)
    sampler = sr.BlockGibbs(n_sweeps=steps)
    result = measure(lambda: sampler.sample(model, layers[2]), layers[2] * steps, "chain-sweeps")
    assert result.visible.shape == (layers[2], layers[0])
    assert result.info["n_sweeps"] == steps
