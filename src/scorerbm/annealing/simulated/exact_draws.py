"""Draws of the Boltzmann distribution of an Ising problem, component by component."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ..._seed import derive_key
from ...backends import get_backend
from ...backends.protocol import Reals
from ...ising import IsingModel, from_ising
from ...rbm.chains import chain_ids
from ...rbm.graph import graph_from_ising
from ...sample import Exact, ParallelTempering, Sampler
from ..streams import generator, subseed
from .problem import IsingProblem, Spins
from .signed_graph import Integers, signed_components

__all__ = ["BoltzmannDraws"]

_MOST_SPINS = 16  # of a component whose states are listed one by one


@dataclass(frozen=True)
class BoltzmannDraws:
    r"""Draws of :math:`p(s) \propto e^{-E(s)}`.

    Parameters
    ----------
    most_enumerated : int
        Largest smaller side of a bipartite component that is enumerated.
    n_sweeps : int
        Sweeps of each replica of larger bipartite components, which are tempered, and a quarter of
        those that other components get.
    n_threads : int, optional
        See `scorerbm.BlockGibbs`.
    """

    most_enumerated: int
    n_sweeps: int
    n_threads: int | None = None

    def __call__(self, problem: IsingProblem, n_reads: int, seed: int) -> Spins:
        """Draw reads, (R, n); each component of the graph has a stream of its own."""
        h, pairs, J = problem.without_zeros()
        label, side, bipartite = signed_components(len(h), pairs, np.full(len(J), -1))
        spins = np.empty((n_reads, len(h)), dtype=np.int8)
        size = np.bincount(label, minlength=len(bipartite))
        lone = size[label] == 1
        spins[:, lone] = self._lone(h[lone], n_reads, seed)
        edges_of = _grouped(label[pairs[:, 0]], len(size))
        for component, nodes in enumerate(_grouped(label, len(size))):
            if size[component] == 1:
                continue
            edges = edges_of[component]
            local = IsingProblem(h[nodes], np.searchsorted(nodes, pairs[edges]), J[edges])
            purpose = subseed(seed, "component", component)
            if bipartite[component]:
                spins[:, nodes] = self._bipartite(local, side[nodes], n_reads, purpose)
            elif len(nodes) <= _MOST_SPINS:
                spins[:, nodes] = self._listed(local, n_reads, purpose)
            else:
                spins[:, nodes] = self._swept(local, n_reads, purpose)
        return spins

    def _lone(self, h: Reals, n_reads: int, seed: int) -> Spins:
        """Spins that meet no other: p(s = 1) = σ(-2h)."""
        rng = generator(seed, "lone spins")
        return _as_spins(2.0 * rng.random((n_reads, len(h))) - 1.0 < np.tanh(-h))

    def _listed(self, problem: IsingProblem, n_reads: int, seed: int) -> Spins:
        """Any graph of few spins, all of whose states are weighed."""
        n = len(problem.h)
        states = _as_spins(np.arange(1 << n)[:, None] >> np.arange(n) & 1)
        energy = problem.energy(states)
        weight = np.cumsum(np.exp(energy.min() - energy))
        rng = generator(seed, "listed states")
        chosen = np.searchsorted(weight, rng.random(n_reads) * weight[-1], side="right")
        drawn: Spins = states[np.minimum(chosen, len(states) - 1)]
        return drawn

    def _bipartite(self, problem: IsingProblem, side: Integers, n_reads: int, seed: int) -> Spins:
        """A bipartite graph, whose two sides are the layers of an RBM."""
        ising, visible, hidden = _layers(problem, side)
        few = min(len(visible), len(hidden)) <= self.most_enumerated
        sampler: Sampler = Exact() if few else ParallelTempering(self.n_sweeps)
        sampler = replace(sampler, n_threads=self.n_threads)
        drawn = sampler.sample(from_ising(ising), n_reads, seed=seed)
        spins = np.empty((n_reads, len(side)), dtype=np.int8)
        spins[:, visible], spins[:, hidden] = _as_spins(drawn.visible), _as_spins(drawn.hidden)
        return spins

    def _swept(self, problem: IsingProblem, n_reads: int, seed: int) -> Spins:
        """Any graph, by a chain for each read that is cooled from fair coins, then left alone."""
        graph = graph_from_ising(*problem, saturation=math.inf)
        n = 4 * self.n_sweeps
        bits = get_backend().sweep_graph(
            graph,
            np.zeros((n_reads, len(problem.h)), dtype=np.uint8),
            chain_ids(n_reads),
            derive_key(seed, "sweeps"),
            first_sweep=0,
            beta=np.minimum(2.0 * np.arange(n) / n, 1.0)[:, None],
            n_threads=self.n_threads or 0,
        )
        return _as_spins(bits)


def _layers(problem: IsingProblem, side: Integers) -> tuple[IsingModel, Integers, Integers]:
    """The problem with the nodes of one side as visible spins and the others as hidden ones."""
    visible, hidden = np.flatnonzero(side == 1), np.flatnonzero(side == -1)
    place = np.empty(len(side), dtype=np.int64)
    place[visible], place[hidden] = np.arange(len(visible)), np.arange(len(hidden))
    swapped = side[problem.pairs[:, :1]] == -1
    rows, columns = place[np.where(swapped, problem.pairs[:, ::-1], problem.pairs)].T
    J = np.zeros((len(visible), len(hidden)))
    J[rows, columns] = problem.J
    return IsingModel(problem.h[np.concatenate([visible, hidden])], J, 0.0), visible, hidden


def _as_spins(bits: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Spins:
    return 2 * bits.astype(np.int8) - 1


def _grouped(label: Integers, n_labels: int) -> list[Integers]:
    """Positions of each label, in ascending order."""
    order = np.argsort(label, kind="stable")
    return np.split(order, np.cumsum(np.bincount(label, minlength=n_labels))[:-1])
