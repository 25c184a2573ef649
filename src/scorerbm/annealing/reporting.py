"""What is said of samples: who drew them, at which temperature, and what broke."""

from __future__ import annotations

import math

from ..ising import IsingModel
from ..sample import AnnealReport
from .drawing import Chosen, error_groups
from .errors import AnnealerError
from .session import Session, Spent
from .temperature import FrozenReadsError, Temperature, pseudo_likelihood_beta

__all__ = ["report_of"]


def report_of(
    session: Session, ising: IsingModel, drawn: Chosen, spent: Spent, seed: int
) -> AnnealReport:
    """Measure samples before they are refined."""
    reads, device, layout = drawn.reads, session.device, session.layout(ising)
    found = _temperature(ising, drawn, seed)
    strength = session.chain_strength if layout.longest_chain > 1 else None
    n_gauges = 1 if session.annealer.n_gauges == 1 else reads.n_programmings
    return AnnealReport(
        beta=session.beta or device.starting_beta,
        effective_beta=found.beta,
        effective_beta_error=found.error,
        effective_beta_fields=found.beta_fields,
        effective_beta_fields_error=found.beta_fields_error,
        effective_beta_couplings=found.beta_couplings,
        effective_beta_couplings_error=found.beta_couplings_error,
        chain_strength=math.nan if strength is None else strength,
        broken_by_unit=reads.broken.mean(axis=0),
        broken_by_read=reads.broken.mean(axis=1),
        n_reads=len(reads),
        n_kept=len(drawn.kept),
        chain_breaks=drawn.method,
        n_programmings=reads.n_programmings,
        n_gauges=n_gauges,
        n_copies=layout.n_copies,
        n_qubits=layout.n_qubits,
        longest_chain=layout.longest_chain,
        access_time_estimate=reads.access_time_estimate,
        access_time=reads.access_time,
        problem_ids=reads.problem_ids,
        solver=device.name,
        graph_id=device.graph_id,
        topology=device.topology,
        calibration_reads=spent.n_reads,
        calibration_time=spent.access_time,
        refine_sweeps=session.annealer.refine_sweeps,
        seed=seed,
    )


def _temperature(ising: IsingModel, drawn: Chosen, seed: int) -> Temperature:
    """Of the samples; what cannot be measured is NaN, and frozen reads are infinitely cold."""
    unknown = math.nan
    groups = error_groups(drawn.reads.programming[drawn.kept])
    try:
        return pseudo_likelihood_beta(ising, drawn.spins, groups=groups, seed=seed)
    except FrozenReadsError:
        beta = math.inf
    except (AnnealerError, ValueError):  # one read, no preference for low energies, or no energies
        beta = unknown
    return Temperature(beta, unknown, unknown, unknown, unknown, unknown, len(drawn.spins))
