"""A stand-in for an annealer whose answer is known exactly."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ... import _check
from ...backends.protocol import Reals
from ...rbm.chains import MOST_STEPS
from ..streams import generator
from .exact_draws import BoltzmannDraws
from .problem import IsingProblem, Spins, contract
from .signed_graph import Integers

__all__ = ["IdealAnnealer"]

_MOST_ENUMERATED = 20
_NEARLY = 0.9


@dataclass(frozen=True)
class IdealAnnealer:
    r"""Draws the Boltzmann distribution of the programmed problem, with chains that never break.

    Qubits that couplers of at least ``chain_threshold`` hold together, equal or opposite, become
    one logical spin, but only those nearly as strong as the strongest one: strong problems have
    couplings beyond the threshold too, and chains still stronger. With that,

    .. math:: p(s) \propto \exp[-\beta \, (\textstyle\sum_k h_k s_k + \sum_{kl} J_{kl} s_k s_l)]

    is drawn over the logical spins, with fields and couplings summed over their qubits: what a
    perfect device would do. Reads are then independent and their law is known, whatever the
    chain strength, the gauge and the number of copies.

    Connected parts of the logical graph are drawn one by one: by enumeration if they are bipartite
    with a side of at most 20 spins, or have at most 16 spins; by parallel tempering if they are
    bipartite and larger. Larger parts that are not bipartite, such as chains weaker than
    ``chain_threshold``, are cooled by sweeps of single spins: their law is exact only as far as
    those mix.

    Parameters
    ----------
    beta : float
        Inverse temperature in programmed units.
    chain_threshold : float
        Couplers at least this strong are taken for those of chains, unless others are more than a
        tenth stronger.
    flip_probability : float
        Errors of readout: each qubit of each read is flipped with this probability, so that
        chains seem broken.
    n_sweeps : int
        Sweeps of each replica of parallel tempering; sweeps of single spins are four times as many.
    n_threads : int, optional
        See `scorerbm.BlockGibbs`.
    """

    beta: float = 8.5
    chain_threshold: float = 0.25
    flip_probability: float = 0.0
    n_sweeps: int = field(default=200, kw_only=True)
    n_threads: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        _check.number("beta", self.beta, above=0.0)
        _check.number("chain_threshold", self.chain_threshold, above=0.0)
        _check.number("flip_probability", self.flip_probability, minimum=0.0, maximum=1.0)
        _check.integer("n_sweeps", self.n_sweeps, 1, MOST_STEPS // 4)
        if self.n_threads is not None:
            _check.integer("n_threads", self.n_threads, 1)

    def __call__(self, h: Reals, pairs: Integers, J: Reals, n_reads: int, seed: int) -> Spins:
        """Draw reads; see `Physics`.

        Raises
        ------
        ValueError
            If strong couplers form a frustrated loop.
        """
        strongest = float(np.abs(J).max(initial=0.0))
        threshold = max(self.chain_threshold, _NEARLY * strongest)
        chains = contract(IsingProblem(h, pairs, J), threshold)
        draws = BoltzmannDraws(_MOST_ENUMERATED, self.n_sweeps, self.n_threads)
        spins = chains.expand(draws(chains.problem.scaled(self.beta), n_reads, seed))
        if self.flip_probability > 0.0:
            rng = generator(seed, "readout")
            flipped = rng.random(spins.shape, dtype=np.float32) < self.flip_probability
            spins[flipped] *= -1
        return spins
