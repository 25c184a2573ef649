"""No two draws of a run share a random number."""

import numpy as np
import pytest

from helpers.models import random_bernoulli
from scorerbm import (
    BlockGibbs,
    Exact,
    ExactDenoiser,
    GibbsDenoiser,
    GumbelDenoiser,
    LiteralScore,
    ProbabilityFlow,
    ReverseSDE,
)
from scorerbm.backends.reference import ReferenceBackend, philox

MODEL = random_bernoulli(17, 3, scale=0.5)  # units of three blocks of bits
RESTARTED = GibbsDenoiser(2, keep_chain=False, n_final_sweeps=3)
DENOISERS = [
    GibbsDenoiser(3),
    RESTARTED,
    GumbelDenoiser(0.1, 3, 5),
    LiteralScore(),
    ExactDenoiser(),
]
SAMPLERS = [
    BlockGibbs(20),
    Exact(),
    *(kind(6, denoiser=d) for kind in (ReverseSDE, ProbabilityFlow) for d in DENOISERS),
]


def repeated_counters(sampler, monkeypatch):
    """Blocks of random words that more than one draw of a run of many particles makes."""
    made, repeated = set(), 0
    original = philox.philox

    def recorder(block, chain, step, domain, key):
        nonlocal repeated
        blocks, chains = np.broadcast_arrays(block, chain)
        here = {
            (b, c, step, domain, key)
            for b, c in zip(blocks.ravel().tolist(), chains.ravel().tolist(), strict=True)
        }  # units of one block share it
        repeated += len(made & here)
        made.update(here)
        return original(block, chain, step, domain, key)

    with monkeypatch.context() as patch:
        patch.setattr(philox, "philox", recorder)
        patch.setattr("scorerbm.sample.base.get_backend", lambda name: ReferenceBackend())
        sampler.sample(MODEL, 60, seed=5)
    assert made
    return repeated


@pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)
def test_no_counter_is_used_twice(sampler, monkeypatch):
    assert repeated_counters(sampler, monkeypatch) == 0


def test_starts_and_sweeps_of_one_key_would_share_counters(monkeypatch):
    monkeypatch.setattr("scorerbm.denoise.gibbs._start_key", lambda key: key)
    assert repeated_counters(ReverseSDE(6, denoiser=RESTARTED), monkeypatch) > 0
