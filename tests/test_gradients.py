"""Every gradient estimator against finite differences of what it estimates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from helpers import gradient_oracle
from helpers.models import log_sum_exp, states
from helpers.statistics import ACCEPT, REJECT, bonferroni
from scorerbm import BernoulliRBM, BlockGibbs, Exact, GeometricAnnealing, LinearSchedule
from scorerbm._seed import derive_key
from scorerbm.backends import Backend, get_backend
from scorerbm.sample.base import Sampler
from scorerbm.train.gradients import (
    Batch,
    CDGradient,
    CovarianceGradient,
    Gradient,
    LiteralGradient,
    Observer,
    PathwiseGradient,
    PCDGradient,
    RecoveryGradient,
    SampledGradient,
)
from scorerbm.train.states import BinaryStates

Reals = NDArray[np.float64]
Arrays = dict[str, Reals]
BACKEND = get_backend()
N, M = 5, 3


def parameters(seed: int = 0) -> Arrays:
    rng = np.random.default_rng(seed)
    return {
        "weights": rng.normal(size=(N, M)),
        "visible_bias": 0.5 * rng.normal(size=N),
        "hidden_bias": 0.5 * rng.normal(size=M),
    }


def model_of(p: Arrays) -> BernoulliRBM:
    return BernoulliRBM.from_trusted(**p, data_mean=np.linspace(0.3, 0.7, N))


def data(n: int = 12) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 2, (n, N)).astype(np.uint8)


def batch_of(v: NDArray[np.uint8], epoch: int = 0) -> Batch:
    return Batch(np.arange(len(v)), BinaryStates.of("v", v), epoch, 0.5)


def differences(loss: Callable[[Arrays], float], p: Arrays, h: float = 1e-5) -> Arrays:
    """Central differences of a function of the parameters."""
    out = {}
    for name, value in p.items():
        slope = np.empty_like(value)
        for i in np.ndindex(value.shape):
            step = np.zeros_like(value)
            step[i] = h
            slope[i] = (loss(p | {name: value + step}) - loss(p | {name: value - step})) / (2 * h)
        out[name] = slope
    return out


def flat(gradient: Arrays) -> Reals:
    return np.concatenate([gradient[k].ravel() for k in parameters()])


def mean_p_value(draws: Reals, truth: Reals) -> float:
    """Corrected p-value that every coordinate of independent draws has the given mean."""
    z = (draws.mean(axis=0) - truth) / (draws.std(axis=0, ddof=1) / np.sqrt(len(draws)))
    return bonferroni(2 * stats.t.sf(np.abs(z), len(draws) - 1))


# -- pathwise: the noise is fixed by the counters, so differences are exact ------------------
#
# The formulas are held to differences in double precision, and the gradients in single precision,
# which differences would drown in rounding, to the formulas.

Oracle = Callable[[BernoulliRBM, Batch], tuple[Arrays, float]]
ANNEALING = GeometricAnnealing(1.0, 0.25)
TAU = ANNEALING(0.5)
KEY = derive_key(5, "relaxation noise")


def observers() -> dict[str, Observer]:
    args = (LinearSchedule(), 3, BACKEND)
    return {
        "window": Observer((0.5, 4.0), None, *args),
        "weighting": Observer((1.0, 2.0), lambda t: t**2, *args),
    }


def pathwise_pair(
    observer: Observer, n_sweeps: int, n_noises: int, backend: Backend
) -> tuple[Gradient, Oracle]:
    annealing, tau = (ANNEALING, TAU) if n_noises else (None, 1.0)

    def oracle(model: BernoulliRBM, batch: Batch) -> tuple[Arrays, float]:
        return gradient_oracle.pathwise(
            model, observer(batch), batch, KEY, n_sweeps=n_sweeps, n_noises=n_noises, tau=tau
        )

    return PathwiseGradient(observer, n_sweeps, n_noises, annealing, 5, backend), oracle


def literal_pair(observer: Observer, n_noises: int, backend: Backend) -> tuple[Gradient, Oracle]:
    def oracle(model: BernoulliRBM, batch: Batch) -> tuple[Arrays, float]:
        return gradient_oracle.literal(
            model, observer(batch), batch, KEY, n_noises=n_noises, tau=TAU
        )

    return LiteralGradient(observer, n_noises, ANNEALING, 5, backend), oracle


def pairs(backend: Backend = BACKEND) -> dict[str, tuple[Gradient, Oracle]]:
    return {
        f"{name} {of}": pair
        for of, observer in observers().items()
        for name, pair in {
            "gumbel k=1": pathwise_pair(observer, 1, 2, backend),
            "gumbel k=3": pathwise_pair(observer, 3, 4, backend),
            "mean field": pathwise_pair(observer, 4, 0, backend),
            "literal": literal_pair(observer, 3, backend),
        }.items()
    }


@pytest.mark.parametrize("name", pairs())
def test_pathwise_formula_is_the_derivative_of_its_loss(name: str) -> None:
    (_, oracle), p, batch = pairs()[name], parameters(), batch_of(data())
    got, _ = oracle(model_of(p), batch)
    want = differences(lambda q: oracle(model_of(q), batch)[1], p)
    scale = np.abs(flat(want)).max()
    np.testing.assert_allclose(flat(got), flat(want), atol=1e-7 * scale, rtol=1e-6)


@pytest.mark.parametrize("backend", ["native", "reference"])
@pytest.mark.parametrize("name", pairs())
def test_pathwise_gradient_is_that_of_the_formula(name: str, backend: str) -> None:
    gradient, oracle = pairs(get_backend(backend))[name]
    model, batch = model_of(parameters()), batch_of(data(), epoch=2)
    got, loss = gradient(model, batch, 1)
    want, want_loss = oracle(model, batch)
    assert loss == pytest.approx(want_loss, rel=1e-5)
    scale = np.abs(flat(want)).max()
    np.testing.assert_allclose(flat(got), flat(want), atol=1e-5 * scale, rtol=0.0)


def test_rows_are_differentiated_in_parts_where_memory_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gradient, _ = pathwise_pair(observers()["weighting"], 3, 4, BACKEND)
    model, batch = model_of(parameters()), batch_of(data(), epoch=2)
    whole, loss = gradient(model, batch, 1)
    row = (1 + 2 * 3 * 4) * (model.n_visible + model.n_hidden)
    monkeypatch.setattr("scorerbm.train.gradients.pathwise._NUMBERS_AT_ONCE", 2 * row)
    sizes: list[int] = []
    sound = BACKEND.pathwise_gradient

    def watched(dense: Any, estimator: Any, seen: Any, *args: Any, **options: Any) -> Any:
        sizes.append(len(seen.target))
        return sound(dense, estimator, seen, *args, **options)

    monkeypatch.setattr(BACKEND, "pathwise_gradient", watched)
    parts, of_parts = gradient(model, batch, 1)
    assert len(sizes) > 2
    assert max(sizes) == 2
    assert sum(sizes) == len(batch.v)
    assert of_parts == loss
    # Sums of single precision in another order.
    np.testing.assert_allclose(flat(parts), flat(whole), atol=1e-6 * np.abs(flat(whole)).max())


def test_pathwise_check_refuses_a_dropped_path() -> None:
    """Negative control: the derivative without the first sweep's share is no derivative."""
    observer, p, batch = observers()["window"], parameters(), batch_of(data())
    gradient, _ = pathwise_pair(observer, 2, 4, BACKEND)
    got, _ = gradient(model_of(p), batch, 1)
    want, _ = gradient_oracle.pathwise(
        model_of(p), observer(batch), batch, KEY, n_sweeps=2, n_noises=4, tau=TAU, dropped=2
    )
    assert np.abs(flat(got) - flat(want)).max() > 1e-3 * np.abs(flat(want)).max()


