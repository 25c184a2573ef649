"""Pathwise and literal gradients of real units, against differences of what denoisers estimate.

The noise is fixed by the counters, so that differences are exact but for their own error.
"""

import numpy as np
import pytest

from helpers.gaussian import random_gaussian
from scorerbm import (
    GaussianRBM,
    GeometricAnnealing,
    GumbelDenoiser,
    LinearSchedule,
    LiteralScore,
    MeanFieldDenoiser,
)
from scorerbm._seed import derive_key
from scorerbm.backends import get_backend
from scorerbm.denoise.base import Particles
from scorerbm.train.gradients import (
    Batch,
    Observer,
    RealLiteralGradient,
    RealPathwiseGradient,
    real_pathwise,
)
from scorerbm.train.states import RealStates

BACKEND = get_backend()
N, M, EPOCH = 4, 3, 2
ANNEALING = GeometricAnnealing(1.0, 0.25)
TAU = ANNEALING(0.5)
KEY = derive_key(5, "relaxation noise")
OBSERVERS = {
    "window": Observer((0.5, 4.0), None, LinearSchedule(), 3, BACKEND),
    "weighting": Observer((1.0, 2.0), lambda t: t**2, LinearSchedule(), 3, BACKEND),
}
NAMES = ("weights", "visible_bias", "hidden_bias", "sigma")


def parameters(n=N, m=M):
    given = random_gaussian(n, m, seed=4, data=True)
    return {k: np.array(x, np.float64) for k, x in given.parameters.items()}


def model_of(p):
    """In double precision: differences would drown in the rounding of single."""
    known = random_gaussian(N, M, seed=4, data=True).standardisation
    return GaussianRBM.from_trusted(*(p[name] for name in NAMES), known)


def batch_of(n=9, width=N):
    v = 1.2 * np.random.default_rng(2).normal(size=(n, width))
    return Batch(np.arange(n), RealStates(v), EPOCH, 0.5)


def pathwise(n_sweeps, n_noises):
    """A gradient for an observer, and the denoiser whose loss it descends."""
    annealing = ANNEALING if n_noises else None
    denoiser = GumbelDenoiser(TAU, n_sweeps, n_noises) if n_noises else MeanFieldDenoiser(n_sweeps)
    return lambda observer: RealPathwiseGradient(
        observer, n_sweeps, n_noises, annealing, 5, BACKEND
    ), denoiser


def literal(n_noises):
    denoiser = LiteralScore(TAU, n_noises, "monte_carlo")
    return lambda observer: RealLiteralGradient(observer, n_noises, ANNEALING, 5, BACKEND), denoiser


PAIRS = {
    "gumbel k=1": pathwise(1, 3),
    "gumbel k=3": pathwise(3, 2),
    "mean field": pathwise(4, 0),
    "literal": literal(3),
}


OTHERS = {
    "gumbel k=1": pathwise(2, 3)[0],
    "gumbel k=3": pathwise(2, 2)[0],
    "mean field": pathwise(3, 0)[0],
    "literal": literal(2)[0],
}


def denoising_loss(p, denoiser, observer, batch):
    """Mean of w ‖D(v_t) - v₀‖² with the denoiser's D, of the same noise."""
    seen = observer(batch)
    estimate = denoiser.bind(model_of(p), Particles(batch.ids, KEY, BACKEND, 1))
    estimate.n_calls = batch.epoch
    alpha, sigma = seen.alpha, seen.sigma
    if isinstance(denoiser, LiteralScore):  # which tilts no model
        alpha, sigma = alpha[:, None], sigma[:, None]
    error = estimate.mean(seen.v_t, alpha, sigma) - batch.v
    return float((seen.weight * np.square(error).sum(axis=1)).mean())


def differences(loss, p, step=1e-5):
    out = []
    for name in NAMES:
        for index in np.ndindex(p[name].shape):
            moved = [p[name].copy() for _ in range(2)]
            moved[0][index] += step
            moved[1][index] -= step
            up, down = (loss(p | {name: x}) for x in moved)
            out.append((up - down) / (2.0 * step))
    return np.array(out)


def flat(gradient):
    return np.concatenate([np.ravel(gradient[name]) for name in NAMES])


@pytest.mark.parametrize("of", OBSERVERS)
@pytest.mark.parametrize("name", PAIRS)
def test_gradient_is_the_derivative_of_the_denoisers_loss(name, of):
    (build, denoiser), observer, batch, p = PAIRS[name], OBSERVERS[of], batch_of(), parameters()
    got, loss = build(observer)(model_of(p), batch, 1)
    want = differences(lambda q: denoising_loss(q, denoiser, observer, batch), p)
    assert loss == pytest.approx(denoising_loss(p, denoiser, observer, batch), rel=1e-12)
    scale = np.abs(want).max()
    np.testing.assert_allclose(flat(got), want, atol=1e-8 * scale, rtol=1e-6)
    # Negative control: another relaxation or number of sweeps has another derivative.
    wrong = flat(OTHERS[name](observer)(model_of(p), batch, 1)[0])
    assert np.abs(wrong - want).max() > 1e-3 * scale


@pytest.mark.parametrize("build", [pathwise(3, 5)[0], pathwise(2, 0)[0], literal(4)[0]])
def test_threads_and_backend_do_not_change_the_gradient(build):
    observer, batch, model = OBSERVERS["window"], batch_of(), model_of(parameters())
    gradient = build(observer)
    expected = flat(gradient(model, batch, 1)[0])
    assert np.array_equal(flat(gradient(model, batch, 3)[0]), expected)
    gradient.backend = get_backend("reference")
    assert np.array_equal(flat(gradient(model, batch, 1)[0]), expected)


def test_rows_a_few_at_a_time_give_the_same_gradient(monkeypatch):
    gradient, batch = pathwise(3, 4)[0](OBSERVERS["window"]), batch_of(30)
    model = model_of(parameters())
    at_once, loss = gradient(model, batch, 1)
    monkeypatch.setattr(real_pathwise, "_NUMBERS_AT_ONCE", 3 * 4 * (N + M) * 7)
    in_parts, same = gradient(model, batch, 1)
    np.testing.assert_allclose(flat(in_parts), flat(at_once), rtol=1e-10, atol=1e-12)
    assert same == pytest.approx(loss, rel=1e-12)
