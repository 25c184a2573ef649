"""Models to draw from, and what their second moments are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr
from peers.ocean import IsingProblem
from scorerbm.data import load_data
from scorerbm.evaluate.enumeration import ENUMERABLE
from scorerbm.rbm.base import all_states

__all__ = ["PROBLEMS", "Target", "target"]

Reals = NDArray[np.float64]

BLOCK, SWEEPS = 1000, 100


class Target(NamedTuple):
    """A problem, with E[s_i s_j] of every pair of its spins."""

    name: str
    what: str
    problem: IsingProblem
    moments: Reals
    """(N+M, N+M)"""
    n_reference: float
    """Samples that the moments are of; infinite if they are exact."""


def random_weights(n: int, m: int, scale: float) -> sr.BernoulliRBM:
    """W ~ N(0, scale²), biases that leave units undecided on average and N(0, 0.1²)."""
    rng = np.random.default_rng(0)
    w = rng.normal(0.0, scale, (n, m))
    b = rng.normal(0.0, 0.1, n) - w.sum(axis=1) / 2.0
    c = rng.normal(0.0, 0.1, m) - w.sum(axis=0) / 2.0
    return sr.BernoulliRBM(w, b, c)


def trained(n_hidden: int, magnify: bool = False) -> sr.BernoulliRBM:
    """Digits of 8 x 8 pixels, or of 28 x 28 where each pixel is 3.5 wide, learnt by PCD."""
    v = load_data("digits").values
    if magnify:
        pixel = np.arange(28) * 8 // 28
        v = v.reshape(-1, 8, 8)[:, pixel][:, :, pixel].reshape(len(v), -1)
    learner = sr.ContrastiveDivergence(n_hidden=n_hidden, n_epochs=40, monitor="never")
    return learner.fit(v, seed=0).model


PROBLEMS = {
    "64x64": ("W ~ N(0, 0.3²)", lambda: random_weights(64, 64, 0.3)),
    "784x500": ("W ~ N(0, 0.1²)", lambda: random_weights(784, 500, 0.1)),
    "64x64-digits": ("trained on digits", lambda: trained(64)),
    "784x500-digits": ("trained on magnified digits", lambda: trained(500, magnify=True)),
    "64x12": ("W ~ N(0, 0.3²), exact moments", lambda: random_weights(64, 12, 0.3)),
    "12x7": ("W ~ N(0, 0.3²), exact moments", lambda: random_weights(12, 7, 0.3)),
}


def target(name: str, n_reference: int) -> Target:
    """Build a problem and find its second moments."""
    what, build = PROBLEMS[name]
    model = build()
    ising = sr.to_ising(model)
    problem = IsingProblem(ising.h, ising.J, ising.to_bqm())
    if model.n_hidden <= ENUMERABLE:
        return Target(name, what, problem, exact(model), np.inf)
    return Target(name, what, problem, tempered(model, n_reference), n_reference)


def exact(model: sr.BernoulliRBM) -> Reals:
    """E[s_i s_j], of spins 2x - 1, by enumeration of the hidden layer."""
    h = all_states(model.n_hidden).astype(np.float64)
    log_weight = -model.hidden_free_energy(h)
    p = np.exp(log_weight - log_weight.max())
    # Given h, visible spins are independent: products of means, except on the diagonal.
    means = np.concatenate([2.0 * model.visible_probability(h) - 1.0, 2.0 * h - 1.0], axis=1)
    moments: Reals = means.T @ (means * (p / p.sum())[:, None])
    np.fill_diagonal(moments, 1.0)
    return moments


def tempered(model: sr.BernoulliRBM, n_samples: int) -> Reals:
    """The same of a long tempered run: independent ladders, started from fair coins."""
    betas = sr.tune_ladder(model, target_acceptance=0.3, n_threads=1).betas
    total = np.zeros((model.n_visible + model.n_hidden,) * 2)
    sampler = sr.ParallelTempering(SWEEPS, betas, n_threads=1)
    for first in range(0, n_samples, BLOCK):
        samples = sampler.sample(model, BLOCK, seed=12345, first_chain=first)
        s = 2.0 * np.concatenate([samples.visible, samples.hidden], axis=1) - 1.0
        total += s.T @ s
    return total / n_samples
