"""Bipartite Ising models spread over chains of qubits, as a device would be given them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scorerbm.annealing.simulated.problem import IsingProblem
from scorerbm.ising import IsingModel

from .models import states

Integers = NDArray[np.int64]


class Embedded(NamedTuple):
    """A problem over Q qubits, and what each qubit stands for."""

    problem: IsingProblem
    chain: Integers
    """(Q,): chain of each qubit; those of copy c are c·K … c·K + K - 1."""
    gauge: Integers
    """(Q,): -1 where the qubit is flipped."""

    def logical(self, spins: NDArray[Any]) -> NDArray[np.int8]:
        """Spins of the chains, which must not be broken."""
        spins = spins * self.gauge
        first = np.unique(self.chain, return_index=True)[1]
        assert (spins == spins[:, first][:, self.chain]).all()
        return spins[:, first]


def embedded(
    ising: IsingModel, *, beta: float, length: int, strength: float, copies: int = 1, seed: int = 0
) -> Embedded:
    """Program h/beta and J/beta on chains of qubits that are flipped at random.

    Fields are shared by a chain's qubits and each coupling by two pairs of them, in unequal parts;
    the order of the qubits is random.
    """
    rng = np.random.default_rng(seed)
    K, N = len(ising.h), ising.n_visible
    place = rng.permutation(copies * K * length).reshape(copies * K, length)
    gauge = rng.choice([-1, 1], size=place.size)
    h = np.empty(place.size)
    pairs, J = [], []
    for c in range(copies):
        own = place[c * K : (c + 1) * K]
        h[own] = ising.h[:, None] / beta * rng.dirichlet(np.ones(length), size=K)
        for chain in own:
            pairs += pairwise(chain)
            J += [-strength] * (length - 1)
        for i, j in np.ndindex(ising.J.shape):
            parts = rng.dirichlet([1.0, 1.0])
            pairs += [(rng.choice(own[i]), rng.choice(own[N + j])) for _ in parts]
            J += (ising.J[i, j] / beta * parts).tolist()
    chain = np.empty(place.size, dtype=np.int64)
    chain[place] = np.arange(copies * K)[:, None]
    couplers, strengths = np.array(pairs, dtype=np.int64), np.array(J)
    flipped = strengths * gauge[couplers[:, 0]] * gauge[couplers[:, 1]]
    return Embedded(IsingProblem(h * gauge, couplers, flipped), chain, gauge)


def spin_probabilities(problem: IsingProblem, beta: float) -> NDArray[np.float64]:
    """Boltzmann's law of all states of a few spins, bit i of a state's number being spin i."""
    energy = problem.energy((2 * states(len(problem.h)) - 1).astype(np.int8))
    weight = np.exp(-beta * (energy - energy.min()))
    return weight / weight.sum()