def test_loss_of_a_weighting_is_that_of_the_score() -> None:
    """λ(t)‖s - ∇ln p(v_t|v₀)‖², with the score by Tweedie's formula."""
    observer = observers()["weighting"]
    gradient = PathwiseGradient(observer, 4, 0, None, 5, BACKEND)
    batch, model = batch_of(data()), model_of(parameters())
    _, loss = gradient(model, batch, 1)
    seen = observer(batch)
    v, posterior = (
        model.posterior_start(seen.v_t, seen.alpha, seen.sigma),
        model.tilt(seen.v_t, seen.alpha, seen.sigma),
    )
    for _ in range(4):
        v = posterior.visible_mean(posterior.hidden_probability(v))
    a, s = seen.alpha[:, None], seen.sigma[:, None]
    score, target = (a * v - seen.v_t) / s**2, -seen.zeta / s
    gamma = (seen.alpha / seen.sigma) ** 2
    t = LinearSchedule().time_from_snr(gamma)
    want = np.mean(t**2 * ((score - target) ** 2).sum(axis=1))
    assert loss == pytest.approx(want, rel=1e-5)


# -- contrasts: unbiased, so their mean over many draws must meet the exact gradient ----------


def negative_log_posterior(p: Arrays, v0: Reals, tilt: Reals) -> float:
    """Mean over rows of -ln p(v₀ | tilt), by enumerating v; tilt 0 is -ln p(v₀)."""
    v = states(N)
    w, b, c = p["weights"], p["visible_bias"], p["hidden_bias"]

    def minus_free_energy(x: Reals) -> Reals:
        return x @ b + np.logaddexp(0.0, x @ w + c).sum(axis=1)

    rows = [
        log_sum_exp(minus_free_energy(v) + v @ t) - (minus_free_energy(x[None])[0] + x @ t)
        for x, t in zip(v0, tilt, strict=True)
    ]
    return float(np.mean(rows))


