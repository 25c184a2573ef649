"""Chains of bipartite problems: block Gibbs, plain and tempered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._seed import derive_key
from ..backends import Domain
from ..backends.protocol import Bits, Reals
from ..sample import ParallelTempering, tune_ladder
from .form import Chains, Reads, Values, Work
from .ladder import Ladder
from .schedule import Schedule

if TYPE_CHECKING:
    from .layered import Layered

__all__ = ["GibbsChains", "TemperedChains"]

_NOT_OF_READS = ("sampler", "seed", "first_chain", "backend", "seconds", "n_sweeps", "betas")


class GibbsChains(Chains):
    """Block Gibbs at the inverse temperatures of a schedule, one after the other.

    At β = 1 alone these are the chains of `scorerbm.BlockGibbs` with the layers exchanged.
    """

    def __init__(self, layered: Layered, schedule: Schedule, reads: Reads, work: Work) -> None:
        # The largest β is in the weights, whose grid is then made for it.
        largest = float(schedule.betas.max())
        self._layered, self._schedule, self._work = layered, schedule, work
        self._model, factor = layered.scaled(largest, schedule.least / (largest or 1.0))
        self._betas = factor * (schedule.betas / largest if largest > 0.0 else schedule.betas + 1)
        hotter = not (self._betas == 1.0).all()
        self._rbm = self._model.integers(work.precision, tempered=hotter)
        self.info = self._model.sampling_info(
            work.precision,
            reads.n,
            backend=work.backend,
            n_threads=work.n_threads,
            n_sweeps=max(1, schedule.sweeps),
            tempered=hotter,
        )
        for name in ("grid", "log_odds_error"):
            self.info[name] *= factor

    def draw(self, reads: Reads) -> Values:
        """Sweep all chains."""
        backend, key = self._work.backend, derive_key(reads.seed, "sweeps")
        visible, hidden = self._start(reads)
        for number, beta in enumerate(self._betas):
            if self._schedule.sweeps == 0:
                break
            visible, hidden, _ = backend.gibbs(
                self._rbm,
                visible,
                reads.ids,
                key,
                first_sweep=number * self._schedule.sweeps,
                n_sweeps=self._schedule.sweeps,
                beta=np.full(reads.n, beta),
                mean=False,
                n_threads=self._work.n_threads,
            )
        return self._layered.values(visible, hidden)

    def _start(self, reads: Reads) -> tuple[Bits, Bits]:
        """Both layers, the hidden one in case that there are no sweeps, which would draw it."""
        if reads.start is not None:
            return self._layered.split(reads.start)
        backend, key = self._work.backend, derive_key(reads.seed, "start")
        visible = self._model.random_visible(reads.ids, key, backend)
        if self._schedule.sweeps:
            return visible, np.empty((reads.n, 0), np.uint8)
        coins = np.full((reads.n, self._model.n_hidden), 0.5)
        return visible, backend.bernoulli(coins, reads.ids, key, step=0, domain=Domain.HIDDEN)


class TemperedChains(Chains):
    """Parallel tempering as `scorerbm.ParallelTempering` does it, a ladder for each read."""

    def __init__(self, layered: Layered, ladder: Ladder, reads: Reads, work: Work) -> None:
        self._layered = layered
        self._model, factor = layered.scaled(ladder.beta)
        if factor != 1.0:
            raise ValueError(
                "bqm: sums of biases at the last beta are beyond what replicas are tempered with; "
                "GibbsSampler takes them"
            )
        self._options: dict[str, Any] = {
            "backend": work.backend.name,
            "n_threads": work.n_threads or None,
            "precision": work.precision,
        }
        rungs = self._rungs(ladder, reads.seed)
        self._sampler = ParallelTempering(
            ladder.n_sweeps, rungs, swap_every=ladder.swap_every, **self._options
        )
        self.info = {"betas": [ladder.beta * x for x in rungs.tolist()]}

    def _rungs(self, ladder: Ladder, seed: int) -> Reals:
        known = ladder.known()
        if known is not None:
            return known
        n = ladder.n_replicas
        return tune_ladder(self._model, n_replicas=n, seed=seed, **self._options).betas

    def draw(self, reads: Reads) -> Values:
        """Run the ladders."""
        start = None if reads.start is None else self._layered.split(reads.start)[0]
        samples = self._sampler.sample(
            self._model, reads.n, seed=reads.seed, first_chain=reads.first, init=start
        )
        self.info |= {k: v for k, v in samples.info.items() if k not in _NOT_OF_READS}
        return self._layered.values(samples.visible, samples.hidden)
