"""Samplers whose samples are the states of Markov chains, one a chain."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from .._progress import Update, progress_bar
from ..rbm import RBM, Chains
from ..rbm.chains import MOST_STEPS
from .base import Job, Sampler, SampleSet
from .clamping import clamped, states
from .collecting import Collector, Extent, Out, collector

__all__ = ["ChainSampler", "Move", "sweeps_at_once"]

Move = Callable[[Chains, int], object]
"""Makes so many sweeps of chains, in place."""

_WORK_AT_ONCE = 1 << 33  # weights visited between two updates of the progress bar


@dataclass(frozen=True)
class ChainSampler(Sampler):
    """Independent chains, which can be held, looked at on the way, and taken up again.

    Subclasses say what moves a chain; `BlockGibbs` documents the options.
    """

    description: ClassVar[str]
    """What is counted, as the progress bar says it."""

    n_sweeps: int = 100
    collect_every: int | None = field(default=None, kw_only=True)
    burn_in: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.integer("n_sweeps", self.n_sweeps, 1, MOST_STEPS)
        if self.collect_every is not None:
            _check.integer("collect_every", self.collect_every, 1)
        if _check.integer("burn_in", self.burn_in) > 0 and self.collect_every is None:
            raise ValueError(f"burn_in: got {self.burn_in}, expected 0 without collect_every")

    def sample(
        self,
        model: RBM,
        n_samples: int,
        *,
        seed: int | None = None,
        first_chain: int | None = None,
        clamp: ArrayLike | None = None,
        init: SampleSet | ArrayLike | None = None,
        out: Out | None = None,
        packed: bool = False,
    ) -> SampleSet:
        """Run the chains, and return their states after the last sweep.

        Parameters
        ----------
        model : RBM
        n_samples : int
            Number of chains.
        seed : int, optional
            The same seed gives the same samples. By default 0, or that of ``init``.
        first_chain : int, optional
            Number of the first chain. Samples depend on the seed and on their chain's number
            only, so the chains 0 … 999 may be drawn in one call or in several. By default 0, or
            that of ``init``.
        clamp : array_like, (N,) or (n_samples, N), optional
            States that visible units are held at, in every chain or in each: 0 and 1, or numbers
            for real units, and NaN (or masked, in a masked array) for units that are free. The
            samples are then those of p(v_free, h | v_clamped).
        init : SampleSet or array_like, (n_samples, N) or (N,), optional
            Where the chains start, before clamped units take their states. Chains of a sample set
            go on: ``info["sweep"]`` counts their sweeps from the first call on, and with the same
            seed, model and clamp, 50 sweeps and 50 more give the bits that 100 sweeps do. An
            array starts new chains at sweep 0. If it was drawn with this seed, take another: the
            same random numbers would come again.
        out : path or callable, optional
            Where states kept by ``collect_every`` go, if not into memory. A name that ends in
            ``.npy``: visible states as an array (K, n_samples, N), which ``draws`` of the result
            then maps read-only. The file appears when it is complete; whatever ends the call
            before, Ctrl-C included, leaves a former file as it was. A function: it is called
            with the number of sweeps made and the states (n_samples, N) and (n_samples, M) after
            each kept sweep, and nothing is kept.
        packed : bool
            Write a bit for each unit into the file, (K, n_samples, ⌈N/8⌉): that of unit i is bit
            i mod 8, counted from the lowest, of byte ⌊i/8⌋, as by
            ``numpy.packbits(v, axis=-1, bitorder="little")``.

        Returns
        -------
        SampleSet
            ``visible`` and ``hidden`` after the last sweep; ``draws``, of K states of each chain,
            if there are any to look at; ``info["sweep"]``, the sweeps made since the start.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described, or no sweep of this call is one to keep.
        MemoryError
            If the states to keep need more memory than the machine has.
        OSError
            If the file cannot be written, or the disk has no room for it.
        """
        former = init.info if isinstance(init, SampleSet) else {}
        packed = _check.boolean("packed", packed)
        given = {"init": init, "clamp": clamp, "out": out, "packed": packed or None}
        options: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
        return self._run(
            model,
            n_samples,
            former.get("seed", 0) if seed is None else seed,
            former.get("first_chain", 0) if first_chain is None else first_chain,
            lambda job: self._sample(job, **options),
        )

    @abstractmethod
    def _mover(self, job: Job) -> Move:
        """Return what sweeps chains of the job's model.

        Raises
        ------
        TypeError, ValueError
            If the model is not one that these chains can sample.
        """

    def _sweeps_a_call(self, job: Job) -> int:
        return min(self.n_sweeps, sweeps_at_once(job.model, len(job)))

    def _sample(
        self,
        job: Job,
        *,
        init: SampleSet | ArrayLike | None = None,
        clamp: ArrayLike | None = None,
        out: Out | None = None,
        packed: bool = False,
    ) -> SampleSet:
        move = self._mover(job)
        chains, info = _start(job, init, clamp)
        if chains.sweep > MOST_STEPS - self.n_sweeps:
            raise ValueError(
                f"n_sweeps: got {self.n_sweeps}, expected at most {MOST_STEPS - chains.sweep} "
                f"after the {chains.sweep} sweeps of init"
            )
        end = chains.sweep + self.n_sweeps
        keeping = self._collector(job, chains, out, packed)
        run = partial(_advance, move, sweeps_at_once(job.model, len(chains)), chains)
        with progress_bar(self.progress, self.n_sweeps, self.description) as update:
            if keeping is not None:
                with keeping:
                    for sweep in keeping.extent.sweeps:
                        run(sweep, update)
                        assert chains.hidden is not None
                        keeping.add(sweep, chains.visible, chains.hidden)
                    run(end, update)
            else:
                run(end, update)
        assert chains.hidden is not None
        info |= {"n_sweeps": self.n_sweeps, "sweep": end}
        draws = None
        if keeping is not None:
            info |= {"n_draws": len(keeping.extent.sweeps)}
            draws = keeping.draws()
        return SampleSet(chains.visible, chains.hidden, info, draws=draws)

    def _collector(
        self, job: Job, chains: Chains, out: Out | None, packed: bool
    ) -> Collector | None:
        """What takes the states of the sweeps to keep, if any are to be kept."""
        every = self.collect_every
        if every is None:
            for name, value in {"out": out, "packed": packed or None}.items():
                if value is not None:
                    raise ValueError(f"{name}: got {value!r}, expected none without collect_every")
            return None
        made = max(0, chains.sweep - self.burn_in)
        first, last = self.burn_in + (made // every + 1) * every, chains.sweep + self.n_sweeps
        if first > last:
            raise ValueError(
                f"collect_every: got {every}, but the next sweep to keep is number {first} and "
                f"the last of n_sweeps={self.n_sweeps} is number {last}"
            )
        visible, model = chains.visible, job.model
        sizes = len(job), model.n_visible, model.n_hidden
        return collector(out, packed, Extent(range(first, last + 1, every), *sizes, visible.dtype))


def _start(
    job: Job, init: SampleSet | ArrayLike | None, clamp: ArrayLike | None
) -> tuple[Chains, dict[str, Any]]:
    """Return the chains as they start, and what is to be said of them."""
    n, sweep = len(job), 0
    visible: NDArray[Any]
    if init is None:
        visible = job.model.random_visible(job.ids, job.key("start"), job.backend)
    else:
        if isinstance(init, SampleSet):
            sweep = _check.integer("init.info['sweep']", init.info.get("sweep", 0), 0, MOST_STEPS)
            init = init.visible
        visible = states("init", init, job.model, n)
    chains = Chains(visible, job.ids, job.key("sweeps"), sweep, precision=job.precision)
    if clamp is None:
        return chains, {}
    values, held = clamped(clamp, job.model, n)
    chains.visible = np.where(held, values, visible)
    if held.any():
        chains.frozen = held.astype(np.uint8)
    return chains, {"n_clamped": int(np.broadcast_to(held, visible.shape).sum())}


def _advance(move: Move, at_once: int, chains: Chains, sweep: int, update: Update) -> None:
    """Sweep until so many sweeps are made."""
    while chains.sweep < sweep:
        n = min(at_once, sweep - chains.sweep)
        move(chains, n)
        update(n)


def sweeps_at_once(model: RBM, n_chains: int) -> int:
    """Sweeps between two updates of the progress bar."""
    return max(1, _WORK_AT_ONCE // (2 * model.n_visible * model.n_hidden * n_chains))
