"""A stand-in for an annealer that cools qubit by qubit, with its errors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ... import _check
from ..._seed import derive_key
from ...backends import get_backend
from ...backends.protocol import Reals
from ...backends.reference import elementary
from ...rbm.chains import chain_ids
from ...rbm.graph import graph_from_ising
from ...rbm.grid import SATURATION
from ..streams import generator
from .problem import IsingProblem, Spins
from .signed_graph import Integers

__all__ = ["ThermalAnnealer"]


@dataclass(frozen=True)
class ThermalAnnealer:
    r"""Cools the programmed qubits by heat bath, one at a time.

    Qubits start at random. Sweeps draw each given its neighbours, at inverse temperatures that rise
    geometrically to ``beta`` and stay there. Slow units freeze on the way, as on a device: chains
    of strong couplers, which only turn one qubit after the other, keep the law of a hotter problem
    the stronger they are, and break the more often the weaker they are.

    What is cooled is not what was programmed but, with errors drawn anew for each call,

    .. math:: h'_i = h_i + \mathtt{field\_bias} + \mathtt{field\_noise}\, \zeta_i, \quad
        J'_{ij} = J_{ij} + \mathtt{coupling\_noise}\, \zeta_{ij}, \quad \zeta \sim N(0, 1)

    Parameters
    ----------
    beta : float
        Inverse temperature at the end, in programmed units.
    n_sweeps : int
        Sweeps of all qubits: how long an anneal takes.
    field_noise, coupling_noise : float
        Standard deviations of the control errors of fields and couplings.
    field_bias : float
        Added to the field of each qubit, whatever its gauge.
    initial_beta : float
        Inverse temperature at which the rise starts, at most ``beta``.
    plateau : float
        Part of the sweeps that are made at ``beta``; the last one always is.
    n_threads : int, optional
        See `scorerbm.BlockGibbs`.

    References
    ----------
    Marshall, Rieffel and Hen, Phys. Rev. Applied 8 (2017) 064025,
    doi 10.1103/PhysRevApplied.8.064025, on freeze-out.
    """

    beta: float = 8.5
    n_sweeps: int = 256
    field_noise: float = 0.0
    coupling_noise: float = 0.0
    field_bias: float = 0.0
    initial_beta: float = field(default=0.1, kw_only=True)
    plateau: float = field(default=0.25, kw_only=True)
    n_threads: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        beta = _check.number("beta", self.beta, above=0.0)
        _check.integer("n_sweeps", self.n_sweeps, 1)
        _check.number("field_noise", self.field_noise, minimum=0.0)
        _check.number("coupling_noise", self.coupling_noise, minimum=0.0)
        _check.number("field_bias", self.field_bias)
        _check.number("initial_beta", self.initial_beta, above=0.0, maximum=beta)
        _check.number("plateau", self.plateau, minimum=0.0, maximum=1.0)
        if self.n_threads is not None:
            _check.integer("n_threads", self.n_threads, 1)

    def schedule(self) -> Reals:
        """Inverse temperature of each sweep, (n_sweeps,)."""
        rise = max(1, round((1.0 - self.plateau) * self.n_sweeps))
        x = np.minimum(np.arange(1, self.n_sweeps + 1) / rise, 1.0)
        # 1 - x = 0 gives `beta` to the last digit.
        ratio = elementary.log(np.array(self.beta / self.initial_beta))
        return self.beta * elementary.exp_nonpositive(-(1.0 - x) * ratio)

    def __call__(self, h: Reals, pairs: Integers, J: Reals, n_reads: int, seed: int) -> Spins:
        """Draw reads; see `Physics`."""
        cooled = self._with_errors(IsingProblem(h, pairs, J), seed)
        graph = graph_from_ising(*cooled, saturation=SATURATION / self.initial_beta)
        bits = get_backend().sweep_graph(
            graph,
            np.zeros((n_reads, len(h)), np.uint8),
            chain_ids(n_reads),
            derive_key(seed, "anneal"),
            first_sweep=0,
            # A sweep at 0 makes each qubit a fair coin.
            beta=np.concatenate([[0.0], self.schedule()])[:, None],
            n_threads=self.n_threads or 0,
        )
        spins: Spins = 2 * bits.astype(np.int8) - 1
        return spins

    def _with_errors(self, programmed: IsingProblem, seed: int) -> IsingProblem:
        """What one programming makes of a problem."""
        h, pairs, J = programmed
        of_fields, of_couplings = (
            generator(seed, "control errors", what) for what in ("fields", "couplings")
        )
        return IsingProblem(
            h + self.field_bias + self.field_noise * of_fields.standard_normal(len(h)),
            pairs,
            J + self.coupling_noise * of_couplings.standard_normal(len(J)),
        )
