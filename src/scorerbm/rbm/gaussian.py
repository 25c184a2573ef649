"""The Gaussian–Bernoulli RBM: real visible and binary hidden units."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends import at_work, in_use, product
from ..backends.protocol import Backend, Domain, Key, Reals, Words
from ..backends.reference.elementary import log
from .arrays import amplitudes, check_same_rows, frozen, linear, single
from .base import RBM
from .chains import Chains
from .quadratic import quadratic_values
from .real_chains import RealConditionals, advance, sampling_precision
from .standardisation import Standardisation

__all__ = ["GaussianRBM"]

Parameters = NDArray[np.floating[Any]]


class GaussianRBM(RBM):
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

    def __init__(
        self,
        weights: ArrayLike,
        visible_bias: ArrayLike,
        hidden_bias: ArrayLike,
        sigma: ArrayLike,
        *,
        data_mean: ArrayLike | None = None,
        data_scale: ArrayLike | None = None,
    ) -> None:
        w = _check.real_array("weights", weights, (None, None))
        n, m = w.shape
        if n == 0 or m == 0:
            raise ValueError(f"weights: got shape {w.shape}, expected at least one unit a layer")
        b = _check.real_array("visible_bias", visible_bias, (n,))
        c = _check.real_array("hidden_bias", hidden_bias, (m,))
        s = np.broadcast_to(_check.real_array("sigma", sigma, (), (n,)), (n,))
        self._given: dict[str, Parameters] | None = {
            "weights": single("weights", w),
            "visible_bias": single("visible_bias", b),
            "hidden_bias": single("hidden_bias", c),
            "sigma": _positive("sigma", single("sigma", s)),
        }
        self._standardisation = _standardisation(data_mean, data_scale, n)

    @classmethod
    def from_trusted(
        cls,
        weights: Reals,
        visible_bias: Reals,
        hidden_bias: Reals,
        sigma: Reals,
        standardisation: Standardisation | None,
    ) -> Self:
        """Wrap float64 arrays without a check or a copy: for training, once a step."""
        model = cls.__new__(cls)
        model._standardisation = standardisation
        model._given = {
            "weights": weights,
            "visible_bias": visible_bias,
            "hidden_bias": hidden_bias,
            "sigma": sigma,
        }
        return model

    @classmethod
    def _of(cls, natural: RealConditionals, standardisation: Standardisation | None) -> Self:
        """Wrap float64 arrays without a check or a copy."""
        model = cls.__new__(cls)
        model._given, model._standardisation = None, standardisation
        model._keep(natural)
        return model

    def _keep(self, natural: RealConditionals) -> None:
        for array in natural.arrays:
            frozen(array)
        kept = natural if natural.prepared is not None else natural._replace(prepared={})
        self.__dict__["conditionals"] = kept

    def __getstate__(self) -> dict[str, Any]:
        """Parameters only, not what has been derived from them."""
        state = {name: self.__dict__[name] for name in ("_given", "_standardisation")}
        if self._given is None:
            state["conditionals"] = self.conditionals._replace(prepared=None)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._given is None:
            self._keep(self.conditionals)
        arrays = [] if self._given is None else [*self._given.values()]
        if self._standardisation is not None:
            arrays += [self._standardisation.mean, self._standardisation.scale]
        for array in arrays:
            frozen(array)

    @property
    def n_visible(self) -> int:
        """Number N of visible units."""
        return len(self.conditionals.coupling)

    @property
    def n_hidden(self) -> int:
        """Number M of hidden units."""
        return len(self.conditionals.hidden)

    @property
    def weights(self) -> Parameters:
        """Weights W, (N, M), or (B, N, M) after `tilt` by observations of unequal amplitudes."""
        return self.parameters["weights"]

    @property
    def visible_bias(self) -> Parameters:
        """Visible biases b, (N,), or (B, N) after `tilt` by B observations."""
        return self.parameters["visible_bias"]

    @property
    def hidden_bias(self) -> Parameters:
        """Hidden biases c, (M,)."""
        return self.parameters["hidden_bias"]

    @property
    def sigma(self) -> Parameters:
        """Widths σ, (N,), or (B, N) after `tilt` by observations of unequal amplitudes."""
        return self.parameters["sigma"]

    @property
    def parameters(self) -> dict[str, Parameters]:
        """The trained arrays by name."""
        return dict(self._derived if self._given is None else self._given)

    @property
    def standardisation(self) -> Standardisation | None:
        """How data become states v of the model, if they are not the same."""
        return self._standardisation

    @property
    def data_mean(self) -> Reals | None:
        """Mean of each unit in the training data, (N,), in their units, if known."""
        return None if self._standardisation is None else self._standardisation.mean

    @property
    def data_scale(self) -> Reals | None:
        """Standard deviation of each unit in the training data, (N,), in their units, if known."""
        return None if self._standardisation is None else self._standardisation.scale

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

    # -- derived arrays, made once -----------------------------------------------------------

    @cached_property
    def conditionals(self) -> RealConditionals:
        """Parameters of p(h|v) and p(v|h), in float64."""
        assert self._given is not None
        w, b, c, s = (np.asarray(x, np.float64) for x in self._given.values())
        precision = 1.0 / (s * s)
        coupling = w * precision[:, None]
        transposed = np.ascontiguousarray(coupling.T)
        return RealConditionals(coupling, transposed, b * precision, c, precision, {})

    @cached_property
    def _derived(self) -> dict[str, Parameters]:
        """The parameters of a tilted or interpolated model."""
        known = self.conditionals
        return {
            "weights": frozen(known.coupling / known.precision[..., None]),
            "visible_bias": frozen(known.field / known.precision),
            "hidden_bias": known.hidden,
            "sigma": frozen(self._spread),
        }

    @cached_property
    def _bias(self) -> Reals:
        return np.asarray(self.conditionals.field / self.conditionals.precision)

    @cached_property
    def _spread(self) -> Reals:
        """σ"""
        return np.sqrt(1.0 / self.conditionals.precision)

    @cached_property
    def _log_width(self) -> Reals:
        """½ Σ ln(2πσ²): what the integral over v adds whatever h."""
        precision = self.conditionals.precision
        return np.asarray(0.5 * log(2.0 * math.pi / precision).sum(axis=-1))

    @cached_property
    def _marginals(self) -> tuple[Reals, Reals]:
        """Mean and variance of the visible units of `independent`."""
        if self._standardisation is not None:
            return np.zeros(self.n_visible), np.ones(self.n_visible)
        known = self.conditionals
        mean = self._bias + 0.5 * np.add.reduce(known.transposed, axis=0) / known.precision
        squares = np.add.reduce(np.square(known.transposed), axis=0) / known.precision
        return mean, (1.0 + 0.25 * squares) / known.precision

    def _hidden_odds(self, v: Reals) -> Reals:
        return linear(v, self.conditionals.coupling, self.conditionals.hidden)

    def _centre(self, h: Reals) -> Reals:
        field = linear(h, self.conditionals.transposed, self.conditionals.field)
        return np.asarray(field / self.conditionals.precision)

    def _visible(self, v: ArrayLike, name: str = "v") -> Reals:
        n = self.n_visible
        return _check.real_array(name, v, (n,), (self._batch, n))

    def _hidden(self, h: ArrayLike) -> Reals:
        m = self.n_hidden
        return _check.real_array("h", h, (m,), (self._batch, m))

    @property
    def _batch(self) -> int | None:
        """Number B of rows that states must have after `tilt` by B observations."""
        return len(self.conditionals.field) if self.conditionals.field.ndim == 2 else None


def _positive(name: str, array: Parameters) -> Parameters:
    if not (array > 0.0).all():
        where = int(np.argmin(array))
        raise ValueError(f"{name}: got {array[where]} at index {where}, expected more than 0")
    return array


def _standardisation(
    mean: ArrayLike | None, scale: ArrayLike | None, n_visible: int
) -> Standardisation | None:
    if mean is None and scale is None:
        return None
    for name, value in (("data_mean", mean), ("data_scale", scale)):
        if value is None:
            raise ValueError(f"{name}: got None, expected data_mean and data_scale, or neither")
    m = _check.real_array("data_mean", mean, (n_visible,)).copy()
    s = _positive("data_scale", _check.real_array("data_scale", scale, (n_visible,)).copy())
    return Standardisation(frozen(m), frozen(s))
