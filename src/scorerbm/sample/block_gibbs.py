"""Block Gibbs sampling of the model itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..rbm import Chains
from .base import Job
from .chain_sampler import ChainSampler, Move

__all__ = ["BlockGibbs"]


@dataclass(frozen=True)
class BlockGibbs(ChainSampler):
    """Independent chains of alternating draws h ~ p(h|v), v ~ p(v|h), one sample a chain.

    Parameters
    ----------
    n_sweeps : int
        Sweeps a chain, from a random start or from where ``init`` of `sample` left it.
    collect_every : int, optional
        Keep the chains' states after every so many sweeps in ``draws`` of the result, or send
        them where ``out`` of `sample` says. What is kept does not change what is drawn.
    burn_in : int
        Keep none of a chain's first sweeps: those kept are burn_in + collect_every, burn_in +
        2 collect_every, …, counted from the chain's start, also where it is run in several calls.
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

    description: ClassVar[str] = "Gibbs sweeps"

    def _mover(self, job: Job) -> Move:
        def move(chains: Chains, n_sweeps: int) -> None:
            job.model.gibbs(chains, n_sweeps, backend=job.backend, n_threads=job.n_threads)

        return move
