"""Training by contrastive divergence: the baseline."""

from __future__ import annotations

from dataclasses import dataclass

from .. import _check
from ..backends.protocol import Backend
from ..sample.base import Sampler
from .family import Family
from .gradients import (
    CDGradient,
    Gradient,
    PCDGradient,
    RealCDGradient,
    RealPCDGradient,
    RealSampledGradient,
    SampledGradient,
)
from .states import BinaryStates, RealStates, States
from .trainer import Trainer

__all__ = ["ContrastiveDivergence"]


@dataclass(frozen=True, kw_only=True)
class ContrastiveDivergence(Trainer):
    r"""Maximum likelihood with a negative phase of k Gibbs sweeps.

    .. math::

        -\nabla\ln p_\theta(v) = \partial_\theta F(v) - E_{v' \sim p_\theta}[\partial_\theta F(v')]

    Parameters
    ----------
    n_hidden : int
        M.
    visible : {"bernoulli", "gaussian"}
        Family of the visible units: bits, or real numbers, which are standardised and whose model
        is a `GaussianRBM`.
    sigma : float, optional
        Width of all real visible units given the hidden ones, in standard deviations of the data.
        By default each unit's is learned, by its logarithm.
    sigma_floor : float
        Least width that is learned, likewise. A unit that the hidden ones determine would else
        have a likelihood, and gradients, without bound.
    scale_floor : float
        Least scale by which a real unit is divided, in the units of the data: a unit that hardly
        varies is then not blown up to the variance of the others. 0, the default, takes each
        unit's standard deviation.
    n_sweeps : int
        k.
    persistent : bool
        Keep the chains between updates (PCD-k, Tieleman, ICML 2008) instead of restarting them
        at the data (CD-k, Hinton, Neural Computation 14, 2002).
    n_chains : int
        Number of persistent chains, or of samples of ``negative_phase``.
    negative_phase : Sampler, optional
        What draws the samples of the model anew at every update, in place of Gibbs chains of
        ``n_sweeps``, persistent or not: `ParallelTempering` for models that chains do not cross,
        `Exact` for small ones, or an `Annealer`, whose inverse temperature is then followed as the
        weights grow, and shown as ``beta`` in the history; see `Tracker`.
    n_epochs : int, optional
        Passes over the data; by default as many as make 8000 updates, and at least 25.
    batch_size : int
    centred : bool
        Whether the optimiser works on centred parameters; see `Centring`.
    optimizer : Adam or SGD
    callbacks : sequence of callables
        Called after every epoch with a `TrainingState`; return True to stop.
    monitor : {"auto", "always", "never"}
        ``"auto"`` follows the exact log-likelihood where it is quick to enumerate, else the
        pseudo-likelihood of the held-out rows, after epochs at least 20 updates apart;
        ``"always"`` the exact one after every epoch at any cost. Large models of real units are
        followed by the pseudo-likelihood in any case, and judged by annealing at the end.
    n_threads, backend
        Where the work is done; neither changes the result.
    progress : bool or callable
        Show a progress bar.
    """

    n_sweeps: int = 5
    persistent: bool = True
    n_chains: int = 100
    negative_phase: Sampler | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.integer("n_sweeps", self.n_sweeps, 1)
        _check.boolean("persistent", self.persistent)
        _check.integer("n_chains", self.n_chains, 1)
        if self.negative_phase is not None and not isinstance(self.negative_phase, Sampler):
            raise TypeError(f"negative_phase: got {self.negative_phase!r}, expected a Sampler")

    def _gradient(self, family: Family, states: States, seed: int, backend: Backend) -> Gradient:
        if isinstance(states, RealStates):
            return self._real_gradient(states, seed, backend)
        assert isinstance(states, BinaryStates)
        if self.negative_phase is not None:
            return SampledGradient(self.negative_phase, self.n_chains, seed, backend)
        if self.persistent:
            return PCDGradient(states, self.n_chains, self.n_sweeps, seed, backend)
        return CDGradient(self.n_sweeps, seed, backend)

    def _real_gradient(self, states: RealStates, seed: int, backend: Backend) -> Gradient:
        if self.negative_phase is not None:
            return RealSampledGradient(self.negative_phase, self.n_chains, seed, backend)
        if self.persistent:
            return RealPCDGradient(states, self.n_chains, self.n_sweeps, seed, backend)
        return RealCDGradient(self.n_sweeps, seed, backend)
