"""A device in use: its connection, the embeddings of models, and what it was calibrated to."""

from __future__ import annotations

import math
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from ..ising import IsingModel, to_ising
from ..rbm import RBM
from ..sample import SampleSet
from .calibration import Calibration, calibrate
from .chain_strength import scan
from .device import Device
from .drawing import for_calibration
from .drawn import Drawn
from .embed import embed
from .gauges import draw_gauge, split_reads
from .layout import Layout
from .program import Program, check_ranges, program, strongest_chains
from .reads import Reads, logical_reads, total
from .streams import generator, subseed
from .submission import Job, answers, check_options

if TYPE_CHECKING:
    from .annealer import Annealer

__all__ = ["Session", "Spent"]


class Spent(NamedTuple):
    """What a calibration cost."""

    n_reads: int
    access_time: float | None
    """Seconds; None where the device does not say."""


class Session:
    """What outlives one call of `Annealer.sample`, to be used as a context manager.

    Parameters
    ----------
    annealer : Annealer

    Attributes
    ----------
    annealer : Annealer
    device : Device
        Connected to when it is first looked at, if the annealer has no sampler of its own.
    beta : float or None
        Inverse temperature of the device in programmed units: what the next problem is divided
        by. None before it was measured. It may be set.
    chain_strength : float or None
        In programmed units; None before it was scanned for. It may be set.
    calibration : Calibration or None
        By which beta was measured, if it was.
    """

    def __init__(self, annealer: Annealer) -> None:
        self.annealer = annealer
        self._device: Device | None = None
        self._connection: Any = None  # that was made here
        self._layouts: dict[tuple[int, int], Layout] = {}
        self.beta = _given(annealer.beta)
        self.chain_strength = _given(annealer.chain_strength)
        self.calibration: Calibration | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back a connection that was made here; a sampler of the caller's stays open."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            self._device = None
            self._layouts.clear()  # the next connection may be to another solver

    @property
    def device(self) -> Device:
        """The sampler that problems go to."""
        if self._device is None:
            annealer, sampler = self.annealer, self.annealer.sampler
            if sampler is None:
                if self._connection is None:
                    self._connection = annealer.connect()
                sampler = self._connection
            device = Device(sampler)
            check_options(device, annealer.sampler_options, annealer.n_gauges)
            self._device = device
        return self._device

    def layout(self, ising: IsingModel) -> Layout:
        """Where a model of this size is programmed."""
        size = ising.n_visible, ising.n_hidden
        if size not in self._layouts:
            annealer = self.annealer
            self._layouts[size] = embed(
                self.device,
                *size,
                n_copies=None if annealer.copies == "auto" else int(annealer.copies),
                given=annealer.embedding,
                progress=annealer.progress,
            )
        return self._layouts[size]

    def calibrate(
        self, ising: IsingModel, seed: int, *, start: float | None = None, **options: Any
    ) -> Spent:
        """Measure with a model what is not known yet of beta and chain strength.

        Parameters
        ----------
        ising : IsingModel
        seed : int
        start : float, optional
            Inverse temperature to begin with; by default that of the solver's topology.
        **options
            Of `calibrate`, if beta is measured: ``n_reads``, ``limits``, ``max_rounds``,
            ``damping``, ``n_errors``, and a ``reference`` to match energies with.

        Returns
        -------
        Spent
            Nothing, if both are known.

        Raises
        ------
        AnnealerError
            If no inverse temperature makes the reads those of the model.
        """
        layout, device = self.layout(ising), self.device
        chained = layout.longest_chain > 1
        if self.beta is not None and not (chained and self.chain_strength is None):
            return Spent(0, 0.0)
        start = self.beta or start or device.starting_beta
        spent: list[Reads] = []
        limit = strongest_chains(device, layout, ising, start) if chained else math.inf

        def draw(beta: float, chain_strength: float, n_reads: int, seed: int) -> Drawn:
            reads = self.draw(ising, n_reads, beta=beta, chain_strength=chain_strength, seed=seed)
            spent.append(reads)
            return for_calibration(reads, self.annealer.chain_breaks)

        if self.beta is not None:
            found = scan(ising, draw, beta=start, maximum=limit, seed=seed)
            self.chain_strength = found.chain_strength
        else:
            self.calibration = calibrate(
                ising,
                draw,
                beta=start,
                # Where every chain is one qubit, any strength will do.
                chain_strength=self.chain_strength or ("scan" if chained else 1.0),
                max_chain_strength=limit,
                seed=seed,
                **options,
            )
            self.beta = self.calibration.beta
            if chained:
                self.chain_strength = self.calibration.chain_strength
        return Spent(sum(map(len, spent)), total(reads.access_time for reads in spent))

    def sample(
        self, model: RBM, n_samples: int, *, seed: int = 0, first_chain: int = 0
    ) -> SampleSet:
        """Draw samples as `Annealer.sample` does, and keep what was measured on the way.

        What is not known yet of beta and chain strength is measured with the first model.
        """
        return self.annealer.sample_in(self, model, n_samples, seed=seed, first_chain=first_chain)

    def draw(
        self,
        ising: IsingModel,
        n_reads: int,
        *,
        beta: float | None = None,
        chain_strength: float | None = None,
        seed: int = 0,
    ) -> Reads:
        """Program a model in several gauges, and read it so often in all.

        Parameters
        ----------
        ising : IsingModel
        n_reads : int
            Reads of the model: with C copies, a C-th of them of the device, rounded up.
        beta, chain_strength : float, optional
            In programmed units; by default those of the session, or, while it has no ``beta``, that
            of the solver's topology.
        seed : int
            Of the gauges, of the coins for ties, and of samplers that know a seed.

        Returns
        -------
        Reads

        Raises
        ------
        ValueError
            If the model does not fit on the graph, or not in the ranges of the device, or its
            chains have no strength.
        AnnealerError
            If the device or its client fails.
        """
        device, layout = self.device, self.layout(ising)
        if beta is None:
            beta = self.beta or device.starting_beta
        strength = self._strength(layout) if chain_strength is None else chain_strength
        counts = self._counts(layout, n_reads)
        programs = self._programs(ising, layout, len(counts), beta, strength, seed)
        jobs = [
            Job(p, n, subseed(seed, "device", k, bits=31))
            for k, (p, n) in enumerate(zip(programs, counts, strict=True))
        ]
        estimate = self._estimate(layout, counts)
        found = answers(device, jobs, self.annealer.sampler_options, self.annealer.timeout)
        return logical_reads(layout, found, generator(seed, "ties"), estimate)

    def access_time(self, model: RBM, n_samples: int) -> float | None:
        """Foretell the seconds of the device that so many reads take, by its own properties.

        Reads that are made again and a calibration come on top. Nothing is submitted.

        Returns
        -------
        float or None
            None for a sampler without such properties.
        """
        layout = self.layout(to_ising(model))
        return self._estimate(layout, self._counts(layout, n_samples))

    def _strength(self, layout: Layout) -> float:
        if layout.longest_chain == 1:
            return 0.0  # of no chain
        if self.chain_strength is None:
            raise ValueError(
                f"chain_strength: got none, but there are chains of {layout.longest_chain} qubits: "
                "give a number, or calibrate the session first"
            )
        return self.chain_strength

    def _counts(self, layout: Layout, n_reads: int) -> list[int]:
        """Reads of each programming."""
        n_device_reads = -(-n_reads // layout.n_copies)
        annealer = self.annealer
        most = self.device.most_reads(annealer.sampler_options)
        return split_reads(n_device_reads, annealer.n_gauges, most)

    def _estimate(self, layout: Layout, counts: list[int]) -> float | None:
        options = self.annealer.sampler_options
        return total(self.device.access_time(layout.n_qubits, n, options) for n in counts)

    def _programs(
        self,
        ising: IsingModel,
        layout: Layout,
        n_programs: int,
        beta: float,
        chain_strength: float,
        seed: int,
    ) -> list[Program]:
        """All of them in range, before the first is sent."""
        plain = self.annealer.n_gauges == 1
        programs = [
            program(layout, ising, beta, chain_strength, draw_gauge(layout, seed, k, plain))
            for k in range(n_programs)
        ]
        for p in programs:
            check_ranges(self.device, p, beta)
        return programs


def _given(value: float | str) -> float | None:
    """None for what is to be measured."""
    return None if isinstance(value, str) else float(value)
