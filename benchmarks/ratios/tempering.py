"""What parallel tempering costs beside as many plain chains."""

from __future__ import annotations

from typing import Any

import numpy as np

import scorerbm as sr

from .sweeps import Size, problem
from .timing import Work, clock_of, fastest_ratio, interleave, median_ratio

__all__ = ["N_REPLICAS", "available", "compare_tempering"]

N_REPLICAS = 16


def available() -> bool:
    """Whether this version has parallel tempering."""
    return hasattr(sr, "ParallelTempering")


def compare_tempering(size: Size, n_threads: int, rounds: int, budget: float) -> dict[str, Any]:
    """Ladders of 16 replicas against plain chains: C replicas in all, the same sweeps.

    Both start from random bits in each call, so that a call's own cost counts alike.
    """
    model = sr.BernoulliRBM(*problem(size, n_threads)[:3])
    betas = np.linspace(0.1, 1.0, N_REPLICAS)
    n_ladders = size.n_chains // N_REPLICAS

    def tempered(n_sweeps: int) -> None:
        sampler = sr.ParallelTempering(n_sweeps=n_sweeps, betas=betas, n_threads=n_threads)
        sampler.sample(model, n_ladders)

    def plain(n_sweeps: int) -> None:
        sampler = sr.BlockGibbs(n_sweeps=n_sweeps, n_threads=n_threads)
        sampler.sample(model, n_ladders * N_REPLICAS)

    # No fewer than 20 sweeps, beside which the start counts little.
    work = {"tempered": Work(tempered, 20), "plain": Work(plain, 20)}
    times = interleave(work, rounds, budget, clock_of(n_threads))
    return {
        "size": list(size),
        "n_ladders": n_ladders,
        "seconds_per_sweep": {name: float(np.nanmedian(times[name])) for name in times},
        "ratio": median_ratio(times["tempered"], times["plain"]),
        "ratio_of_fastest": fastest_ratio(times["tempered"], times["plain"]),
    }
