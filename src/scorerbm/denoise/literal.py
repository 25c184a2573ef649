"""The model's own gradient as the score, taken literally."""

from __future__ import annotations

from dataclasses import dataclass

from .. import _check
from ..backends.protocol import Domain, Reals
from ..gumbel import relaxed_bernoulli
from ..rbm import RBM
from ..rbm.chains import MOST_DRAWS
from .base import Denoiser, Particles, PosteriorMean

__all__ = ["LiteralScore"]


@dataclass(frozen=True)
class LiteralScore(Denoiser):
    r"""The RBM's own gradient taken as the score at every t:
    :math:`s(v) = E_u[W\,\sigma((W^\top v + c + \sigma^{-1}(u))/\tau)] + b`.

    Kept for comparison. ln p(v) is convex in a real v and has no normalisable extension to R^N,
    while the score of noised data is a contraction at large noise, so this cannot learn: expect
    likelihoods below those of the uniform distribution.

    Parameters
    ----------
    tau : float
        Temperature τ > 0 of the relaxed hidden units.
    n_noises : int
        Noises averaged.

    Notes
    -----
    To stand behind the one interface it returns the D(v_t) whose Tweedie score is s,
    D = (v_t + σ² s)/α.
    """

    tau: float = 0.1
    n_noises: int = 8

    def __post_init__(self) -> None:
        _check.number("tau", self.tau, above=0.0)
        _check.integer("n_noises", self.n_noises, 1, MOST_DRAWS)

    def bind(self, model: RBM, particles: Particles) -> PosteriorMean:
        """Set to work; nothing is kept between calls."""
        return _LiteralMean(model, particles, self)


class _LiteralMean(PosteriorMean):
    def __init__(self, model: RBM, particles: Particles, options: LiteralScore) -> None:
        super().__init__(model, particles)
        self._options = options

    def mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        p, model = self.particles, self.model
        log_odds = model.hidden_log_odds(v_t)
        total = 0.0 * log_odds
        for noise in range(self._options.n_noises):
            logistic = p.backend.logistic(
                p.ids, model.n_hidden, p.key, step=self.n_calls,
                domain=Domain.LOGISTIC_HIDDEN | noise << 8,
            )  # fmt: skip
            total = total + relaxed_bernoulli(log_odds, logistic, self._options.tau, p.backend)
        self.n_sweeps += self._options.n_noises
        score = model.visible_force(v_t, total / self._options.n_noises)
        return (v_t + sigma * sigma * score) / alpha
