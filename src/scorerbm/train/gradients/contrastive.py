"""Contrastive divergence, restarted and persistent."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._seed import derive_key
from ...backends.protocol import Backend, Domain, Reals
from ...rbm import RBM, Chains
from ...rbm.chains import chain_ids
from .base import Batch, Gradient, contrast

__all__ = ["CDGradient", "PCDGradient"]


class CDGradient(Gradient):
    """CD-k: the negative phase is k sweeps from the data (Hinton, Neural Comp. 14, 2002).

    The loss shown is the squared reconstruction error a row.
    """

    def __init__(self, n_sweeps: int, seed: int, backend: Backend) -> None:
        super().__init__(backend)
        self._n_sweeps = n_sweeps
        self._key = derive_key(seed, "chains")

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        chains = Chains(batch.v, batch.ids, self._key, batch.epoch * self._n_sweeps)
        model.gibbs(chains, self._n_sweeps, backend=self.backend, n_threads=n_threads)
        error = np.square(batch.v.astype(np.float64) - chains.visible).sum()
        gradient = contrast(model, batch.v, chains.visible, self.backend, n_threads)
        return gradient, float(error) / len(batch.v)


class PCDGradient(Gradient):
    """PCD-k: the negative phase goes on from the last update (Tieleman, ICML 2008).

    The loss shown is the mean free energy of the data above that of the chains; it is near zero
    at equilibrium.
    """

    def __init__(
        self, v: NDArray[Any], n_chains: int, n_sweeps: int, seed: int, backend: Backend
    ) -> None:
        super().__init__(backend)
        self._n_sweeps = n_sweeps
        ids = chain_ids(n_chains)
        u = backend.uniform(ids, 1, derive_key(seed, "starts"), step=0, domain=Domain.UNIFORM)
        start = v[(u[:, 0] * len(v)).astype(np.intp)]
        self._chains = Chains(start, ids, derive_key(seed, "chains"))

    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        model.gibbs(self._chains, self._n_sweeps, backend=self.backend, n_threads=n_threads)
        samples = self._chains.visible
        gap = model.free_energy(batch.v).mean() - model.free_energy(samples).mean()
        return contrast(model, batch.v, samples, self.backend, n_threads), float(gap)
