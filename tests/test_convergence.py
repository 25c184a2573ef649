"""Orders of convergence, on Gaussian data: the reverse SDE is then an Ornstein–Uhlenbeck process.

With v₀ ~ N(b, s²), v_t ~ N(α b, V), V = α² s² + σ². Started from N(μ, P) at t = 1, the reverse SDE
and the probability flow have at t the mean α b + r (μ - α₁ b) and the variance V + r² (P - V₁),
r = (α₁/α)(V/V₁) for the one and √(V/V₁) for the other, since dV/dt = β(1 - V). A scheme that is
linear in its stages keeps laws Gaussian, so that its own law too is known, without sampling.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from helpers.statistics import ACCEPT, REJECT, bonferroni
from scorerbm import GaussianRBM, LinearSchedule, ProbabilityFlow, ReverseSDE
from scorerbm.backends.protocol import CORRECT, PREDICT

B, S, LAST = 1.5, float(np.float32(0.4)), 0.02
SCHEDULE = LinearSchedule(0.1, 8.0)
MODEL = GaussianRBM(np.zeros((1, 1)), [B], [0.0], [S])
STEPS = np.array([200, 400, 800, 1600])


def amplitudes(t):
    alpha, sigma = SCHEDULE.alpha(t), SCHEDULE.sigma(t)
    return alpha, sigma, alpha**2 * S**2 + sigma**2


def shrinkage(sampler, t, start=1.0):
    """What is left at t of a deviation from the mean at an earlier point of the way."""
    (alpha_1, _, v_1), (alpha, _, v) = amplitudes(start), amplitudes(t)
    stochastic = isinstance(sampler, ReverseSDE)
    return alpha_1 / alpha * v / v_1 if stochastic else np.sqrt(v / v_1)


def exact_law(sampler):
    (alpha_1, _, v_1), (alpha, _, v) = amplitudes(1.0), amplitudes(LAST)
    r = shrinkage(sampler, LAST)
    return alpha * B + r * (0.0 - alpha_1 * B), v + r**2 * (1.0 - v_1)


def affine_stages(path):
    """(factor of the state it starts from, constant) of each stage."""
    v = path.alpha**2 * S**2 + path.sigma**2
    factor = path.keep + path.pull * path.alpha * S**2 / v
    return factor, path.pull * B * path.sigma**2 / v


def own_law(sampler):
    """Mean and variance at the end: x and y are affine in the start, and noise only ever adds."""
    path = sampler._path(sampler._grid())
    factor, constant = affine_stages(path)
    x = y = np.array([1.0, 0.0])  # factor of the start, constant
    noise = 0.0
    for k, kind in enumerate(path.kind):
        s = y if kind == CORRECT else x
        result = factor[k] * s + np.array([0.0, constant[k]])
        if kind == CORRECT:
            result = result + path.base[k] * x
        x, y = (x, result) if kind == PREDICT else (result, y)
        noise = factor[k] ** 2 * noise + path.spread[k] ** 2
    return x[1], x[0] ** 2 + noise


def strong_error(n_steps):
    """RMS distance from the solution driven by the same Brownian motion, from N(0, 1).

    Both are the start and the path's increments weighted by kernels that are known: constant over
    a step for the scheme.
    """
    sampler = ReverseSDE(n_steps, schedule=SCHEDULE, last_time=LAST)
    grid = sampler._grid()
    path = sampler._path(grid)
    factor, constant = affine_stages(path)
    after = np.append(np.cumprod(factor[::-1])[::-1], 1.0)  # product of the factors from k on
    nodes, weights = np.polynomial.legendre.leggauss(5)
    error = 0.0
    for k in range(n_steps):
        t, length = grid.times[k], grid.times[k] - grid.times[k + 1]
        at = t - 0.5 * length * (nodes + 1.0)
        kernel = shrinkage(sampler, LAST, at) * np.sqrt(SCHEDULE.noise_rate(at))
        own = after[k + 1] * path.spread[k] / np.sqrt(length)
        error += 0.5 * length * (weights * (kernel - own) ** 2).sum()
    mean = (after[1:] * constant).sum() - exact_law(sampler)[0]
    return np.sqrt(error + mean**2 + (after[0] - shrinkage(sampler, LAST)) ** 2)


def order(errors):
    return -np.polyfit(np.log(STEPS), np.log(errors), 1)[0]


def weak_errors(make):
    laws = [(own_law(make(int(n))), exact_law(make(int(n)))) for n in STEPS]
    return [np.abs([own[i] - exact[i] for own, exact in laws]) for i in (0, 1)]


def sde(n):
    return ReverseSDE(n, schedule=SCHEDULE, last_time=LAST)


def flow(n):
    return ProbabilityFlow(n, schedule=SCHEDULE, last_time=LAST, spacing="time")


def euler_flow(n):
    """The flow without its corrector: the predicted state is taken for the result."""

    class Euler(ProbabilityFlow):
        def _path(self, grid):
            path = super()._path(grid)
            half = {
                name: getattr(path, name)[::2]
                for name in ("alpha", "sigma", "keep", "pull", "base", "spread")
            }
            return replace(path, **half, kind=np.zeros(len(path) // 2, np.uint8))

    return Euler(n, schedule=SCHEDULE, last_time=LAST, spacing="time")


@pytest.mark.parametrize(
    ("make", "expected"), [(sde, 1.0), (flow, 2.0), (euler_flow, 1.0)], ids=["sde", "flow", "euler"]
)
def test_the_weak_order(make, expected):
    for errors in weak_errors(make):
        assert abs(order(errors) - expected) < 0.1


def test_the_strong_order_of_euler_and_maruyama_with_additive_noise_is_one():
    errors = [strong_error(int(n)) for n in STEPS]
    assert abs(order(errors) - 1.0) < 0.1
    assert errors[-1] < 0.01


def test_noise_off_by_a_constant_has_no_order(monkeypatch):
    path = ReverseSDE._path

    def louder(self, grid):
        right = path(self, grid)
        return replace(right, spread=1.01 * right.spread)

    monkeypatch.setattr(ReverseSDE, "_path", louder)
    assert order([strong_error(int(n)) for n in STEPS]) < 0.5
    assert order(weak_errors(sde)[1]) < 0.5


@pytest.mark.parametrize("make", [sde, flow], ids=["sde", "flow"])
def test_samples_have_the_schemes_own_law(make):
    """With few steps, whose law differs from the exact one."""
    sampler = replace(make(8), keep_every=8)
    state = sampler.sample(MODEL, 40000, seed=2).trajectory.states[-1][:, 0]
    p_values = []
    for law in (own_law(sampler), exact_law(sampler)):
        mean, variance = law
        p_values.append(stats.kstest(state, stats.norm(mean, np.sqrt(variance)).cdf).pvalue)
    assert bonferroni(p_values[:1]) > ACCEPT
    assert p_values[1] < REJECT
