"""The Bernoulli RBM: binary visible and binary hidden units."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends import in_use
from ..backends.bits import pack_bits
from ..backends.protocol import Backend, Bits, DenseModel, Domain, Floats, Key, Reals, Stages, Words
from ..backends.reference.elementary import logit
from ..gumbel import relaxed_bernoulli
from .arrays import amplitudes, check_same_rows, frozen, linear
from .bernoulli_grids import RoundedBernoulli
from .chains import Chains
from .grid import check_grid

__all__ = ["BernoulliRBM"]


class BernoulliRBM(RoundedBernoulli):
    r"""A restricted Boltzmann machine over :math:`v \in \{0,1\}^N`, :math:`h \in \{0,1\}^M`.

    .. math::

        E(v, h) = -v^\top W h - b^\top v - c^\top h, \qquad p(v, h) = e^{-E(v, h)}/Z

    Parameters
    ----------
    weights : array_like, (N, M)
        W.
    visible_bias : array_like, (N,)
        b.
    hidden_bias : array_like, (M,)
        c.
    data_mean : array_like, (N,), optional
        Frequencies of ones in the training data, strictly between 0 and 1. Posterior estimators
        start from them; without them, from the visible biases.

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If shapes disagree or a number is not finite.

    Notes
    -----
    Parameters are copied to float32 and read-only. A model made by `tilt` keeps its visible bias
    in float64, one row for each observation.
    """

    # -- the distribution -------------------------------------------------------------------

    def energy(self, v: ArrayLike, h: ArrayLike) -> Reals:
        """E(v, h) = -vᵀWh - bᵀv - cᵀh of each row.

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
        coupling = np.einsum("...i,...i->...", v @ self._double[0], h)
        bias = np.einsum("...i,...i->...", v, self._double[1])
        energy: Reals = -(coupling + bias + h @ self._double[2])
        return energy

    def free_energy(self, v: ArrayLike) -> Reals:
        """F(v) = -bᵀv - Σ_j softplus((Wᵀv + c)_j) of each row.

        Parameters
        ----------
        v : array_like, (N,) or (B, N)
            May be real: F is the convex extension used by the literal score.

        Returns
        -------
        float64 array, () or (B,)
        """
        v = self._visible(v)
        bias = np.einsum("...i,...i->...", v, self._double[1])
        soft = in_use()[0].softplus(self.hidden_log_odds(v))
        free: Reals = -(bias + soft.sum(axis=-1))
        return free

    def hidden_log_odds(self, v: ArrayLike) -> Reals:
        """Wᵀv + c, (M,) or (B, M)."""
        return linear(self._visible(v), self._double[0], self._double[2])

    def visible_log_odds(self, h: ArrayLike) -> Reals:
        """Wh + b, (N,) or (B, N)."""
        return linear(self._hidden(h), self._transposed, self._double[1])

    def hidden_probability(self, v: ArrayLike) -> Reals:
        """p(h_j = 1 | v) = σ((Wᵀv + c)_j), (M,) or (B, M)."""
        return in_use()[0].sigmoid(self.hidden_log_odds(v))

    def visible_probability(self, h: ArrayLike) -> Reals:
        """p(v_i = 1 | h) = σ((Wh + b)_i), (N,) or (B, N)."""
        return in_use()[0].sigmoid(self.visible_log_odds(h))

    def visible_mean(self, h: ArrayLike) -> Reals:
        """E[v | h], which for binary units is `visible_probability`."""
        return self.visible_probability(h)

    def visible_force(self, v: ArrayLike, h: ArrayLike) -> Reals:
        """-∂E/∂v = Wh + b, which does not depend on v."""
        self._visible(v)
        return self.visible_log_odds(h)

    # -- the diffusion ----------------------------------------------------------------------

    def tilt(self, v_t: ArrayLike, alpha: ArrayLike, sigma: ArrayLike) -> Self:
        r"""Return the posterior :math:`p(v, h | v_t)` given :math:`v_t = \alpha v + \sigma\zeta`.

        It is an RBM with the same W and c and the visible bias tilted by the channel's log-odds,

        .. math:: \tilde b(v_t) = b + \alpha v_t/\sigma^2 - \alpha^2/(2\sigma^2).

        Parameters
        ----------
        v_t : array_like, (N,) or (B, N)
            Noisy observations; B of them give a batch of models with visible bias (B, N).
        alpha, sigma : float or array_like, (B,)
            Signal and noise amplitudes, ``sigma > 0``.

        Raises
        ------
        ValueError
            If shapes disagree, a number is not finite, or sigma is not positive.
        """
        v_t = self._visible(v_t, "v_t")
        prior, channel = self._double[1], _channel_log_odds(v_t, alpha, sigma)
        # In place where the shapes allow, since integrators come here at every step.
        bias = np.add(channel, prior, out=channel if channel.ndim >= prior.ndim else None)
        tilted = self.from_trusted(self._weights, frozen(bias), self._hidden_bias, self._data_mean)
        # Now, since weights that have no grid have diverged.
        self._rounded(32)
        return self._sharing_weights(tilted)

    def posterior_start(self, v_t: Reals, alpha: ArrayLike, sigma: ArrayLike) -> Reals:
        """σ(logit p̂ + α v_t/σ² - α²/(2σ²)) with p̂ the data's frequencies."""
        p = self._data_mean
        prior = self._double[1] if p is None else logit(p)
        return in_use()[0].sigmoid(prior + _channel_log_odds(v_t, alpha, sigma))

    def draw_visible(
        self, mean: Reals, chains: Words, key: Key, *, step: int, backend: Backend
    ) -> Bits:
        """Independent bits of the given probabilities."""
        return backend.bernoulli(mean, chains, key, step=step, domain=Domain.VISIBLE)

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
        """σ((Wh + b + σ⁻¹(u))/τ) with uniform u."""
        logistic = backend.logistic(
            chains, self.n_visible, key, step=step, domain=Domain.LOGISTIC_VISIBLE | noise << 8
        )
        return relaxed_bernoulli(self.visible_log_odds(h), logistic, tau, backend)

    # -- Markov chains ----------------------------------------------------------------------

    def random_visible(self, chains: Words, key: Key, backend: Backend) -> Bits:
        """Fair coins."""
        p = np.full((len(chains), self.n_visible), 0.5)
        return backend.bernoulli(p, chains, key, step=0, domain=Domain.VISIBLE)

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
        """Advance the chains of exp(-beta E) in place by sweeps h ~ p(h|v), v ~ p(v|h)."""
        betas = np.ascontiguousarray(np.broadcast_to(np.float64(beta), len(chains)))
        result = backend.gibbs(
            self.integers(chains.precision, tempered=not (betas >= 1.0).all()),
            chains.visible,
            chains.ids,
            chains.key,
            first_sweep=chains.sweep,
            n_sweeps=n_sweeps,
            beta=betas,
            mean=mean,
            n_threads=n_threads,
            frozen=chains.frozen,
        )
        chains.visible, chains.hidden = result.visible, result.hidden
        chains.sweep += n_sweeps
        return result.mean

    def dense_model(self) -> DenseModel | None:
        """The parameters in single precision; a model tilted by several observations has none."""
        return self._dense if self._visible_bias.ndim == 1 else None

    @cached_property
    def _dense(self) -> DenseModel:
        check_grid(self._weights)
        p = self._data_mean
        start = self._visible_bias if p is None else logit(p)
        parts = (self._weights, self._visible_bias, self._hidden_bias, start)
        return DenseModel(*(np.ascontiguousarray(x, np.float32) for x in parts))

    def posterior_path(
        self,
        chains: Chains,
        state: Floats,
        stages: Stages,
        n_sweeps: int,
        *,
        first_stage: int,
        noise_key: Key,
        backend: Backend,
        n_threads: int = 0,
    ) -> Floats | None:
        """Carry noisy states through stages with the means of posterior chains, moved in place."""
        result = backend.posterior_path(
            self.integers(chains.precision),
            state,
            chains.visible,
            chains.ids,
            chains.key,
            noise_key,
            stages=stages,
            first_sweep=chains.sweep,
            n_sweeps=n_sweeps,
            first_stage=first_stage,
            n_threads=n_threads,
        )
        chains.visible, chains.hidden = result.visible, result.hidden
        chains.sweep += n_sweeps * len(stages.kind)
        return result.state

    # -- training ---------------------------------------------------------------------------

    def statistics(
        self,
        v: NDArray[Any],
        weights: Reals | None = None,
        *,
        backend: Backend,
        n_threads: int = 0,
    ) -> dict[str, Reals]:
        """Means of v σ(Wᵀv+c)ᵀ, v and σ(Wᵀv+c): -∂F/∂W, -∂F/∂b, -∂F/∂c.

        Sums are of integers and exact in any order; see `Training.weighted_statistics`.
        """
        if weights is None:
            weights = np.ones(len(v))
        found = backend.weighted_statistics(self.grid, pack_bits(v), weights, n_threads)
        return {
            "weights": found.weights.astype(np.float64),
            "visible_bias": found.visible.astype(np.float64),
            "hidden_bias": found.hidden.astype(np.float64),
        }

    def one_hidden_unit(self) -> Self:
        """Independent bits as `independent` has them, with one hidden unit that does nothing."""
        p = self._data_mean
        bias = self._double[1] if p is None else logit(p)
        return self.from_trusted(np.zeros((len(bias), 1)), bias, np.zeros(1), p)

    # -- annealing --------------------------------------------------------------------------

    def independent(self, reference: str = "data") -> Self:
        """Independent bits of the data's frequencies, or of σ(b) if those are not known.

        With the reference "uniform", fair coins.
        """
        _check.choice("reference", reference, self.references)
        n, m = self._weights.shape
        p = self._data_mean
        bias = self._double[1] if p is None else logit(p)
        if reference == "uniform":
            bias = np.zeros(n)
        return self.from_trusted(np.zeros((n, m)), bias, np.zeros(m), p)

    def split(self, reference: str) -> tuple[Self, Reals | None]:
        r"""Split E into that of independent bits and the rest, as tempering takes them.

        With :math:`E_\text{ref} = -r^\top v`, the path
        :math:`(1 - \beta) E_\text{ref} + \beta E` is
        :math:`-r^\top v + \beta (E - E_\text{ref})`: the log-odds of v are β times those of a
        model with the visible bias b - r, plus r, and no digit of r is lost to a grid.

        Parameters
        ----------
        reference : {"uniform", "data"}
            Fair coins, r = 0, or independent bits of the data's frequencies, r = logit p̂.

        Returns
        -------
        tuple of BernoulliRBM and array, (N,), or None
            The model of energy E - E_ref, and r, or None where it is 0.

        Raises
        ------
        ValueError
            If the reference is "data" and the model does not know the data's frequencies.
        """
        if reference == "uniform":
            return self, None
        if self._data_mean is None:
            raise ValueError(
                "reference: got 'data' for a model without data_mean, expected one that knows the "
                "frequencies of its training data"
            )
        r = logit(self._data_mean)
        rest = self.from_trusted(
            self._weights, frozen(self._double[1] - r), self._hidden_bias, self._data_mean
        )
        return self._sharing_weights(rest), r

    def interpolate(self, start: Self, beta: float) -> Self:
        """Return the model of energy (1 - beta) E_start + beta E."""
        w, b, c = self._double
        bias = (1.0 - beta) * start._double[1] + beta * b
        return self.from_trusted(beta * w, bias, beta * c, self._data_mean)

    def visible_energy(self, v: ArrayLike) -> Reals:
        """-bᵀv of each row."""
        energy: Reals = -np.einsum("...i,...i->...", self._visible(v), self._double[1])
        return energy

    def hidden_free_energy(self, h: ArrayLike) -> Reals:
        """-cᵀh - Σ_i softplus((Wh + b)_i) of each row."""
        h = self._hidden(h)
        soft = in_use()[0].softplus(self.visible_log_odds(h))
        free: Reals = -(h @ self._double[2] + soft.sum(axis=-1))
        return free

    # -- enumeration ------------------------------------------------------------------------

    def visible_variance(self, mean: Reals) -> Reals:
        """p(1-p) of bits with probabilities p."""
        return mean * (1.0 - mean)

    def enumerate_hidden(self, *, backend: Backend, n_threads: int = 0) -> Reals:
        """cᵀh + Σ_i softplus((Wh + b)_i) for all 2ᴹ hidden states."""
        return backend.enumerate_states(
            self._transposed, self._double[2], self._double[1], n_threads
        )

    def enumerate_visible(self, *, backend: Backend, n_threads: int = 0) -> Reals:
        """-F(v) for all 2ᴺ visible states, bit i of the index being v_i."""
        return backend.enumerate_states(
            self._double[0], self._double[1], self._double[2], n_threads
        )


def _channel_log_odds(v_t: Reals, alpha: ArrayLike, sigma: ArrayLike) -> Reals:
    """Return ln N(v_t; α, σ²) - ln N(v_t; 0, σ²): what v_t says for v = 1 against v = 0."""
    a, s = amplitudes(v_t, alpha, sigma)
    rate = a / (s * s)
    odds: Reals = v_t * rate
    odds -= 0.5 * a * rate
    return odds
