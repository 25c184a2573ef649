"""Derivatives in the natural parameters of real units, and what they are in a model's own."""

from __future__ import annotations

import numpy as np

from ...backends import product
from ...backends.protocol import Backend, Reals
from ...rbm.real_chains import RealConditionals

__all__ = ["NaturalSum"]


class NaturalSum:
    r"""Sums of a loss's derivatives in U = W/σ², η = b/σ², c and λ = 1/σ².

    Estimators add what layers of units contribute; by the chain rule the sums are

    .. math::

        \frac{\partial L}{\partial W} = \frac{1}{\sigma^2}\frac{\partial L}{\partial U}, \qquad
        \frac{\partial L}{\partial b} = \frac{1}{\sigma^2}\frac{\partial L}{\partial\eta}, \qquad
        \frac{\partial L}{\partial\sigma_i} = -\frac{2}{\sigma_i}\Bigl(
        \sum_j U_{ij}\frac{\partial L}{\partial U_{ij}}
        + \eta_i\frac{\partial L}{\partial\eta_i}
        + \lambda_i\frac{\partial L}{\partial\lambda_i}\Bigr).

    Rows are added in order, whatever the CPU and the threads.
    """

    def __init__(self, known: RealConditionals, backend: Backend, n_threads: int) -> None:
        self._known, self._backend, self._n_threads = known, backend, n_threads
        n, m = known.coupling.shape
        self._coupling, self._field = np.zeros((n, m)), np.zeros(n)
        self._hidden, self._precision = np.zeros(m), np.zeros(n)

    def add_field(self, slope: Reals, h: Reals) -> Reals:
        """Add the derivatives through the field η + Uh, (B, N); return those in h, (B, M)."""
        self._field += np.add.reduce(slope, axis=0)
        self._coupling += self._product(slope.T, h)
        return self._product(slope, self._known.coupling)

    def add_precision(self, slope: Reals) -> None:
        """Add those in λ, (B, N)."""
        self._precision += np.add.reduce(slope, axis=0)

    def add_log_odds(self, slope: Reals, v: Reals) -> Reals:
        """Add the derivatives through the log-odds c + Uᵀv, (B, M); return those in v, (B, N)."""
        self._hidden += np.add.reduce(slope, axis=0)
        self._coupling += self._product(v.T, slope)
        return self._product(slope, self._known.transposed)

    def parameters(self) -> dict[str, Reals]:
        """Derivatives in W, b, c and σ."""
        known = self._known
        of_rows = np.add.reduce((known.coupling * self._coupling).T.copy(), axis=0)
        total = of_rows + known.field * self._field + known.precision * self._precision
        return {
            "weights": known.precision[:, None] * self._coupling,
            "visible_bias": known.precision * self._field,
            "hidden_bias": self._hidden,
            "sigma": -2.0 * np.sqrt(known.precision) * total,
        }

    def _product(self, x: Reals, y: Reals) -> Reals:
        return product(self._backend, x, y, self._n_threads)
