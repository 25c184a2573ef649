"""Samplers by their names on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..annealing import Annealer
from ..denoise import GibbsDenoiser
from ..evaluate.annealers import simulated_device
from ..sample import (
    BlockGibbs,
    Exact,
    GibbsLangevin,
    ParallelTempering,
    ProbabilityFlow,
    ReverseSDE,
)
from ..sample.base import Sampler

__all__ = ["SAMPLERS", "Kind"]


class Kind(NamedTuple):
    """A sampler on the command line."""

    build: Callable[..., Sampler]
    options: frozenset[str]
    binary: bool = False
    """Whether visible units must be."""
    real: bool = False
    """Likewise."""


def _sde(sweeps: int | None = None, **options: Any) -> Sampler:
    return ReverseSDE(denoiser=GibbsDenoiser(n_sweeps=sweeps or 1), **options)


def _ode(sweeps: int | None = None, **options: Any) -> Sampler:
    return ProbabilityFlow(denoiser=GibbsDenoiser(n_sweeps=sweeps or 1), **options)


def _gibbs(sweeps: int | None = None, **options: Any) -> Sampler:
    return BlockGibbs(n_sweeps=sweeps or 100, **options)


def _langevin(sweeps: int | None = None, **options: Any) -> Sampler:
    return GibbsLangevin(n_sweeps=sweeps or 100, preconditioned=True, **options)


def _tempering(sweeps: int | None = None, **options: Any) -> Sampler:
    return ParallelTempering(n_sweeps=sweeps or 1000, **options)


def _qpu(annealing_time: float | None = None, **options: Any) -> Sampler:
    times = {} if annealing_time is None else {"annealing_time": annealing_time}
    return Annealer(sampler_options=times, **options)


def _simulated_qpu(**options: Any) -> Sampler:
    return _qpu(sampler=simulated_device(control_errors=True), **options)


_OF_ANNEALERS = frozenset(
    {
        "--beta", "--chain-strength", "--gauges", "--copies", "--chain-breaks", "--refine-sweeps",
        "--annealing-time",
    }
)  # fmt: skip

_OF_CHAINS = frozenset({"--sweeps", "--init", "--clamp", "--collect-every", "--burn-in"})

SAMPLERS = {
    "gibbs": Kind(_gibbs, _OF_CHAINS),
    "gibbs-langevin": Kind(_langevin, _OF_CHAINS | {"--steps", "--step-size"}, real=True),
    "tempering": Kind(
        _tempering,
        frozenset(
            {"--sweeps", "--replicas", "--reference", "--swap-every", "--per-ladder", "--thin"}
        ),
    ),
    "sde": Kind(_sde, frozenset({"--steps", "--sweeps"})),
    "ode": Kind(_ode, frozenset({"--steps", "--sweeps"})),
    "exact": Kind(Exact, frozenset()),
    "qpu": Kind(_qpu, _OF_ANNEALERS | {"--solver", "--profile"}, binary=True),
    "simulated-qpu": Kind(_simulated_qpu, _OF_ANNEALERS, binary=True),
}
