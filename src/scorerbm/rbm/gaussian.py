"""The Gaussian–Bernoulli RBM: real visible and binary hidden units."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends import at_work, in_use, product
from ..backends.protocol import Backend, Domain, Key, Reals, Words
from .arrays import amplitudes, check_same_rows
from .chains import Chains
from .gaussian_parameters import GaussianParameters
from .quadratic import quadratic_values
from .real_chains import RealConditionals, advance, sampling_precision

__all__ = ["GaussianRBM"]


class GaussianRBM(GaussianParameters):
    r"""A restricted Boltzmann machine over :math:`v \in \mathbb{R}^N`, :math:`h \in \{0,1\}^M`.

    .. math::

        E(v, h) = \sum_i \frac{(v_i - b_i)^2}{2\sigma_i^2}
        - \sum_{ij} \frac{v_i}{\sigma_i^2} W_{ij} h_j - c^\top h,
        \qquad p(v, h) = e^{-E(v, h)}/Z

    so that :math:`v_i | h \sim N(b_i + (Wh)_i, \sigma_i^2)` and h_j = 1 given v has the log-odds
    :math:`c_j + \sum_i W_{ij} v_i/\sigma_i^2`: a mixture of 2ᴹ Gaussians of one width.

    Parameters
    ----------
    weights : array_like, (N, M)
        W, in units of v.
    visible_bias : array_like, (N,)
        b, in units of v.
    hidden_bias : array_like, (M,)
        c.
    sigma : float or array_like, (N,)
        Widths σ > 0 of the visible units given h, in units of v; one for all, or each its own.
    data_mean, data_scale : array_like, (N,), optional
        Mean and standard deviation of each unit in the training data, in the units of the data.
        States v of the model are then standardised data, v = (x - mean)/scale, and so is all that
        samplers and evaluations take and return: `standardise` and `restore` convert, and samples
        have their ``data``. Both or neither; with them, independent units are taken to have mean
        0 and variance 1.

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If shapes disagree, a number is not finite, a width or scale is not positive, or one of
        ``data_mean`` and ``data_scale`` is missing.

    Notes
    -----
    Parameters are copied to float32 and read-only. A model made by `tilt` has its own in float64,
    ``visible_bias`` with one row for each observation; so have ``sigma`` and ``weights``, if the
    observations' amplitudes differ.

    Chains work in single precision, with sums in a given order or exact, so that a seed gives the
    same samples everywhere; ``info["log_odds_error"]`` of samples bounds what it costs.
    ``precision`` of samplers, which is about binary units, does not matter. Means b of more than
    2¹⁴ widths σ, as data have that were not standardised, draw a warning: states then are coarse.

    The log-likelihood of data in their own units is that of the standardised ones less
    Σ ln scale.
    """

    # -- the distribution -------------------------------------------------------------------

    def energy(self, v: ArrayLike, h: ArrayLike) -> Reals:
        """E(v, h) = Σ_i (v_i-b_i)²/(2σ_i²) - Σ_ij v_i W_ij h_j/σ_i² - cᵀh of each row.

        Parameters
        ----------
        v : array_like, (N,) or (B, N)
        h : array_like, (M,) or (B, M)

        Returns
        -------
        float64 array, () or (B,)
        """
        v, h = self._visible(v), self._hidden(h)
        check_same_rows(v, h)
        odds = v @ self.conditionals.coupling + self.conditionals.hidden
        of_hidden = np.einsum("...j,...j->...", odds, h)
        return np.asarray(self.visible_energy(v) - of_hidden)

    def free_energy(self, v: ArrayLike) -> Reals:
        """F(v) = Σ_i (v_i-b_i)²/(2σ_i²) - Σ_j softplus(c_j + Σ_i W_ij v_i/σ_i²) of each row.

        Parameters
        ----------
        v : array_like, (N,) or (B, N)

        Returns
        -------
        float64 array, () or (B,)
        """
        soft = in_use()[0].softplus(self.hidden_log_odds(v))
        return np.asarray(self.visible_energy(v) - soft.sum(axis=-1))

    def hidden_log_odds(self, v: ArrayLike) -> Reals:
        """Wᵀ(v/σ²) + c, (M,) or (B, M)."""
        return self._hidden_odds(self._visible(v))

    def hidden_probability(self, v: ArrayLike) -> Reals:
        """p(h_j = 1 | v), the logistic function of `hidden_log_odds`, (M,) or (B, M)."""
        return in_use()[0].sigmoid(self.hidden_log_odds(v))

    def visible_mean(self, h: ArrayLike) -> Reals:
        """E[v | h] = b + Wh, (N,) or (B, N); h may be relaxed to [0, 1]."""
        return self._centre(self._hidden(h))

    def visible_force(self, v: ArrayLike, h: ArrayLike) -> Reals:
        """-∂E/∂v = (b + Wh - v)/σ²."""
        return np.asarray(self.conditionals.precision * (self.visible_mean(h) - self._visible(v)))

    # -- the diffusion ----------------------------------------------------------------------

    def tilt(self, v_t: ArrayLike, alpha: ArrayLike, sigma: ArrayLike) -> Self:
        r"""Return the posterior :math:`p(v, h | v_t)` given :math:`v_t = \alpha v + \sigma_t\zeta`.

        It is in the family, with c the same: precisions add, and so do means times precision,

        .. math::

            \frac1{\tilde\sigma^2} = \frac1{\sigma^2} + \frac{\alpha^2}{\sigma_t^2}, \qquad
            \frac{\tilde b}{\tilde\sigma^2} = \frac b{\sigma^2} + \frac{\alpha v_t}{\sigma_t^2},
            \qquad \frac{\tilde W}{\tilde\sigma^2} = \frac W{\sigma^2}.

        Parameters
        ----------
        v_t : array_like, (N,) or (B, N)
            Noisy observations; B of them give a batch of models with visible bias (B, N).
        alpha, sigma : float or array_like, (B,)
            Signal and noise amplitudes, ``sigma > 0``.

        Raises
        ------
        ValueError
            If shapes disagree, a number is not finite, or sigma is not positive, or so small that
            the precision overflows.
        """
        v_t = self._visible(v_t, "v_t")
        rate, precision = self._channel(v_t, alpha, sigma)
        if not np.isfinite(precision).all():
            raise ValueError(f"sigma: got {np.min(sigma)}, expected alpha²/sigma² to be finite")
        known = self.conditionals
        return self._of(
            known._replace(field=v_t * rate + known.field, precision=known.precision + precision),
            self._standardisation,
        )

    def posterior_start(self, v_t: Reals, alpha: ArrayLike, sigma: ArrayLike) -> Reals:
        r"""Mean of v given v_t if the units were independent, with the marginals of `independent`.

        .. math:: \frac{m/s^2 + \alpha v_t/\sigma_t^2}{1/s^2 + \alpha^2/\sigma_t^2}

        for mean m and variance s². Where the observation says much it is v_t/α, and where it says
        nothing, as at t = 1, it is m.
        """
        mean, variance = self._marginals
        rate, precision = self._channel(v_t, alpha, sigma)
        return np.asarray((mean + variance * rate * v_t) / (1.0 + variance * precision))

    @staticmethod
    def _channel(v_t: Reals, alpha: ArrayLike, sigma: ArrayLike) -> tuple[Reals, Reals]:
        """α/σ_t² and α²/σ_t², to be broadcast over the units."""
        a, s = amplitudes(v_t, alpha, sigma)
        with np.errstate(over="ignore", divide="ignore"):
            rate = a / (s * s)
            return rate, a * rate

    def draw_visible(
        self, mean: Reals, chains: Words, key: Key, *, step: int, backend: Backend
    ) -> Reals:
        """Independent normal numbers of widths σ around the means."""
        noise = backend.normal(chains, self.n_visible, key, step=step, domain=Domain.VISIBLE)
        return np.asarray(mean + self._spread * noise)

    def relax_visible(
        self,
        h: Reals,
        tau: float,
        chains: Words,
        key: Key,
        *,
        step: int,
        noise: int,
        backend: Backend,
    ) -> Reals:
        """Wh + b + σζ: real units need no relaxation, so that tau does not matter."""
        zeta = backend.normal(
            chains, self.n_visible, key, step=step, domain=Domain.NORMAL | noise << 8
        )
        return np.asarray(self.visible_mean(h) + self._spread * zeta)

    # -- Markov chains ----------------------------------------------------------------------

    def random_visible(self, chains: Words, key: Key, backend: Backend) -> Reals:
        """Independent normal numbers with the marginals of `independent`."""
        mean, variance = self._marginals
        noise = backend.normal(chains, self.n_visible, key, step=0, domain=Domain.VISIBLE)
        return np.asarray(mean + np.sqrt(variance) * noise)

    def gibbs(
        self,
        chains: Chains,
        n_sweeps: int,
        *,
        backend: Backend,
        beta: float | Reals = 1.0,
        mean: bool = False,
        n_threads: int = 0,
    ) -> Reals | None:
        """Advance the chains of exp(-beta E) in place by sweeps h ~ p(h|v), v ~ p(v|h).

        Raises
        ------
        ValueError
            If a beta is not positive: real units then have no distribution.
        """
        betas = np.asarray(beta, np.float64)
        if not (betas > 0.0).all():
            raise ValueError(f"beta: got {betas.min()}, expected more than 0 for real units")
        known = self.conditionals
        if not (betas == 1.0).all():
            scale = betas[:, None] if betas.ndim else betas
            known = known._replace(field=scale * known.field, precision=scale * known.precision)
        return advance(
            known,
            chains,
            n_sweeps,
            backend=backend,
            beta=beta,
            mean=mean,
            n_threads=n_threads,
        )

    def sampling_info(
        self,
        precision: str,
        n_chains: int,
        *,
        backend: Backend,
        n_threads: int = 0,
        n_sweeps: int = 1,
    ) -> dict[str, Any]:
        """Grid of Wh in units of v, and a bound on the error of log-odds of h.

        The bound is for visible units within seven widths of a mean that they can have.
        """
        return sampling_precision(self.conditionals)

    # -- training ---------------------------------------------------------------------------

    def statistics(
        self,
        v: NDArray[Any],
        weights: Reals | None = None,
        *,
        backend: Backend,
        n_threads: int = 0,
    ) -> dict[str, Reals]:
        r"""Means of -∂F/∂W, -∂F/∂b, -∂F/∂c and -∂F/∂σ.

        With p = p(h = 1 | v) they are

        .. math::

            \frac{v_i p_j}{\sigma_i^2}, \qquad \frac{v_i - b_i}{\sigma_i^2}, \qquad p_j, \qquad
            \frac{(v_i - b_i)^2 - 2 v_i (W p)_i}{\sigma_i^3}.
        """
        known, b = self.conditionals, np.asarray(self.visible_bias, np.float64)
        each = np.full((len(v), 1), 1.0 / len(v))
        if weights is not None:
            each *= weights[:, None]
        v = self._visible(v)
        with at_work(backend, n_threads):
            p = each * backend.sigmoid(self._hidden_odds(v))
        pairs = product(backend, v.T, p, n_threads)
        # Rows, and then columns, are added in order, whatever the CPU.
        shift = np.add.reduce(each * (v - b), axis=0)
        square = np.add.reduce(each * np.square(v - b), axis=0)
        pull = np.add.reduce((known.coupling * pairs).T.copy(), axis=0)
        root = np.sqrt(known.precision)
        return {
            "weights": known.precision[:, None] * pairs,
            "visible_bias": known.precision * shift,
            "hidden_bias": np.add.reduce(p, axis=0),
            "sigma": root * (known.precision * square - 2.0 * pull),
        }

    # -- annealing --------------------------------------------------------------------------

    def independent(self, reference: str = "data") -> Self:
        """The diagonal Gaussian of the standardised data: mean 0, variance 1.

        Where nothing is known of the data, that with the mean and the variance of b + Wh + σζ for
        hidden units h that are fair coins.
        """
        _check.choice("reference", reference, self.references)
        mean, variance = self._marginals
        none = np.zeros_like(self.conditionals.coupling)
        return self._of(
            RealConditionals(
                none, none.T.copy(), mean / variance, np.zeros(self.n_hidden), 1.0 / variance
            ),
            self._standardisation,
        )

    def interpolate(self, start: Self, beta: float) -> Self:
        """Return the model of energy (1 - beta) E_start + beta E, but for a constant."""
        old, new = start.conditionals, self.conditionals
        return self._of(
            RealConditionals(
                beta * new.coupling,
                beta * new.transposed,
                (1.0 - beta) * old.field + beta * new.field,
                beta * new.hidden,
                (1.0 - beta) * old.precision + beta * new.precision,
            ),
            self._standardisation,
        )

    def visible_energy(self, v: ArrayLike) -> Reals:
        """Σ_i (v_i-b_i)²/(2σ_i²) of each row."""
        squares = np.square(self._visible(v) - self._bias)
        return np.asarray(0.5 * (self.conditionals.precision * squares).sum(axis=-1))

    def hidden_free_energy(self, h: ArrayLike) -> Reals:
        """-cᵀh - Σ_i [((b + Wh)_i² - b_i²)/(2σ_i²) + ½ ln(2πσ_i²)] of each row."""
        h, known = self._hidden(h), self.conditionals
        force = h @ known.transposed
        # Without the difference of the squares, in which digits would cancel.
        shift = force * (self._bias + 0.5 * force / known.precision)
        return np.asarray(-(h @ known.hidden) - shift.sum(axis=-1) - self._log_width)

    # -- enumeration ------------------------------------------------------------------------

    def visible_variance(self, mean: Reals) -> Reals:
        """σ², whatever the means."""
        return np.broadcast_to(1.0 / self.conditionals.precision, mean.shape)

    def enumerate_hidden(self, *, backend: Backend, n_threads: int = 0) -> Reals:
        """Return ln Σ_v exp(-E(v, h)) for all 2ᴹ hidden states: a quadratic function of h.

        Raises
        ------
        ValueError
            If the model is a batch of tilted ones.
        """
        known = self.conditionals
        if known.field.ndim != 1:
            raise ValueError(
                f"model: got a batch of {len(known.field)} tilted models, expected one model"
            )
        scaled = known.transposed / known.precision
        pairs = product(backend, scaled, known.coupling, n_threads)
        of_bias = product(backend, self._bias[None, :], known.coupling, n_threads)[0]
        return quadratic_values(known.hidden + of_bias, pairs) + float(self._log_width)
