"""The ideal annealer draws the law of the logical problem, whatever the chains and their gauge."""

import numpy as np
import pytest

from helpers.embedded import embedded, spin_probabilities
from helpers.models import random_bernoulli, state_index, states
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square, chi_square_states, z_test
from scorerbm import BernoulliRBM
from scorerbm.annealing.simulated import IdealAnnealer
from scorerbm.annealing.simulated.exact_draws import BoltzmannDraws
from scorerbm.annealing.simulated.problem import IsingProblem, contract
from scorerbm.ising import to_ising

BETA = 8.5
N, M = 4, 3


def model(scale=1.5):
    return random_bernoulli(N, M, seed=3, scale=scale, bias=0.8)


def logical_problem(rbm):
    ising = to_ising(rbm)
    pairs = np.array([(i, N + j) for i in range(N) for j in range(M)])
    return IsingProblem(ising.h, pairs, ising.J.ravel())


def on_chains(**options):
    return embedded(to_ising(model()), beta=BETA, **{"length": 3, "strength": 0.5} | options)


def reads(annealer, on, n, seed=1):
    return on.logical(annealer(*on.problem, n, seed))


def p_value(spins, beta=1.0):
    """That these independent logical spins are of the model."""
    return chi_square_states((spins + 1) // 2, spin_probabilities(logical_problem(model()), beta))


@pytest.mark.parametrize("length", [1, 2, 5])
@pytest.mark.parametrize("strength", [0.3, 1.0, 2.0])
def test_reads_are_of_the_logical_problem_through_flipped_chains(length, strength):
    on = on_chains(length=length, strength=strength, seed=length)
    assert p_value(reads(IdealAnnealer(BETA), on, 20000)) > ACCEPT


@pytest.mark.parametrize("wrong", [0.9, 1.1])
def test_another_temperature_is_seen(wrong):
    assert p_value(reads(IdealAnnealer(BETA * wrong), on_chains(), 100000)) < REJECT


def test_a_gauge_that_is_forgotten_is_seen():
    on = on_chains()
    spins = IdealAnnealer(BETA)(*on.problem, 20000, 1)
    first = np.unique(on.chain, return_index=True)[1]
    assert p_value(spins[:, first]) < REJECT


def test_copies_are_drawn_each_from_the_law_and_independently():
    on, n = on_chains(copies=3), 60000
    spins = reads(IdealAnnealer(BETA), on, n).reshape(n, 3, N + M)
    law = spin_probabilities(logical_problem(model()), 1.0)
    p_values = [p_value(spins[:, c]) for c in range(3)]
    numbers = [state_index((spins[:, c] + 1) // 2) for c in range(3)]
    for a, b in ((0, 1), (1, 2)):
        pairs = np.bincount(numbers[a] * len(law) + numbers[b], minlength=len(law) ** 2)
        p_values.append(chi_square(pairs, np.outer(law, law).ravel()))
    assert bonferroni(p_values) > ACCEPT


def test_copies_that_share_their_random_numbers_are_seen():
    on, n = on_chains(), 60000
    number = state_index((reads(IdealAnnealer(BETA), on, n) + 1) // 2)
    law = spin_probabilities(logical_problem(model()), 1.0)
    pairs = np.bincount(number * len(law) + number, minlength=len(law) ** 2)
    assert chi_square(pairs, np.outer(law, law).ravel()) < REJECT


def test_large_bipartite_problems_are_tempered_to_the_same_law():
    draws = BoltzmannDraws(most_enumerated=1, n_sweeps=40)
    assert p_value(draws(logical_problem(model()), 6000, 0)) > ACCEPT


TRIANGLES = IsingProblem(  # two triangles that share a corner, a pair, and two lone spins
    np.array([0.1, -0.2, 0.3, 0.0, -0.4, 0.2, 0.5, 0.0, 0.6]),
    np.array([[0, 1], [1, 2], [0, 2], [2, 3], [3, 4], [2, 4], [5, 7]]),
    np.array([0.5, -0.7, 0.9, -0.4, 0.3, 0.6, 0.8]),
)


def test_graphs_with_triangles_and_lone_spins_are_drawn():
    draws = IdealAnnealer(1.3, chain_threshold=2.0)
    bits = (draws(*TRIANGLES, 50000, 4) + 1) // 2
    assert chi_square_states(bits, spin_probabilities(TRIANGLES, 1.3)) > ACCEPT
    assert chi_square_states(bits, spin_probabilities(TRIANGLES, 1.2)) < REJECT


def wheel(n):
    """A ring of spins that all meet a hub, the last one."""
    rng = np.random.default_rng(n)
    ring, hub = np.arange(n), np.full(n, n)
    pairs = np.concatenate([np.stack([ring, (ring + 1) % n], 1), np.stack([ring, hub], 1)])
    return IsingProblem(rng.normal(0, 0.3, n + 1), pairs, rng.normal(0, 0.6, 2 * n))


@pytest.mark.parametrize("draw", ["_swept", "_listed"])
def test_graphs_that_are_not_bipartite_are_drawn(draw):
    problem, draws = wheel(7), BoltzmannDraws(20, n_sweeps=50)
    bits = (getattr(draws, draw)(problem, 40000, 3) + 1) // 2
    assert chi_square_states(bits, spin_probabilities(problem, 1.0)) > ACCEPT
    assert chi_square_states(bits, spin_probabilities(problem, 0.9)) < REJECT


def test_large_graphs_that_are_not_bipartite_are_swept():
    """One coupler between two halves, whose law is that of each if it is next to nothing."""
    n = 17
    halves = [wheel(7), wheel(7)]
    pairs = np.concatenate([halves[0].pairs, halves[1].pairs + 8, [[3, 11], [5, 16]]])
    h = np.concatenate([halves[0].h, halves[1].h, [0.0]])
    J = np.concatenate([halves[0].J, halves[1].J, [1e-9, 1e-9]])
    assert len(h) == n
    bits = (IdealAnnealer(1.0, chain_threshold=5.0)(h, pairs, J, 20000, 3) + 1) // 2
    law = spin_probabilities(wheel(7), 1.0)
    assert bonferroni([chi_square_states(bits[:, k : k + 8], law) for k in (0, 8)]) > ACCEPT
    assert chi_square_states(bits[:, :8], spin_probabilities(wheel(7), 0.9)) < REJECT


def test_a_frustrated_chain_is_refused():
    triangle = np.array([[0, 1], [1, 2], [0, 2]])
    with pytest.raises(ValueError, match=r"frustrated loop of couplers of at least 0.9"):
        IdealAnnealer()(np.zeros(3), triangle, np.ones(3), 5, 0)


def test_couplings_beyond_the_threshold_are_no_chains_beside_stronger_ones():
    """Two units whose coupling alone is beyond the threshold, one a chain of two qubits."""
    h, pairs = np.array([0.1, 0.05, 0.05]), np.array([[0, 1], [1, 2]])
    J = np.array([0.4, -1.0])
    spins = IdealAnnealer(beta=1.0)(h, pairs, J, 4000, 0)
    assert (spins[:, 1] == spins[:, 2]).all()
    x = np.array([[a, b] for a in (-1, 1) for b in (-1, 1)])
    weight = np.exp(-(0.1 * x[:, 0] + 0.1 * x[:, 1] + 0.4 * x[:, 0] * x[:, 1]))
    counts = np.bincount((spins[:, 0] > 0) * 2 + (spins[:, 1] > 0), minlength=4)
    assert chi_square(counts, weight / weight.sum()) > ACCEPT
    # Negative control: taken for a chain, the two would always differ.
    assert counts[[0, 3]].min() > 100


def test_a_satisfied_loop_of_strong_couplers_is_one_unit():
    triangle = np.array([[0, 1], [1, 2], [0, 2]])
    chains = contract(IsingProblem(np.array([1.0, 2.0, 4.0]), triangle, np.array([1, -1, 1])), 0.5)
    assert chains.unit.tolist() == [0, 0, 0]
    assert chains.sign.tolist() == [1, -1, -1]
    assert chains.problem.h.tolist() == [-5.0]
    assert len(chains.problem.J) == 0


def test_readout_flips_each_qubit_with_its_probability():
    on, n, p = on_chains(length=4), 5000, 0.02
    exact = IdealAnnealer(BETA)(*on.problem, n, 1)
    noisy = IdealAnnealer(BETA, flip_probability=p)(*on.problem, n, 1)
    flips = (noisy != exact).sum(axis=0)
    error = np.sqrt(n * p * (1 - p))
    assert bonferroni([z_test(k, n * p, error) for k in flips]) > ACCEPT
    assert bonferroni([z_test(k, 1.5 * n * p, error) for k in flips]) < REJECT


def test_the_seed_decides():
    on, annealer = on_chains(copies=2), IdealAnnealer(BETA, flip_probability=0.1)
    first = annealer(*on.problem, 50, 7)
    assert first.dtype == np.int8
    np.testing.assert_array_equal(first, annealer(*on.problem, 50, 7))
    assert (first != annealer(*on.problem, 50, 8)).any()
    one_thread = IdealAnnealer(BETA, flip_probability=0.1, n_threads=1)
    np.testing.assert_array_equal(first, one_thread(*on.problem, 50, 7))


@pytest.mark.parametrize(
    ("option", "value"),
    [("beta", 0.0), ("chain_threshold", -1.0), ("flip_probability", 1.5), ("n_sweeps", 0)],
)
def test_options_are_checked(option, value):
    with pytest.raises(ValueError, match=f"{option}: got {value}"):
        IdealAnnealer(**{option: value})


def test_the_law_of_the_rbm_is_that_of_its_ising_form():
    """The oracle of this file against the RBM's own energies."""
    rbm: BernoulliRBM = model()
    bits = states(N + M)
    weight = np.exp(-rbm.energy(bits[:, :N], bits[:, N:]))
    np.testing.assert_allclose(spin_probabilities(logical_problem(rbm), 1.0), weight / weight.sum())
