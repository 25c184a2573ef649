"""Training by denoising score matching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from .. import _check
from ..backends.protocol import Backend, Reals
from ..gumbel import Annealing, GeometricAnnealing
from ..schedule import LinearSchedule, Schedule
from .family import Family
from .gradients import (
    CovarianceGradient,
    Gradient,
    LiteralGradient,
    Observer,
    PathwiseGradient,
    RealCovarianceGradient,
    RealLiteralGradient,
    RealPathwiseGradient,
    RealRecoveryGradient,
    RecoveryGradient,
)
from .states import BinaryStates, RealStates, States
from .trainer import Trainer

__all__ = ["ScoreMatching"]


@dataclass(frozen=True, kw_only=True)
class ScoreMatching(Trainer):
    r"""Fit the score of the noised model to that of the noised data.

    .. math:: L(\theta) = E_{t, v_0, v_t}\,\lambda(t)\,\|s_\theta(v_t, t) - \nabla\ln p(v_t|v_0)\|^2

    With the likelihood weighting this is :math:`\tfrac12\int\|D_\theta - v_0\|^2 d\gamma` over
    signal-to-noise ratios γ, D the posterior mean.

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
    gradient : {"recovery", "gumbel", "covariance", "mean_field", "literal"}
        ``"recovery"`` contrasts the data with posterior samples given one noisy observation each,
        from chains kept between visits. ``"gumbel"`` differentiates through relaxed sweeps,
        ``"mean_field"`` through mean-field ones, ``"covariance"`` uses posterior covariances.
        ``"literal"`` takes the model's own gradient for the score at every noise level, which
        cannot learn and is kept for comparison.
    recovery_snr : float
        γ₀ of the recovery gradient: it integrates over all γ above.
    snr : (float, float)
        Window of γ of the other gradients, sampled uniformly: the likelihood weighting.
    weighting : callable, optional
        λ(t) instead, for t uniform under `schedule`; takes and returns arrays.
    schedule : Schedule
        Used with `weighting`.
    n_sweeps : int, optional
        Posterior sweeps an update: 5 for recovery and mean field, 3 for gumbel, 10 for
        covariance.
    n_noises : int
        S, the noises (gumbel, literal) or posterior samples (covariance, at least 4) a row.
    annealing : Annealing
        Relaxation temperature τ over the training (gumbel, literal).
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

    References
    ----------
    Vincent, "A connection between score matching and denoising autoencoders", Neural
    Computation 23 (2011); Gao et al., "Learning energy-based models by diffusion recovery
    likelihood", arXiv 2012.08125.
    """

    gradient: str = "recovery"
    recovery_snr: float = 1.0
    snr: tuple[float, float] = (2.0, 12.0)
    weighting: Callable[[Reals], Reals] | None = None
    schedule: Schedule = LinearSchedule()
    n_sweeps: int | None = None
    n_noises: int = 8
    annealing: Annealing = GeometricAnnealing(1.0, 0.1)

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.choice("gradient", self.gradient, _GRADIENTS)
        _check.number("recovery_snr", self.recovery_snr, above=0.0, maximum=1e9)
        try:
            low, high = self.snr
        except (TypeError, ValueError):
            raise TypeError(f"snr: got {self.snr!r}, expected a pair (low, high)") from None
        low = _check.number("snr", low, above=0.0)
        _check.number("snr", high, above=low)
        if self.weighting is not None and not callable(self.weighting):
            raise TypeError(f"weighting: got {self.weighting!r}, expected a callable λ(t)")
        if not isinstance(self.schedule, Schedule):
            raise TypeError(f"schedule: got {self.schedule!r}, expected a Schedule")
        if self.n_sweeps is not None:
            _check.integer("n_sweeps", self.n_sweeps, 1)
        _check.integer("n_noises", self.n_noises, 4 if self.gradient == "covariance" else 1)
        if not isinstance(self.annealing, Annealing):
            raise TypeError(f"annealing: got {self.annealing!r}, expected an Annealing")

    def _gradient(self, family: Family, states: States, seed: int, backend: Backend) -> Gradient:
        return _GRADIENTS[self.gradient].build(self, states, seed, backend)

    def settings(self) -> dict[str, Any]:
        """Hyperparameters that the gradient looks at, the default number of sweeps by its value."""
        settings = {**super().settings(), "n_sweeps": self._sweeps()}
        ignored = _SPECIAL - _GRADIENTS[self.gradient].options
        if "weighting" not in ignored:
            ignored |= {"weighting", "schedule"} if self.weighting is None else {"snr"}
        return {name: x for name, x in settings.items() if name not in ignored}

    def _sweeps(self) -> int:
        return self.n_sweeps or _GRADIENTS[self.gradient].n_sweeps

    def _observer(self, seed: int, backend: Backend) -> Observer:
        return Observer(self.snr, self.weighting, self.schedule, seed, backend)

    def _recovery(self, states: States, seed: int, backend: Backend) -> Gradient:
        options = self.recovery_snr, self._sweeps(), seed, backend
        if isinstance(states, RealStates):
            return RealRecoveryGradient(states, *options)
        assert isinstance(states, BinaryStates)
        return RecoveryGradient(states, *options)

    def _gumbel(self, states: States, seed: int, backend: Backend) -> Gradient:
        return self._pathwise(states, self.n_noises, self.annealing, seed, backend)

    def _mean_field(self, states: States, seed: int, backend: Backend) -> Gradient:
        return self._pathwise(states, 0, None, seed, backend)

    def _pathwise(
        self,
        states: States,
        n_noises: int,
        annealing: Annealing | None,
        seed: int,
        backend: Backend,
    ) -> Gradient:
        kind = RealPathwiseGradient if isinstance(states, RealStates) else PathwiseGradient
        observer = self._observer(seed, backend)
        return kind(observer, self._sweeps(), n_noises, annealing, seed, backend)

    def _covariance(self, states: States, seed: int, backend: Backend) -> Gradient:
        kind = RealCovarianceGradient if isinstance(states, RealStates) else CovarianceGradient
        observer = self._observer(seed, backend)
        return kind(observer, self.n_noises, self._sweeps(), seed, backend)

    def _literal(self, states: States, seed: int, backend: Backend) -> Gradient:
        kind = RealLiteralGradient if isinstance(states, RealStates) else LiteralGradient
        observer = self._observer(seed, backend)
        return kind(observer, self.n_noises, self.annealing, seed, backend)


class _Method(NamedTuple):
    build: Callable[[ScoreMatching, States, int, Backend], Gradient]
    n_sweeps: int
    """By default."""
    options: frozenset[str]
    """Those of the trainer's that not every gradient looks at."""


_WINDOW = frozenset({"snr", "weighting", "schedule"})

_GRADIENTS = {
    "recovery": _Method(ScoreMatching._recovery, 5, frozenset({"n_sweeps", "recovery_snr"})),
    "gumbel": _Method(ScoreMatching._gumbel, 3, _WINDOW | {"n_sweeps", "n_noises", "annealing"}),
    "covariance": _Method(ScoreMatching._covariance, 10, _WINDOW | {"n_sweeps", "n_noises"}),
    "mean_field": _Method(ScoreMatching._mean_field, 5, _WINDOW | {"n_sweeps"}),
    "literal": _Method(ScoreMatching._literal, 1, _WINDOW | {"n_noises", "annealing"}),
}
_SPECIAL = frozenset().union(*(method.options for method in _GRADIENTS.values()))

OPTIONS = {name: method.options for name, method in _GRADIENTS.items()}
"""Gradient → the options of `ScoreMatching` that it looks at and others do not."""