def recovery_draws(snr: float, n_visits: int) -> tuple[Reals, Reals, RecoveryGradient]:
    v0, p = data(), parameters()
    gradient = RecoveryGradient(BinaryStates.of("v", v0), snr, 25, 7, BACKEND)
    model = model_of(p)
    draws = np.array(
        [flat(gradient(model, batch_of(v0, visit), 1)[0]) for visit in range(n_visits)]
    )
    return draws[5:], v0.astype(np.float64), gradient  # five visits to forget the start


def recovery_tilt(gradient: RecoveryGradient, v0: Reals, snr: float) -> Reals:
    zeta = BACKEND.normal(
        np.arange(len(v0), dtype=np.uint32), N, gradient._noise_key, step=0, domain=2
    )
    return snr * (v0 - 0.5) + np.sqrt(snr) * zeta


def test_recovery_gradient_is_that_of_the_conditional_likelihood() -> None:
    snr = 0.7
    draws, v0, gradient = recovery_draws(snr, 400)
    tilt = recovery_tilt(gradient, v0, snr)
    want = flat(differences(lambda q: negative_log_posterior(q, v0, tilt), parameters()))
    assert mean_p_value(draws, want) > ACCEPT
    # Negative control: without the observation it would be the likelihood's own gradient.
    free = flat(differences(lambda q: negative_log_posterior(q, v0, 0 * tilt), parameters()))
    assert mean_p_value(draws, free) < REJECT


def test_persistent_contrastive_divergence_is_the_likelihood_gradient() -> None:
    v0, p = data(), parameters()
    gradient = PCDGradient(BinaryStates.of("v", v0), 50, 25, 7, BACKEND)
    model = model_of(p)
    draws = np.array([flat(gradient(model, batch_of(v0), 1)[0]) for _ in range(400)])[5:]
    x = v0.astype(np.float64)
    want = flat(differences(lambda q: negative_log_posterior(q, x, np.zeros_like(x)), p))
    assert mean_p_value(draws, want) > ACCEPT
    # Negative control: CD-1, which restarts at the data, is biased.
    short = CDGradient(1, 7, BACKEND)
    biased = np.array([flat(short(model, batch_of(v0, e), 1)[0]) for e in range(400)])
    assert mean_p_value(biased, want) < REJECT


def sampled_draws(sampler: Sampler) -> Reals:
    v0 = data()
    gradient, model = SampledGradient(sampler, 50, 7, BACKEND), model_of(parameters())
    return np.array([flat(gradient(model, batch_of(v0), 1)[0]) for _ in range(400)])


def test_a_negative_phase_of_exact_samples_is_the_likelihood_gradient() -> None:
    x = data().astype(np.float64)
    want = flat(differences(lambda q: negative_log_posterior(q, x, np.zeros_like(x)), parameters()))
    assert mean_p_value(sampled_draws(Exact()), want) > ACCEPT
    # Negative control: samples that have not left their start.
    assert mean_p_value(sampled_draws(BlockGibbs(n_sweeps=1)), want) < REJECT


def exact_denoising_gradient(p: Arrays, observer: Observer, batch: Batch) -> Reals:
    """Derivative of the loss with the enumerated posterior mean, observations as drawn."""
    seen, v, v0 = observer(batch), states(N), batch.v.astype(np.float64)
    gamma = (seen.alpha / seen.sigma) ** 2
    tilt = seen.v_t * (seen.alpha / seen.sigma**2)[:, None] - 0.5 * gamma[:, None]

    def loss(q: Arrays) -> float:
        soft = np.logaddexp(0.0, v @ q["weights"] + q["hidden_bias"]).sum(axis=1)
        log_weight = (v @ q["visible_bias"] + soft)[None, :] + tilt @ v.T
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        mean = (weight / weight.sum(axis=1, keepdims=True)) @ v
        return float((seen.weight * ((mean - v0) ** 2).sum(axis=1)).mean())

    return flat(differences(loss, p))


