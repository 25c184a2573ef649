"""The thermal annealer: Boltzmann's law if it is slow, errors as stated, chains that freeze."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from helpers.embedded import embedded, spin_probabilities
from helpers.models import random_bernoulli
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square_states, z_test
from scorerbm.annealing.chain_breaks import resolve_chains
from scorerbm.annealing.simulated import SimulatedQPU, ThermalAnnealer
from scorerbm.annealing.simulated.problem import IsingProblem
from scorerbm.annealing.temperature import Temperature, pseudo_likelihood_beta
from scorerbm.ising import to_ising

BETA = 8.5
NO_PAIRS = np.empty((0, 2), np.int64), np.empty(0)


def frustrated() -> IsingProblem:
    """Antiferromagnetic couplings between all of six spins, two of which a strong one joins."""
    rng = np.random.default_rng(0)
    i, j = np.triu_indices(6, 1)
    J = rng.uniform(0.05, 0.15, len(i))
    J[0] = -0.2
    return IsingProblem(0.05 * rng.normal(size=6), np.stack([i, j], axis=1), J)


def p_value(spins: NDArray[Any], problem: IsingProblem, beta: float) -> float:
    return chi_square_states((spins + 1) // 2, spin_probabilities(problem, beta))


# -- the law ------------------------------------------------------------------------------------


def test_a_slow_anneal_has_boltzmanns_law() -> None:
    problem = frustrated()
    spins = ThermalAnnealer(BETA, 400, plateau=0.5)(*problem, 100_000, 1)
    assert spins.dtype == np.int8
    assert p_value(spins, problem, BETA) > ACCEPT
    for wrong in (0.95, 1.05):
        assert p_value(spins, problem, wrong * BETA) < REJECT


@pytest.mark.parametrize("n_sweeps", [1, 4])
def test_a_quench_has_not(n_sweeps: int) -> None:
    problem = frustrated()
    spins = ThermalAnnealer(BETA, n_sweeps)(*problem, 100_000, 1)
    assert p_value(spins, problem, BETA) < REJECT


@pytest.mark.parametrize(
    ("n_sweeps", "plateau", "rise"), [(256, 0.25, 192), (10, 0.0, 10), (3, 1.0, 1), (1, 0.5, 1)]
)
def test_the_schedule_rises_geometrically_to_a_plateau(
    n_sweeps: int, plateau: float, rise: int
) -> None:
    annealer = ThermalAnnealer(8.0, n_sweeps, initial_beta=0.5, plateau=plateau)
    expected = np.geomspace(0.5, 8.0, rise + 1)[1:]
    found = annealer.schedule()
    np.testing.assert_allclose(found[:rise], expected, rtol=1e-12)
    assert (found[rise - 1 :] == 8.0).all()
    assert len(found) == n_sweeps


# -- errors of control --------------------------------------------------------------------------


def fields_found(annealer: ThermalAnnealer, h: float, seed: int, n_reads: int) -> Any:
    """Field of each of 500 lone qubits: s has the mean -tanh(βh)."""
    spins = annealer(np.full(500, h), *NO_PAIRS, n_reads, seed)
    return -np.arctanh(spins.mean(axis=0)) / annealer.beta


def couplings_found(annealer: ThermalAnnealer, J: float, seed: int, n_reads: int) -> Any:
    """Coupling of each of 500 pairs: s_i s_j has the mean -tanh(βJ)."""
    pairs = np.arange(1000).reshape(500, 2)
    spins = annealer(np.zeros(1000), pairs, np.full(500, J), n_reads, seed)
    return -np.arctanh((spins[:, 0::2] * spins[:, 1::2]).mean(axis=0)) / annealer.beta


def variance_test(values: NDArray[Any], variance: float) -> float:
    """Two-sided p-value that independent normal numbers have this variance."""
    statistic = values.var(ddof=1) * (len(values) - 1) / variance
    below = stats.chi2.cdf(statistic, len(values) - 1)
    return float(2.0 * min(below, 1.0 - below))


@pytest.mark.parametrize(
    ("noise", "found"),
    [({"field_noise": 0.02}, fields_found), ({"coupling_noise": 0.02}, couplings_found)],
    ids=["fields", "couplings"],
)
def test_noise_has_its_width_and_is_drawn_for_each_call(
    noise: dict[str, float], found: Any
) -> None:
    # A short anneal suffices: neither lone qubits nor pairs have anything to freeze.
    annealer, n_reads = ThermalAnnealer(4.0, 30, **noise), 4000
    one, other = (found(annealer, 0.05, seed, n_reads) for seed in (1, 2))
    # 1 - tanh² of the mean of n_reads signs, over β², is the variance of its estimate.
    sampling = np.cosh(4.0 * 0.05) ** 2 / n_reads / 4.0**2
    width = np.sqrt(0.02**2 + sampling)
    p = [z_test(x.mean(), 0.05, width / np.sqrt(500)) for x in (one, other)]
    p += [variance_test(x, width**2) for x in (one, other)]
    p.append(z_test(np.corrcoef(one, other)[0, 1], 0.0, 1.0 / np.sqrt(500)))
    assert bonferroni(p) > ACCEPT
    assert variance_test(one, sampling) < REJECT
    assert variance_test(one, 1.5**2 * width**2) < REJECT


def test_a_bias_adds_to_every_field() -> None:
    found = fields_found(ThermalAnnealer(4.0, 30, field_bias=0.03), -0.05, 1, 4000)
    error = np.cosh(4.0 * 0.02) / np.sqrt(4000 * 500) / 4.0
    assert z_test(found.mean(), -0.02, error) > ACCEPT
    assert z_test(found.mean(), -0.05, error) < REJECT


def test_noise_of_fields_leaves_couplings_as_they_are() -> None:
    found = couplings_found(ThermalAnnealer(4.0, 30), 0.05, 1, 4000)
    sampling = np.cosh(4.0 * 0.05) ** 2 / 4000 / 4.0**2
    assert variance_test(found, sampling) > ACCEPT


# -- chains -------------------------------------------------------------------------------------


@cache
def on_chains(strength: float) -> tuple[float, Temperature]:
    """Broken chains and effective inverse temperature (1 is right) of chains of four qubits."""
    ising = to_ising(random_bernoulli(12, 10, seed=1, scale=0.7, bias=0.4))
    on = embedded(ising, beta=BETA, length=4, strength=strength)
    spins = ThermalAnnealer(BETA, 256)(*on.problem, 1000, 1)
    resolved = resolve_chains(spins * on.gauge, on.chain, rng=np.random.default_rng(0))
    return float(resolved.broken.mean()), pseudo_likelihood_beta(ising, resolved.spins)


def test_weaker_chains_break_more() -> None:
    broken = [on_chains(strength)[0] for strength in (0.03, 0.1, 0.2, 0.3, 0.5)]
    assert all(a > 2.0 * b for a, b in pairwise(broken[1:]))
    assert broken[0] > 0.5
    assert broken[-1] < 0.01


def test_stronger_chains_freeze_earlier() -> None:
    betas = [on_chains(strength)[1].beta for strength in (0.2, 0.5, 1.0, 2.0)]
    assert all(b < 0.7 * a for a, b in pairwise(betas))
    assert betas[0] > 0.8
    assert betas[-1] < 0.2


def test_a_slower_anneal_freezes_later() -> None:
    ising = to_ising(random_bernoulli(12, 10, seed=1, scale=0.7, bias=0.4))
    on = embedded(ising, beta=BETA, length=4, strength=0.5)
    fast, slow = (
        pseudo_likelihood_beta(
            ising,
            resolve_chains(
                ThermalAnnealer(BETA, n)(*on.problem, 1000, 1) * on.gauge,
                on.chain,
                rng=np.random.default_rng(0),
            ).spins,
        )
        for n in (64, 4096)
    )
    assert slow.beta - fast.beta > 5.0 * np.hypot(slow.error, fast.error)


# -- reproducibility and arguments --------------------------------------------------------------


def test_a_seed_gives_the_same_reads_in_any_number_of_threads() -> None:
    options: dict[str, Any] = {"field_noise": 0.1, "coupling_noise": 0.1}
    one, many = (
        ThermalAnnealer(BETA, 50, **options, n_threads=n)(*frustrated(), 3000, 7) for n in (1, 3)
    )
    np.testing.assert_array_equal(one, many)
    other = ThermalAnnealer(BETA, 50, **options)(*frustrated(), 3000, 8)
    assert (one != other).any()


def test_a_simulated_device_takes_it() -> None:
    device = SimulatedQPU(ThermalAnnealer(BETA, 16), size=2)
    edge = device.edgelist[0]
    reads = device.sample_ising({}, {edge: -1.0}, num_reads=100, answer_mode="raw")
    agree = reads.record.sample.prod(axis=1)
    assert agree.min() == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beta": 0.0}, "beta: got 0"),
        ({"n_sweeps": 0}, "n_sweeps: got 0"),
        ({"field_noise": -0.1}, "field_noise: got -0.1"),
        ({"coupling_noise": float("nan")}, "coupling_noise: got nan"),
        ({"field_bias": float("inf")}, "field_bias: got inf"),
        ({"initial_beta": 9.0}, "initial_beta: got 9.0"),
        ({"plateau": 1.5}, "plateau: got 1.5"),
        ({"n_threads": 0}, "n_threads: got 0"),
    ],
)
def test_wrong_options_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ThermalAnnealer(**options)
