"""Tempered ladders of a model: well-mixed samples, and ln Z from all their rungs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scorerbm as sr
from scorerbm.backends import get_backend
from scorerbm.rbm.chains import chain_ids
from scorerbm.sample.bit_replicas import BitPath
from scorerbm.sample.replica_flow import ReplicaFlow
from scorerbm.sample.replicas import Streams

from .problems import Bits

__all__ = ["Tempered", "free_energy_difference", "temper"]

Reals = NDArray[np.float64]

_GROUPS = 8  # of ladders, left out in turn for the error


@dataclass(frozen=True)
class Tempered:
    """States at β = 1 at K times of L ladders, and energies on all R rungs."""

    visible: Bits
    """(K, L, N)"""
    energy: Reals
    """(K', L, R)"""
    betas: Reals
    log_z_start: float
    """ln Z at β = 0."""
    info: dict[str, Any]

    def log_z(self) -> tuple[float, float]:
        r"""ln Z and its standard error, by Bennett's acceptance ratio from rung to rung.

        It needs no path that is slow enough, only ladders that mix: replicas come back from
        β = 0 as long as they run. The error is a jackknife over groups of ladders.
        """
        total = self.log_z_start - self._sum(self.energy)
        n = self.energy.shape[1]
        groups = np.array_split(np.arange(n), min(_GROUPS, n))
        without = np.array([self._sum(np.delete(self.energy, g, axis=1)) for g in groups])
        spread = (len(groups) - 1) * without.var()
        return float(total), float(np.sqrt(spread))

    def _sum(self, energy: Reals) -> float:
        steps = np.diff(self.betas)
        rungs = [energy[:, :, k].ravel() for k in range(len(self.betas))]
        return sum(
            free_energy_difference(step * a, step * b)
            for step, a, b in zip(steps, rungs[:-1], rungs[1:], strict=True)
        )


def temper(
    model: sr.BernoulliRBM,
    *,
    n_ladders: int,
    n_sweeps: int,
    n_kept: int,
    start: Bits | None = None,
    seed: int = 0,
    say: Callable[[int], Any] = lambda _: None,
) -> Tempered:
    """Run ladders from fair coins to the model; the first half is not counted.

    Replicas start from fair coins, or those of each ladder from one of the states given.
    """
    betas = sr.tune_ladder(model, n_threads=1).betas
    path = BitPath.to(model, "uniform", "int32")
    streams = Streams(chain_ids(n_ladders), (seed, 1), get_backend("auto"), 1)
    if start is None:
        visible = path.start(len(betas), streams, (seed, 2))
    else:
        visible = np.repeat(start[np.arange(n_ladders) % len(start)], len(betas), axis=0)
    replicas = path.replicas(betas, visible, streams)
    flow, kept, energies = ReplicaFlow(replicas.slots), [], []
    half, every = n_sweeps // 2, max(1, n_sweeps // 2 // n_kept)
    replicas.follow(half, flow, say)
    for _ in range(half // every):
        trace = replicas.advance(every)
        energies.append(replicas.energies[-1])
        flow.add(trace)
        kept.append(replicas.on_rung(len(betas) - 1)[0])
        say(every)
    info = {"n_rungs": len(betas), "n_ladders": n_ladders, "n_sweeps": n_sweeps} | flow.summary()
    units = model.n_visible + model.n_hidden
    return Tempered(np.stack(kept), np.stack(energies), betas, units * float(np.log(2.0)), info)


def free_energy_difference(work: Reals, back: Reals) -> float:
    r"""f' - f of two distributions by Bennett's acceptance ratio.

    Parameters
    ----------
    work : array
        u' - u at samples of exp(-u).
    back : array
        u' - u at samples of exp(-u').

    References
    ----------
    Bennett, J. Comput. Phys. 22 (1976) 245.
    """
    shift = float(np.log(len(work) / len(back)))
    low, high = min(work.min(), back.min()) - 1.0, max(work.max(), back.max()) + 1.0
    low, high = low - abs(shift), high + abs(shift)
    for _ in range(60):
        middle = 0.5 * (low + high)
        excess = _fermi(shift + work - middle).sum() - _fermi(middle - shift - back).sum()
        low, high = (low, middle) if excess > 0.0 else (middle, high)
    return 0.5 * (low + high)


def _fermi(x: Reals) -> Reals:
    return 0.5 * (1.0 - np.tanh(0.5 * x))
