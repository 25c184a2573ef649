"""The recovery gradient: data against posterior samples given one noisy observation."""

from __future__ import annotations

import numpy as np

from ..._seed import derive_key
from ...backends.protocol import Backend, Reals, Tilt
from ...rbm import RBM
from ..states import BinaryStates, States
from .base import Batch, Gradient, contrast, integers_of

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
    one posterior chain of N bits, started at the datum and resumed at every visit.

    The loss shown is ½ (v - v₀)·(v' - v₀) a row, with v and v' the chain's states in the middle
    and at the end of a visit: as far as the sweeps between make them independent, an unbiased
    estimate of ½‖D - v₀‖² at γ₀.
    """

    def __init__(
        self, states: BinaryStates, snr: float, n_sweeps: int, seed: int, backend: Backend
    ) -> None:
        super().__init__(backend)
        self.turn_to(states)
        self._snr, self._n_sweeps = snr, n_sweeps
        self._noise_key = derive_key(seed, "observation noise")
        self._chain_key = derive_key(seed, "posterior chains")

    def turn_to(self, states: States) -> None:
        assert isinstance(states, BinaryStates)
        self._chains = states.words.copy()

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        rbm = integers_of(model, self.backend, n_threads)
        ids, data = batch.ids, batch.words
        visit = self.backend.sweep_bits(
            rbm,
            self._chains[batch.rows],
            ids,
            self._chain_key,
            first_sweep=batch.epoch * self._n_sweeps,
            n_sweeps=self._n_sweeps,
            tilt=Tilt(data, ids, np.full(len(ids), self._snr, np.float32), self._noise_key),
            n_threads=n_threads,
        )
        self._chains[batch.rows] = visit.states
        gradient, _ = contrast(rbm, visit.states, data, self.backend, n_threads)
        pairs = np.stack([visit.halfway, visit.states], axis=1).reshape(-1, data.shape[1])
        products = self.backend.overlaps(pairs, data)
        error = products[:, 0, 1] - products[:, 0, 2] - products[:, 1, 2] + products[:, 2, 2]
        return gradient, 0.5 * int(error.sum()) / len(ids)
