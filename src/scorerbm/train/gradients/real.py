"""Gradients of models with real visible units: contrasts of data with samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..._seed import derive_key
from ...backends.protocol import Backend, Domain, Reals
from ...rbm import RBM, Chains
from ...rbm.chains import chain_ids
from ...sample.base import Sampler
from ..gaussian import FURTHEST
from ..states import RealStates, States
from .base import Batch, Gradient

__all__ = [
    "RealCDGradient",
    "RealPCDGradient",
    "RealRecoveryGradient",
    "RealSampledGradient",
    "check_near",
]


def check_near(samples: Reals) -> None:
    """Look at standardised states of chains.

    Raises
    ------
    OverflowError
        If they have left the data behind: the parameters have diverged.
    """
    furthest = max(float(samples.max()), -float(samples.min()))
    if not furthest <= FURTHEST:
        raise OverflowError(
            f"chains of the model reach {furthest:.3g} standard deviations of the data"
        )


def _contrast(
    model: RBM, samples: Reals, data: Reals, backend: Backend, n_threads: int
) -> dict[str, Reals]:
    """E_data[∂F/∂θ] - E_samples[∂F/∂θ]: down this gradient, data gain and samples lose."""
    check_near(samples)
    gained = model.statistics(data, backend=backend, n_threads=n_threads)
    lost = model.statistics(samples, backend=backend, n_threads=n_threads)
    return {name: lost[name] - gained[name] for name in gained}


def _gap(model: RBM, samples: Reals, data: Reals) -> float:
    """Mean free energy of the data above that of the samples."""
    return float(model.free_energy(data).mean() - model.free_energy(samples).mean())


class RealRecoveryGradient(Gradient):
    r"""The contrast of `RecoveryGradient`, of data with posterior samples given one observation.

    .. math:: \nabla L = E[\partial_\theta F(v_0)]
        - E_{v_{\gamma_0}} E_{v \sim p_\theta(\cdot | v_{\gamma_0})}[\partial_\theta F(v)]

    is the derivative of :math:`E[-\ln p_\theta(v_0 | v_{\gamma_0})]` here too. The integral over
    the noise above γ₀ is that up to a constant: the entropy that is left to real v as γ → ∞. Each
    row has one observation, drawn once, and one posterior chain, started at the datum and resumed
    at every visit. The loss shown is that of `RecoveryGradient`.
    """

    def __init__(
        self, states: RealStates, snr: float, n_sweeps: int, seed: int, backend: Backend
    ) -> None:
        super().__init__(backend)
        self.turn_to(states)
        self._alpha, self._sigma = (
            float(np.sqrt(snr / (1.0 + snr))),
            float(1.0 / np.sqrt(1.0 + snr)),
        )
        self._n_sweeps = n_sweeps
        self._noise_key = derive_key(seed, "observation noise")
        self._chain_key = derive_key(seed, "posterior chains")

    def turn_to(self, states: States) -> None:
        assert isinstance(states, RealStates)
        self._chains = states.values.copy()

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        v0, ids = batch.v, batch.ids
        zeta = self.backend.normal(ids, v0.shape[1], self._noise_key, step=0, domain=Domain.NORMAL)
        posterior = model.tilt(self._alpha * v0 + self._sigma * zeta, self._alpha, self._sigma)
        first = batch.epoch * self._n_sweeps
        chains = Chains(self._chains[batch.rows], ids, self._chain_key, first)
        half = self._n_sweeps // 2
        if half > 0:
            posterior.gibbs(chains, half, backend=self.backend, n_threads=n_threads)
        early = chains.visible
        posterior.gibbs(chains, self._n_sweeps - half, backend=self.backend, n_threads=n_threads)
        self._chains[batch.rows] = late = chains.visible
        gradient = _contrast(model, late, v0, self.backend, n_threads)
        return gradient, 0.5 * float(((early - v0) * (late - v0)).sum()) / len(v0)


class RealCDGradient(Gradient):
    """CD-k: the negative phase is k sweeps from the data (Hinton, Neural Comp. 14, 2002).

    The loss shown is the squared reconstruction error a row.
    """

    def __init__(self, n_sweeps: int, seed: int, backend: Backend) -> None:
        super().__init__(backend)
        self._n_sweeps = n_sweeps
        self._key = derive_key(seed, "chains")

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        v0 = batch.v
        chains = Chains(v0, batch.ids, self._key, batch.epoch * self._n_sweeps)
        model.gibbs(chains, self._n_sweeps, backend=self.backend, n_threads=n_threads)
        gradient = _contrast(model, chains.visible, v0, self.backend, n_threads)
        return gradient, float(np.square(chains.visible - v0).sum()) / len(v0)


class RealPCDGradient(Gradient):
    """PCD-k: the negative phase goes on from the last update (Tieleman, ICML 2008).

    The loss shown is the mean free energy of the data above that of the chains.
    """

    def __init__(
        self, states: RealStates, n_chains: int, n_sweeps: int, seed: int, backend: Backend
    ) -> None:
        super().__init__(backend)
        self._n_sweeps = n_sweeps
        ids = chain_ids(n_chains)
        u = backend.uniform(ids, 1, derive_key(seed, "starts"), step=0, domain=Domain.UNIFORM)
        rows: NDArray[np.intp] = (u[:, 0] * len(states)).astype(np.intp)
        self._chains = Chains(states.values[rows], ids, derive_key(seed, "chains"))

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        model.gibbs(self._chains, self._n_sweeps, backend=self.backend, n_threads=n_threads)
        samples, data = self._chains.visible, batch.v
        gradient = _contrast(model, samples, data, self.backend, n_threads)
        return gradient, _gap(model, samples, data)


class RealSampledGradient(Gradient):
    """The negative phase is drawn anew at every update by any sampler.

    The loss shown is that of PCD.
    """

    def __init__(self, sampler: Sampler, n_samples: int, seed: int, backend: Backend) -> None:
        super().__init__(backend)
        self._sampler, self._n_samples, self._seed = sampler, n_samples, seed
        self._update = 0

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        high, low = derive_key(self._seed, "negative phase", self._update)
        samples = self._sampler.sample(model, self._n_samples, seed=high << 32 | low).visible
        self._update += 1
        gradient = _contrast(model, samples, batch.v, self.backend, n_threads)
        return gradient, _gap(model, samples, batch.v)