def test_covariance_gradient_is_that_of_the_denoising_loss() -> None:
    observer, p, v0 = observers()["window"], parameters(), data()
    gradient = CovarianceGradient(observer, 8, 25, 7, BACKEND)
    model = model_of(p)
    errors, shifted = [], []
    for epoch in range(300):
        batch = batch_of(v0, epoch)
        got = flat(gradient(model, batch, 1)[0])
        errors.append(got - exact_denoising_gradient(p, observer, batch))
        # Negative control: the biased covariance, n in place of n - 1.
        shifted.append(got * 0.75 - exact_denoising_gradient(p, observer, batch))
    zero = np.zeros_like(errors[0])
    assert mean_p_value(np.array(errors), zero) > ACCEPT
    assert mean_p_value(np.array(shifted), zero) < REJECT


# -- the identity behind recovery ------------------------------------------------------------


def denoising_error(p: Arrays, truth: Reals, gamma: float, nodes: Reals, weights: Reals) -> float:
    """E‖v₀ - D_θ(v_γ)‖² for v₀ ~ truth over the states of two units, by quadrature."""
    v = states(2)
    log_prior = v @ p["visible_bias"]
    log_prior += np.logaddexp(0.0, v @ p["weights"] + p["hidden_bias"]).sum(axis=1)
    total = 0.0
    for v0, mass in zip(v, truth, strict=True):
        tilt = gamma * (v0 - 0.5) + np.sqrt(gamma) * nodes
        log_weight = log_prior + tilt @ v.T
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        mean = (weight / weight.sum(axis=1, keepdims=True)) @ v
        total += mass * float(weights @ ((mean - v0) ** 2).sum(axis=1))
    return total


def conditional_entropy(
    p: Arrays, truth: Reals, gamma: float, nodes: Reals, weights: Reals
) -> float:
    """E[-ln p_θ(v₀ | v_γ)] for v₀ ~ truth."""
    v = states(2)
    log_prior = v @ p["visible_bias"]
    log_prior += np.logaddexp(0.0, v @ p["weights"] + p["hidden_bias"]).sum(axis=1)
    total = 0.0
    for i, mass in enumerate(truth):
        tilt = gamma * (v[i] - 0.5) + np.sqrt(gamma) * nodes
        log_weight = log_prior + tilt @ v.T
        top = log_weight.max(axis=1)
        log_sum = top + np.log(np.exp(log_weight - top[:, None]).sum(axis=1))
        total += mass * float(weights @ (log_sum - log_weight[:, i]))
    return total


@pytest.mark.parametrize("gamma", [0.0, 0.3, 1.0, 3.0])
def test_the_integral_over_the_noise_collapses(gamma: float) -> None:
    """½ ∫_γ^∞ E‖v₀ - D_θ‖² dγ' = E[-ln p_θ(v₀|v_γ)], with data that are not the model's."""
    rng = np.random.default_rng(4)
    p = {
        "weights": 2.0 * rng.normal(size=(2, 2)),
        "visible_bias": rng.normal(size=2),
        "hidden_bias": rng.normal(size=2),
    }
    truth = np.array([0.1, 0.4, 0.3, 0.2])
    x, w = np.polynomial.hermite_e.hermegauss(60)
    w = w / w.sum()
    nodes = np.stack([a.ravel() for a in np.meshgrid(x, x)], axis=1)
    weights = np.outer(w, w).ravel()
    g, gw = np.polynomial.legendre.leggauss(120)
    # Substituting γ' = γ + r²: smooth at the lower end, and the tail falls like exp(-γ'/8).
    r, rw = 8.5 * (g + 1.0), 8.5 * gw
    errors = [denoising_error(p, truth, gamma + a * a, nodes, weights) for a in r]
    integral = 0.5 * float(np.sum(rw * 2.0 * r * np.array(errors)))
    want = conditional_entropy(p, truth, gamma, nodes, weights)
    assert integral == pytest.approx(want, rel=2e-4)
    # Negative control: the same check refuses the data's own posterior in place of the model's.
    other = p | {"visible_bias": p["visible_bias"] + 0.1}
    assert conditional_entropy(other, truth, gamma, nodes, weights) != pytest.approx(want, rel=2e-4)
