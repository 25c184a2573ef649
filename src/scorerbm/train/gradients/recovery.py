"""The recovery gradient: data against posterior samples given one noisy observation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._seed import derive_key
from ...backends.protocol import Backend, Domain, Reals
from ...rbm import RBM, Chains
from .base import Batch, Gradient, contrast

__all__ = ["RecoveryGradient"]


class RecoveryGradient(Gradient):
    r"""Likelihood-weighted score matching over all signal-to-noise ratios above γ₀, collapsed.

    .. math::

        \tfrac12\int_{\gamma_0}^\infty E\|v_0 - D_\theta(v_\gamma)\|^2 d\gamma
            = E[-\ln p_\theta(v_0 | v_{\gamma_0})], \qquad
        \nabla L = E[\partial_\theta F(v_0)]
            - E_{v_{\gamma_0}} E_{v \sim p_\theta(\cdot | v_{\gamma_0})}[\partial_\theta F(v)]

    (mismatched I-MMSE: Verdú, IEEE Trans. Inf. Theory 56, 2010; recovery likelihood: Gao et al.,
    arXiv 2012.08125). Each row has one observation, drawn once (its counters regenerate it), and
    one posterior chain, started at the datum and resumed at every visit.

    The loss shown is ½‖v₀ - D̂‖² a row at γ₀, D̂ the visit's mean of E[v|h].
    """

    def __init__(
        self, v: NDArray[Any], snr: float, n_sweeps: int, seed: int, backend: Backend
    ) -> None:
        super().__init__(backend)
        self._chains = v.copy()
        self._n_sweeps = n_sweeps
        self._alpha = float(np.sqrt(snr / (1.0 + snr)))
        self._sigma = float(np.sqrt(1.0 / (1.0 + snr)))
        self._noise_key = derive_key(seed, "observation noise")
        self._chain_key = derive_key(seed, "posterior chains")

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        v0 = batch.v.astype(np.float64)
        zeta = self.backend.normal(
            batch.ids, v0.shape[1], self._noise_key, step=0, domain=Domain.NORMAL
        )
        posterior = model.tilt(self._alpha * v0 + self._sigma * zeta, self._alpha, self._sigma)
        first = batch.epoch * self._n_sweeps
        chains = Chains(self._chains[batch.rows], batch.ids, self._chain_key, first)
        mean = posterior.gibbs(
            chains, self._n_sweeps, backend=self.backend, mean=True, n_threads=n_threads
        )
        assert mean is not None
        self._chains[batch.rows] = chains.visible
        loss = 0.5 * float(np.square(v0 - mean).sum()) / len(v0)
        return contrast(model, batch.v, chains.visible, self.backend, n_threads), loss
