"""The model's own gradient as the score, taken literally."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import _check
from ..backends.protocol import Domain, ForceEstimator, Reals
from ..gumbel import expectation_table, relaxed_bernoulli
from ..rbm import RBM
from ..rbm.chains import MOST_DRAWS
from .base import Denoiser, Particles, PosteriorMean
from .dense import DenseMean

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
        Noises averaged, unless the table is used.
    expectation : {"table", "monte_carlo", "antithetic"}
        How E_u is taken. The score is linear in the hidden units, so that their expectation, a
        function of log-odds and τ alone, gives the score itself: ``"table"`` has no noise.
        ``"monte_carlo"`` averages independent noises, ``"antithetic"`` pairs L, -L.

    Notes
    -----
    To stand behind the one interface it returns the D(v_t) whose Tweedie score is s,
    D = (v_t + σ² s)/α.
    """

    tau: float = 0.1
    n_noises: int = 8
    expectation: str = "table"

    def __post_init__(self) -> None:
        _check.number("tau", self.tau, minimum=1e-6)
        _check.integer("n_noises", self.n_noises, 1, MOST_DRAWS)
        _check.choice("expectation", self.expectation, ("table", "monte_carlo", "antithetic"))

    def bind(self, model: RBM, particles: Particles) -> PosteriorMean:
        """Set to work; nothing is kept between calls."""
        return _LiteralMean(model, particles, self)


class _LiteralMean(DenseMean):
    def __init__(self, model: RBM, particles: Particles, options: LiteralScore) -> None:
        self._table = expectation_table(options.tau) if options.expectation == "table" else None
        antithetic = options.expectation == "antithetic"
        estimator = ForceEstimator(options.tau, options.n_noises, antithetic, self._table)
        super().__init__(model, particles, estimator, options.n_noises if not self._table else 1)
        self._options, self._antithetic = options, antithetic

    def _plain_mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        score = self.model.visible_force(v_t, self._hidden(self.model.hidden_log_odds(v_t)))
        return (v_t + sigma * sigma * score) / alpha

    def _hidden(self, log_odds: Reals) -> Reals:
        p, tau = self.particles, self._options.tau
        if self._table is not None:
            return p.backend.expectation(log_odds.astype(np.float32), self._table).astype(
                np.float64
            )
        total = 0.0 * log_odds
        for noise in range(self._options.n_noises):
            number = noise >> 1 if self._antithetic else noise
            logistic = p.backend.logistic(
                p.ids, self.model.n_hidden, p.key, step=self.n_calls,
                domain=Domain.LOGISTIC_HIDDEN | number << 8,
            )  # fmt: skip
            sign = -1.0 if self._antithetic and noise & 1 else 1.0
            total = total + relaxed_bernoulli(log_odds, sign * logistic, tau, p.backend)
        return total / self._options.n_noises
