"""Contrastive divergence: restarted, persistent, and with samples from anywhere."""

from __future__ import annotations

import numpy as np

from ..._seed import derive_key
from ...annealing import Annealer
from ...annealing.tracking import Tracker
from ...backends.bits import pack_bits
from ...backends.protocol import Backend, Domain, Reals
from ...rbm import RBM
from ...rbm.chains import chain_ids
from ...sample.base import Sampler
from ..states import BinaryStates
from .base import Batch, Gradient, contrast, integers_of

__all__ = ["CDGradient", "PCDGradient", "SampledGradient"]


class CDGradient(Gradient):
    """CD-k: the negative phase is k sweeps from the data (Hinton, Neural Comp. 14, 2002).

    The loss shown is the squared reconstruction error a row.
    """

    def __init__(self, n_sweeps: int, seed: int, backend: Backend) -> None:
        super().__init__(backend)
        self._n_sweeps = n_sweeps
        self._key = derive_key(seed, "chains")

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        rbm = integers_of(model, self.backend, n_threads)
        data = batch.words
        samples = self.backend.sweep_bits(
            rbm,
            data,
            batch.ids,
            self._key,
            first_sweep=batch.epoch * self._n_sweeps,
            n_sweeps=self._n_sweeps,
            tilt=None,
            n_threads=n_threads,
        ).states
        gradient, _ = contrast(rbm, samples, data, self.backend, n_threads)
        products = self.backend.overlaps(samples, data)
        error = products[:, 0, 0] - 2 * products[:, 0, 1] + products[:, 1, 1]
        return gradient, int(error.sum()) / len(data)


class PCDGradient(Gradient):
    """PCD-k: the negative phase goes on from the last update (Tieleman, ICML 2008).

    The loss shown is the mean free energy of the data above that of the chains; it is near zero
    at equilibrium.
    """

    def __init__(
        self, states: BinaryStates, n_chains: int, n_sweeps: int, seed: int, backend: Backend
    ) -> None:
        super().__init__(backend)
        self._n_sweeps, self._sweep = n_sweeps, 0
        self._ids = chain_ids(n_chains)
        u = backend.uniform(self._ids, 1, derive_key(seed, "starts"), step=0, domain=Domain.UNIFORM)
        self._chains = states.words[(u[:, 0] * len(states)).astype(np.intp)]
        self._key = derive_key(seed, "chains")

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        rbm = integers_of(model, self.backend, n_threads)
        self._chains = self.backend.sweep_bits(
            rbm,
            self._chains,
            self._ids,
            self._key,
            first_sweep=self._sweep,
            n_sweeps=self._n_sweeps,
            tilt=None,
            n_threads=n_threads,
        ).states
        self._sweep += self._n_sweeps
        data = batch.words
        return contrast(rbm, self._chains, data, self.backend, n_threads, free_energy=True)


class SampledGradient(Gradient):
    """The negative phase is drawn anew at every update by any sampler.

    The loss shown is that of PCD. The inverse temperature of an annealer is followed.
    """

    def __init__(self, sampler: Sampler, n_samples: int, seed: int, backend: Backend) -> None:
        super().__init__(backend)
        self._tracker = Tracker(sampler) if isinstance(sampler, Annealer) else None
        self._sampler = self._tracker or sampler
        self._n_samples, self._seed, self._update = n_samples, seed, 0

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        rbm = integers_of(model, self.backend, n_threads)
        high, low = derive_key(self._seed, "negative phase", self._update)
        drawn = self._sampler.sample(model, self._n_samples, seed=high << 32 | low)
        self._update += 1
        samples, data = pack_bits(drawn.visible), batch.words
        return contrast(rbm, samples, data, self.backend, n_threads, free_energy=True)

    def shown(self, progress: float) -> dict[str, float]:
        return {} if self._tracker is None else {"beta": self._tracker.beta}

    def close(self) -> None:
        if self._tracker is not None:
            self._tracker.close()
