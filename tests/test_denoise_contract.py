"""What every estimator promises: streams of its own, honest counts, named errors."""

import numpy as np
import pytest

from helpers.models import random_bernoulli
from scorerbm import (
    ExactDenoiser,
    GibbsDenoiser,
    GumbelDenoiser,
    LiteralScore,
    MeanFieldDenoiser,
    TemperedDenoiser,
)
from scorerbm.denoise.base import Particles

ALPHA, SIGMA = 0.6, 0.8
MODEL = random_bernoulli(5, 3, seed=8)
V_T = np.random.default_rng(0).standard_normal(5)
SAMPLED = [
    GibbsDenoiser(3),
    GibbsDenoiser(3, keep_chain=False),
    GumbelDenoiser(0.2, 3, 2),
    GumbelDenoiser(0.2, 3, 3, "antithetic"),
    LiteralScore(0.2, 2, "monte_carlo"),
    LiteralScore(0.2, 2, "antithetic"),
    TemperedDenoiser([0.0, 0.4, 1.0], 2),
]


def name(value):
    return type(value).__name__


def run(denoiser, n=12, *, seed=0, calls=1, **where):
    """The last of some calls for n particles with one observation, (n, N)."""
    estimate = denoiser.bind(MODEL, Particles.numbered(n, seed, **where))
    for _ in range(calls):
        out = estimate(np.tile(V_T, (n, 1)), ALPHA, SIGMA)
    return out


@pytest.mark.parametrize("denoiser", SAMPLED, ids=name)
def test_particles_have_their_own_streams(denoiser):
    """Seed and number decide; threads, backend and the other particles do not."""
    whole = run(denoiser, calls=3)
    assert np.array_equal(run(denoiser, calls=3, n_threads=3), whole)
    assert np.array_equal(run(denoiser, calls=3, backend="reference"), whole)
    parts = [run(denoiser, 5, calls=3), run(denoiser, 7, calls=3, first=5)]
    assert np.array_equal(np.vstack(parts), whole)
    assert not np.array_equal(run(denoiser, calls=3, seed=1), whole)
    assert len(np.unique(whole, axis=0)) > 1


@pytest.mark.parametrize("denoiser", SAMPLED, ids=name)
def test_every_call_draws_afresh(denoiser):
    first, second = run(denoiser), run(denoiser, calls=2)
    assert not np.array_equal(first, second)
    assert np.array_equal(run(denoiser), first)


@pytest.mark.parametrize(
    ("denoiser", "expected"),
    [
        (GibbsDenoiser(4), 4),
        (GumbelDenoiser(0.1, 3, 5), 15),
        (MeanFieldDenoiser(6), 6),
        (LiteralScore(0.1, 7), 1),
        (LiteralScore(0.1, 7, "monte_carlo"), 7),
        (ExactDenoiser(), 8),
        (TemperedDenoiser([0.0, 0.4, 1.0], 5), 15),
    ],
    ids=name,
)
def test_passes_through_the_model_are_counted(denoiser, expected):
    estimate = denoiser.bind(MODEL, Particles.numbered(2, 0))
    for _ in range(2):
        estimate(np.tile(V_T, (2, 1)), ALPHA, SIGMA)
    assert estimate.n_sweeps == 2 * expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ExactDenoiser(0), "max_units: got 0, expected at least 1"),
        (lambda: GibbsDenoiser(0), "n_sweeps: got 0, expected at least 1"),
        (lambda: GibbsDenoiser(n_final_sweeps=0), "n_final_sweeps: got 0, expected at least 1"),
        (lambda: GumbelDenoiser(0.0), r"tau: got 0\.0, expected at least"),
        (lambda: GumbelDenoiser(-1.0), r"tau: got -1\.0, expected at least"),
        (lambda: GumbelDenoiser(np.inf), "tau: got inf, expected a finite number"),
        (lambda: GumbelDenoiser(n_sweeps=0), "n_sweeps: got 0, expected at least 1"),
        (lambda: GumbelDenoiser(n_noises=0), "n_noises: got 0, expected at least 1"),
        (lambda: GumbelDenoiser(n_noises=2**24), "n_noises: got 16777216, expected at most"),
        (lambda: MeanFieldDenoiser(0), "n_iterations: got 0, expected at least 1"),
        (lambda: LiteralScore(0.0), r"tau: got 0\.0, expected at least"),
        (lambda: GumbelDenoiser(expectation="table"), "expectation: got 'table', expected one of"),
        (lambda: LiteralScore(expectation="exact"), "expectation: got 'exact', expected one of"),
        (lambda: LiteralScore(n_noises=0), "n_noises: got 0, expected at least 1"),
        (lambda: TemperedDenoiser([1.0]), "betas: got 1 numbers, expected from 2 to"),
        (lambda: TemperedDenoiser([0.0, 0.9]), "betas: got .* to exactly 1"),
        (lambda: TemperedDenoiser([0.5, 0.5, 1.0]), "betas: got .*, expected increasing"),
        (lambda: TemperedDenoiser([0, 1], 0), "n_sweeps: got 0, expected at least 1"),
        (lambda: TemperedDenoiser([0, 1], 1, 0), "n_final_sweeps: got 0, expected at least 1"),
        (lambda: TemperedDenoiser([0, 1], reference="x"), "reference: got 'x', expected"),
    ],
)
def test_bad_options(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GibbsDenoiser(1.5), r"n_sweeps: got float 1\.5, expected an integer"),
        (lambda: GibbsDenoiser(True), "n_sweeps: got bool True, expected an integer"),
        (lambda: GumbelDenoiser("cold"), "tau: got str 'cold', expected a number"),
        (lambda: MeanFieldDenoiser(None), "n_iterations: got NoneType None"),
        (lambda: TemperedDenoiser("auto"), "betas: "),
        (lambda: TemperedDenoiser([0, 1], 1.5), r"n_sweeps: got float 1\.5, expected an integer"),
    ],
)
def test_options_of_the_wrong_type(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_too_many_units_to_enumerate():
    model = random_bernoulli(3, 6)
    with pytest.raises(TypeError, match="keep_chain: got 'no', expected True or False"):
        GibbsDenoiser(keep_chain="no")
    with pytest.raises(ValueError, match=r"got a model of 6 hidden units.*max_units=5"):
        ExactDenoiser(5).bind(model, Particles.numbered(1, 0))
