"""The pathwise gradient of models with real visible units."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...backends import at_work
from ...backends.protocol import Domain, Reals, Words
from ...gumbel import relaxed_bernoulli
from ...rbm import RBM, GaussianRBM
from ...rbm.arrays import linear
from .base import Batch, Observation
from .natural import NaturalSum
from .pathwise import PathwiseGradient

__all__ = ["RealPathwiseGradient"]

_NUMBERS_AT_ONCE = 1 << 22  # units of all sweeps that wait for the way back: 32 MB


class _Sweep(NamedTuple):
    """One sweep's states, which the way back needs, (S·B, N or M)."""

    v: Reals
    h: Reals
    middle: Reals
    """Halfway between the next v and its mean given h; after the last sweep that mean."""


class RealPathwiseGradient(PathwiseGradient):
    r"""Gradient of :math:`E\,w\,\|E_u D_\theta(v_t; u, \tau) - v_0\|^2` by back-propagation.

    As `PathwiseGradient` has it: D ends k sweeps from the data's own marginals, given the
    observation, averaged over S noises *inside* the norm. Hidden units are relaxed to
    :math:`\sigma((\ell + \sigma^{-1}(u))/\tau)`; real units are differentiable as they are,
    :math:`v = \tilde b + \tilde W h + \tilde\sigma\zeta`. With no noises it is k mean-field
    iterations.
    """

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        assert isinstance(model, GaussianRBM)
        tau = 1.0 if self._annealing is None else self._annealing(batch.progress)
        seen, v0, loss = self._observer(batch), batch.v, 0.0
        total = NaturalSum(model.conditionals, self.backend, n_threads)
        row = self._n_sweeps * max(1, self._n_noises) * (model.n_visible + model.n_hidden)
        size = max(1, _NUMBERS_AT_ONCE // row)
        with at_work(self.backend, n_threads):
            for first in range(0, len(v0), size):
                part = slice(first, first + size)
                some = Observation(*(x[part] for x in seen))
                path = _Path(self, model, some, batch.ids[part], batch.epoch, tau)
                error = path.mean - v0[part]
                loss += float((some.weight * np.square(error).sum(axis=1)).sum())
                path.add_derivatives(2.0 / len(v0) * some.weight[:, None] * error, total)
        return total.parameters(), loss / len(v0)

    def noise(self, ids: Words, width: int, step: int, *, hidden: bool) -> Reals | float:
        """Logistic noise of hidden or normal noise of visible units, (S·B, width); 0 of none."""
        if self._n_noises == 0:
            return 0.0
        draw = self.backend.logistic if hidden else self.backend.normal
        domain = Domain.LOGISTIC_HIDDEN if hidden else Domain.NORMAL
        drawn = [
            draw(ids, width, self._key, step=step, domain=domain | number << 8)
            for number in range(self._n_noises)
        ]
        return np.concatenate(drawn).astype(np.float64)

    def sweeps(self, epoch: int) -> range:
        """Steps of the random streams."""
        return range(epoch * self._n_sweeps, (epoch + 1) * self._n_sweeps)

    @property
    def copies(self) -> int:
        """Chains a row."""
        return max(1, self._n_noises)


class _Path:
    """Relaxed sweeps of some rows, each S times, and the way back through them."""

    def __init__(
        self,
        options: RealPathwiseGradient,
        model: GaussianRBM,
        seen: Observation,
        ids: Words,
        epoch: int,
        tau: float,
    ) -> None:
        self._tau, self._copies, self._layers = tau, options.copies, list[_Sweep]()
        given = (np.concatenate([x] * options.copies) for x in (seen.v_t, seen.alpha, seen.sigma))
        v_t, alpha, sigma = given
        posterior = model.tilt(v_t, alpha, sigma).conditionals
        self._precision = posterior.precision
        width = np.sqrt(1.0 / posterior.precision)
        v, steps = model.posterior_start(v_t, alpha, sigma), options.sweeps(epoch)
        for step in steps:
            odds = linear(v, posterior.coupling, posterior.hidden)
            logistic = np.asarray(options.noise(ids, odds.shape[1], step, hidden=True))
            h = relaxed_bernoulli(odds, logistic, tau, options.backend)
            mean = linear(h, posterior.transposed, posterior.field) / posterior.precision
            moved = 0.0 * mean
            if step < steps[-1]:
                moved = width * options.noise(ids, v.shape[1], step, hidden=False)
            self._layers.append(_Sweep(v, h, mean + 0.5 * moved))
            v = mean + moved
        self.mean: Reals = v.reshape(self._copies, len(ids), -1).sum(axis=0) / self._copies
        """The estimate of E[v₀ | v_t], (B, N)."""

    def add_derivatives(self, of_mean: Reals, total: NaturalSum) -> None:
        """Add those of a loss whose derivatives in `mean` are these, (B, N)."""
        out = np.tile(of_mean / self._copies, (self._copies, 1))
        for layer in reversed(self._layers):
            # v = (η + Uh)/λ + ζ/√λ, of which the derivative in λ is -(its middle)/λ.
            slope = out / self._precision
            total.add_precision(-slope * layer.middle)
            of_hidden = total.add_field(slope, layer.h)
            of_odds = of_hidden * (layer.h * (1.0 - layer.h) / self._tau)
            out = total.add_log_odds(of_odds, layer.v)
