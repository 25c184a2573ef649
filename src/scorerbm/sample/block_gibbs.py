"""Block Gibbs sampling of the model itself."""

from __future__ import annotations

from dataclasses import dataclass

from .. import _check
from .._progress import progress_bar
from ..rbm import RBM, Chains
from ..rbm.chains import MOST_STEPS
from .base import Job, Sampler, SampleSet

__all__ = ["BlockGibbs"]

_WORK_AT_ONCE = 1 << 28  # weights visited between two looks at the keyboard and the progress bar


@dataclass(frozen=True)
class BlockGibbs(Sampler):
    """Independent chains of alternating draws h ~ p(h|v), v ~ p(v|h), one sample a chain.

    Parameters
    ----------
    n_sweeps : int
        Sweeps a chain, from a random start.
    n_threads : int, optional
        Threads of the native backend; all cores by default. Does not change the result.
    backend : {"auto", "native", "reference"}
        Where the work is done. Does not change the result.
    precision : {"auto", "int16", "int32"}
        Grid to which binary chains round the weights; see ``info["grid"]`` of the result. 16 bits
        are faster. ``"auto"`` takes them if no unit's log-odds is then wrong by more than 1/16 in
        any state of the other layer: trained weights with large sums get 32 bits.
    progress : bool or callable
        Show a progress bar.
    """

    n_sweeps: int = 100

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.integer("n_sweeps", self.n_sweeps, 1, MOST_STEPS)

    def _sample(self, job: Job) -> SampleSet:
        start = job.model.random_visible(job.ids, job.key("start"), job.backend)
        chains = Chains(start, job.ids, job.key("sweeps"), precision=job.precision)
        at_once = sweeps_at_once(job.model, len(chains))
        with progress_bar(self.progress, self.n_sweeps, "Gibbs sweeps") as update:
            while chains.sweep < self.n_sweeps:
                n = min(at_once, self.n_sweeps - chains.sweep)
                job.model.gibbs(chains, n, backend=job.backend, n_threads=job.n_threads)
                update(n)
        assert chains.hidden is not None
        return SampleSet(chains.visible, chains.hidden, {"n_sweeps": self.n_sweeps})


def sweeps_at_once(model: RBM, n_chains: int) -> int:
    """Sweeps that one uninterruptible call may make."""
    return max(1, _WORK_AT_ONCE // (2 * model.n_visible * model.n_hidden * n_chains))
