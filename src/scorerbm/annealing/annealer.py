"""Samples by one anneal, on a quantum annealer or on whatever samples Ising models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from os import PathLike
from typing import Any

import numpy as np

from .. import _check
from ..backends.protocol import Bits
from ..ising import IsingModel, to_ising
from ..rbm import RBM, Chains
from ..sample import AnnealReport, SampleSet
from ..sample.base import Job, Sampler
from .connect import connect
from .drawing import METHODS, draw_exactly
from .embed import Given
from .reporting import report_of
from .session import Session
from .streams import subseed

__all__ = ["Annealer"]

_GRACE = 10.0  # seconds after which the client gives up too, where nobody waits any more


@dataclass(frozen=True)
class Annealer(Sampler):
    r"""Draws (v, h) in one shot from an annealer whose reads are those of a Boltzmann distribution.

    An annealer of inverse temperature :math:`\beta_d` that is programmed with the energies
    :math:`E(s)/\beta_d` is read in states of :math:`p(s) \propto e^{-E(s)}`. The model is
    translated to spins, divided by ``beta``, spread over chains of qubits, programmed in several
    gauges without any scaling by the device, and read.

    Parameters
    ----------
    sampler : dimod.Sampler, optional
        Any sampler of dimod that takes ``num_reads``. A structured one gets chains of qubits on
        its graph; any other gets the model's own couplings. By default the quantum annealer that
        Ocean is configured for.
    beta : float or "auto"
        Inverse temperature of the device in programmed units; ``"auto"`` measures it. Samplers
        that draw from :math:`e^{-E}` of what they are given have 1.
    chain_strength : float or "scan"
        In programmed units: couplers within chains get minus this. ``"scan"`` tries several. Too
        weak, chains break; too strong, they freeze before the model does.
    n_gauges : int
        Programmings between which the reads are shared, each with random signs of its own; 1 for
        a single one as it is.
    copies : int or "auto"
        Copies of the model side by side: so many samples a read. ``"auto"`` places as many as are
        found with little effort.
    chain_breaks : {"intact", "majority", "discard"}
        What becomes of reads with a broken chain. ``"discard"``: they are made again.
        ``"intact"``: likewise if at least half of the reads are intact; else the majority of a
        chain's qubits decides, and a coin for each read where they tie. ``"majority"``: always.
    refine_sweeps : int
        Gibbs sweeps of every sample, on the processor, after it was read. They repair a good part
        of what the device does wrong; the samples are then no longer the device's alone, and
        called hybrid.
    embedding : mapping or path, optional
        {unit: qubits} with units 0 … N-1 visible, N … N+M-1 hidden, or a file that holds an
        embedding. By default one is found, and kept for the next time in the folder that
        ``SCORERBM_CACHE`` names, or else in that of the system for caches.
    timeout : float
        Seconds to wait for the reads of all gauges.
    sampler_options : mapping
        Further arguments of the sampler's ``sample``, such as ``annealing_time`` or ``label``.
    solver, token, profile : optional
        What to connect to if no sampler is given, before what Ocean is configured with.
    n_threads, backend, precision, progress
        See `BlockGibbs`; of use for ``refine_sweeps``, except the last.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    Notes
    -----
    Reads have no numbers: with ``first_chain`` other gauges are drawn, and nothing is continued.
    The same seed gives the same gauges and coins, and the same samples if the sampler takes a
    seed.

    References
    ----------
    Adachi and Henderson, arXiv:1510.06356. Benedetti, Realpe-Gómez, Biswas and Perdomo-Ortiz,
    Phys. Rev. A 94 (2016) 022308, doi 10.1103/PhysRevA.94.022308.
    """

    sampler: Any = None
    beta: float | str = "auto"
    chain_strength: float | str = "scan"
    n_gauges: int = 10
    copies: int | str = 1
    chain_breaks: str = "intact"
    refine_sweeps: int = 0
    embedding: Given = field(default=None, repr=False)
    timeout: float = 600.0
    sampler_options: Mapping[str, Any] = field(default_factory=dict)
    solver: Any = None
    token: str | None = field(default=None, repr=False)
    profile: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.beta != "auto":
            _check.number("beta", self.beta, above=0.0)
        if self.chain_strength != "scan":
            _check.number("chain_strength", self.chain_strength, above=0.0)
        _check.integer("n_gauges", self.n_gauges, 1)
        if self.copies != "auto":
            _check.integer("copies", self.copies, 1)
        _check.choice("chain_breaks", self.chain_breaks, METHODS)
        _check.integer("refine_sweeps", self.refine_sweeps)
        _check.number("timeout", self.timeout, above=0.0)
        if not isinstance(self.embedding, Mapping | str | PathLike | None):
            raise TypeError(
                f"embedding: got {type(self.embedding).__name__}, expected a mapping or a path"
            )
        if not isinstance(self.sampler_options, Mapping):
            raise TypeError(
                f"sampler_options: got {type(self.sampler_options).__name__}, expected a mapping"
            )

    def session(self) -> Session:
        """Return a session, in which connection, embeddings and calibration are kept."""
        return Session(self)

    def connect(self) -> Any:
        """Connect to the quantum annealer that these options and Ocean's configuration name.

        Raises
        ------
        AnnealerError
            If there is no token, no such solver, or no connection.
        """
        return connect(
            token=self.token,
            profile=self.profile,
            solver=self.solver,
            polling_timeout=self.timeout + _GRACE,
        )

    def calibrated(
        self, model: RBM, *, seed: int = 0, start: float | None = None, **options: Any
    ) -> Annealer:
        """Return this annealer with beta and chain strength as measured with a model.

        Parameters
        ----------
        model : BernoulliRBM
        seed : int
        start : float, optional
            Inverse temperature to begin with; by default that of the solver's topology.
        **options
            See `Session.calibrate`, whose session has more to say of the calibration.

        Returns
        -------
        Annealer

        Raises
        ------
        AnnealerError
            If no inverse temperature makes the reads those of the model.
        """
        ising = _ising(model)
        if start is not None:
            _check.number("start", start, above=0.0)
        with self.session() as session:
            session.calibrate(ising, seed, start=start, **options)
            beta, strength = session.beta, session.chain_strength
        return replace(
            self,
            beta=self.beta if beta is None else beta,
            chain_strength=self.chain_strength if strength is None else strength,
        )

    def sample_in(
        self, session: Session, model: RBM, n_samples: int, *, seed: int = 0, first_chain: int = 0
    ) -> SampleSet:
        """Draw samples as `sample` does, by a session that stays open: see `Session.sample`."""
        return self._run(
            model, n_samples, seed, first_chain, lambda job: self._sample_in(session, job)
        )

    def _sample(self, job: Job) -> SampleSet:
        with self.session() as session:
            return self._sample_in(session, job)

    def _sample_in(self, session: Session, job: Job) -> SampleSet:
        ising, n = _ising(job.model), len(job)
        # Reads have no numbers, but calls for other chains are not to repeat each other.
        seed = subseed(job.seed, "annealer", int(job.ids[0]))
        spent = session.calibrate(ising, seed)
        drawn = draw_exactly(
            lambda n_reads, turn: session.draw(ising, n_reads, seed=subseed(seed, "round", turn)),
            n,
            self.chain_breaks,
        )
        report = report_of(session, ising, drawn, spent, job.seed)
        visible, hidden = np.split((drawn.spins > 0).astype(np.uint8), [ising.n_visible], axis=1)
        visible, hidden = (np.ascontiguousarray(x) for x in (visible, hidden))
        if self.refine_sweeps:
            visible, hidden = _refined(job, visible, self.refine_sweeps)
        return SampleSet(visible, hidden, _info(report), report=report)

    def _representation(self, job: Job) -> dict[str, Any]:
        return super()._representation(job) if self.refine_sweeps else {}

    def _sweeps_a_call(self, job: Job) -> int:
        return self.refine_sweeps


def _ising(model: RBM) -> IsingModel:
    """Translate a model that can be programmed: NaN means to leave a qubit out to some devices."""
    ising = to_ising(model)
    if not (np.isfinite(ising.h).all() and np.isfinite(ising.J).all()):
        raise ValueError("model: got weights or biases that are not finite, expected real numbers")
    return ising


def _refined(job: Job, visible: Bits, n_sweeps: int) -> tuple[Bits, Bits]:
    """Sweep samples on: h is drawn anew given v, then v given h, and so on."""
    chains = Chains(visible, job.ids, job.key("refine"), precision=job.precision)
    job.model.gibbs(chains, n_sweeps, backend=job.backend, n_threads=job.n_threads)
    assert chains.hidden is not None
    return chains.visible, chains.hidden


def _info(report: AnnealReport) -> dict[str, Any]:
    """The numbers of a report that tables of several samplers show."""
    return {
        "beta": report.beta,
        "effective_beta": report.effective_beta,
        "effective_beta_error": report.effective_beta_error,
        "chain_strength": report.chain_strength,
        "broken_chains": report.broken_chains,
        "n_reads": report.n_reads,
        "n_copies": report.n_copies,
        "chain_breaks": report.chain_breaks,
        "device_seconds": report.device_seconds,
        "solver": report.solver,
        "refine_sweeps": report.refine_sweeps,
        "hybrid": report.hybrid,
    }
