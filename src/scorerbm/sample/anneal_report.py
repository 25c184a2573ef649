"""What an annealer did for a set of samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..backends.protocol import Reals

__all__ = ["AnnealReport"]


@dataclass(frozen=True, eq=False)
class AnnealReport:
    r"""How samples of an annealer came about, and how far they can be trusted.

    Attributes
    ----------
    beta : float
        Inverse temperature of the device in programmed units, by which the problem was divided.
    effective_beta, effective_beta_error : float
        Inverse temperature of the samples in units of the model, by maximum pseudo-likelihood:
        1 is right. Infinite if every read is a local minimum of the energy; NaN where there are too
        few reads to say. Before ``refine_sweeps``.
    effective_beta_fields, effective_beta_fields_error : float
    effective_beta_couplings, effective_beta_couplings_error : float
        Likewise of a fit that scales fields and couplings apart. Far from each other, they tell of
        fields or couplings that the device adds of its own.
    chain_strength : float
        In programmed units; NaN if every chain is one qubit.
    broken_by_unit : array, (N+M,)
        Fraction of all reads in which the chain of a unit was broken, visible units first.
    broken_by_read : array, (R,)
        Fraction of the chains of a read that were broken.
    n_reads, n_kept : int
        Reads made, each copy counted, and those that became samples.
    chain_breaks : str
        "intact": only reads without a broken chain were kept; "majority": broken chains were
        decided by the majority of their qubits.
    n_programmings, n_gauges : int
        Problems sent, and how many gauges they had between them.
    n_copies : int
        Copies of the model side by side in one programming.
    n_qubits, longest_chain : int
    access_time_estimate, access_time : float or None
        Seconds of the device, foretold by the solver's own properties and as it charged them.
    calibration_reads : int
    calibration_time : float or None
        Reads and seconds of the device that were spent before, to calibrate it for these samples.
    problem_ids : tuple of str
    solver, graph_id, topology : str
    refine_sweeps : int
        Gibbs sweeps that followed on a processor: more than 0 makes the samples hybrid.
    seed : int
    """

    beta: float
    effective_beta: float
    effective_beta_error: float
    effective_beta_fields: float
    effective_beta_fields_error: float
    effective_beta_couplings: float
    effective_beta_couplings_error: float
    chain_strength: float
    broken_by_unit: Reals
    broken_by_read: Reals
    n_reads: int
    n_kept: int
    chain_breaks: str
    n_programmings: int
    n_gauges: int
    n_copies: int
    n_qubits: int
    longest_chain: int
    access_time_estimate: float | None
    access_time: float | None
    calibration_reads: int
    calibration_time: float | None
    problem_ids: tuple[str, ...]
    solver: str
    graph_id: str
    topology: str
    refine_sweeps: int
    seed: int

    @property
    def hybrid(self) -> bool:
        """Whether a processor had a hand in the samples."""
        return self.refine_sweeps > 0

    @property
    def estimated_beta(self) -> float:
        """Inverse temperature of the device in programmed units, as these reads tell."""
        return self.beta * self.effective_beta

    @property
    def estimated_beta_error(self) -> float:
        """Its standard error."""
        return self.beta * self.effective_beta_error

    @property
    def device_seconds(self) -> float | None:
        """Seconds of the device, calibration included, if it says."""
        if self.access_time is None or self.calibration_time is None:
            return None
        return self.access_time + self.calibration_time

    @property
    def broken_chains(self) -> float:
        """Fraction of all chains of all reads that were broken."""
        return float(self.broken_by_unit.mean())

    @property
    def broken_reads(self) -> float:
        """Fraction of reads with a broken chain."""
        return float((self.broken_by_read > 0.0).mean())

    def __str__(self) -> str:
        return "\n".join(f"{name:<24}{text}" for name, text in self._rows())

    def _rows(self) -> list[tuple[str, str]]:
        worst = int(np.argmax(self.broken_by_unit))
        graph = ", ".join(x for x in (self.topology, self.graph_id) if x) or "none"
        sweeps = f", then {self.refine_sweeps} Gibbs sweeps (hybrid)" if self.hybrid else ""
        return [
            ("solver", self.solver),
            ("graph", graph),
            ("qubits", f"{self.n_qubits}, chains up to {self.longest_chain}, "
             f"{_count(self.n_copies, 'copy', 'copies')}"),
            ("beta", f"{self.beta:.4g} (programmed units)"),
            ("estimated beta", _measured(self.estimated_beta, self.estimated_beta_error)),
            ("effective beta", _measured(self.effective_beta, self.effective_beta_error)
             + " (1 is right)"),
            ("  of fields", _measured(
                self.effective_beta_fields, self.effective_beta_fields_error)),
            ("  of couplings", _measured(
                self.effective_beta_couplings, self.effective_beta_couplings_error)),
            ("chain strength", "none" if np.isnan(self.chain_strength)
             else f"{self.chain_strength:.4g}"),
            ("broken chains", f"{self.broken_chains:.2%}, at most {self.broken_by_unit[worst]:.2%} "
             f"(unit {worst}); {self.broken_reads:.2%} of reads"),
            ("reads", f"{self.n_kept} kept of {self.n_reads} ({self.chain_breaks}){sweeps}"),
            ("programmings", f"{self.n_programmings}, gauges {self.n_gauges}"),
            ("access time", f"{_seconds(self.access_time)} (estimate "
             f"{_seconds(self.access_time_estimate)})"),
            ("calibration", f"{self.calibration_reads} reads, {_seconds(self.calibration_time)}"),
            ("problems", _shortened(self.problem_ids)),
            ("seed", str(self.seed)),
        ]  # fmt: skip


def _measured(value: float, error: float) -> str:
    return f"{value:.4g}" if np.isnan(error) else f"{value:.4g} ± {error:.2g}"


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _shortened(names: tuple[str, ...]) -> str:
    if len(names) < 3:
        return ", ".join(names) or "unnamed"
    return f"{names[0]} … {names[-1]} ({len(names)})"


def _seconds(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4g} s"
