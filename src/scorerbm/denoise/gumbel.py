"""Posterior mean by relaxed sweeps: the Gumbel trick."""

from __future__ import annotations

from dataclasses import dataclass

from .. import _check
from ..backends.protocol import Domain, Reals, RelaxedSweeps
from ..gumbel import relaxed_bernoulli
from ..rbm import RBM
from ..rbm.chains import MOST_DRAWS
from .base import Denoiser, Particles, PosteriorMean
from .dense import DenseMean

__all__ = ["GumbelDenoiser"]


@dataclass(frozen=True)
class GumbelDenoiser(Denoiser):
    r"""k Gibbs sweeps with relaxed units, averaged over S noises.

    Each unit is :math:`\sigma((\ell + \sigma^{-1}(u))/\tau)` with log-odds ℓ and uniform u, which
    is differentiable in the parameters and tends to a Gibbs sweep as τ → 0.

    Parameters
    ----------
    tau : float
        Temperature τ > 0.
    n_sweeps : int
        k.
    n_noises : int
        S, the noises averaged.
    expectation : {"monte_carlo", "antithetic"}
        How they are drawn: independently, or in pairs L, -L for all units and sweeps of a chain.
        Both estimate the same mean without bias, as logistic noise is symmetric; pairs do so with
        less variance where the mean is near linear in the noise. Binary visible units only.

    Notes
    -----
    No table takes the average over noises: the last hidden units' expectation is known, but their
    mean enters the visible units' σ, which is not linear, and earlier sweeps' noise is their input.
    """

    tau: float = 0.1
    n_sweeps: int = 3
    n_noises: int = 8
    expectation: str = "monte_carlo"

    def __post_init__(self) -> None:
        _check.number("tau", self.tau, minimum=1e-6)
        _check.integer("n_sweeps", self.n_sweeps, 1)
        _check.integer("n_noises", self.n_noises, 1, MOST_DRAWS)
        _check.choice("expectation", self.expectation, ("monte_carlo", "antithetic"))

    def bind(self, model: RBM, particles: Particles) -> PosteriorMean:
        """Set to work; nothing is kept between calls."""
        return _GumbelMean(model, particles, self)


class _GumbelMean(DenseMean):
    def __init__(self, model: RBM, particles: Particles, options: GumbelDenoiser) -> None:
        k, s, antithetic = options.n_sweeps, options.n_noises, options.expectation == "antithetic"
        super().__init__(model, particles, RelaxedSweeps(k, s, options.tau, antithetic), k * s)
        self._options = options
        if antithetic and self._dense is None:
            raise ValueError("expectation: got 'antithetic', which binary visible units only have")

    def _plain_mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        posterior = self.model.tilt(v_t, alpha, sigma)
        start = self.model.posterior_start(v_t, alpha, sigma)
        total = self._relaxed_mean(posterior, start, 0)
        for noise in range(1, self._options.n_noises):
            total = total + self._relaxed_mean(posterior, start, noise)
        return total / self._options.n_noises

    def _relaxed_mean(self, posterior: RBM, v: Reals, noise: int) -> Reals:
        p, tau, k = self.particles, self._options.tau, self._options.n_sweeps
        for sweep in range(k):
            step = self.n_calls * k + sweep
            logistic = p.backend.logistic(
                p.ids, posterior.n_hidden, p.key, step=step,
                domain=Domain.LOGISTIC_HIDDEN | noise << 8,
            )  # fmt: skip
            h = relaxed_bernoulli(posterior.hidden_log_odds(v), logistic, tau, p.backend)
            if sweep < k - 1:
                v = posterior.relax_visible(
                    h, tau, p.ids, p.key, step=step, noise=noise, backend=p.backend
                )
        return posterior.visible_mean(h)
