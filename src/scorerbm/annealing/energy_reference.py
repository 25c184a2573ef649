"""The mean energy of a model at every inverse temperature, exact or tempered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .. import _check
from .._seed import derive_key
from ..backends import BACKENDS, at_work, get_backend
from ..backends.protocol import Backend, Reals
from ..ising import IsingModel, from_ising, to_ising
from ..rbm.base import all_states
from ..rbm.chains import chain_ids
from ..sample import tune_ladder
from ..sample.bit_replicas import BitPath
from ..sample.replicas import Streams, TemperedReplicas

__all__ = ["EnergyAt", "EnergyReference", "ExactEnergies", "TemperedEnergies", "energy_reference"]

_ENUMERABLE = 16
_METHODS = ("auto", "exact", "tempered")
_NUMBERS_AT_ONCE = 1 << 21
_FEWEST_RUNGS = 12
_NOT_COUNTED = 4  # one sweep in so many


class EnergyAt(NamedTuple):
    """Energies at one inverse temperature."""

    mean: float
    variance: float
    """Of the energy, which is minus the derivative of the mean by beta."""
    error: float
    """Standard error of the mean."""


class EnergyReference(ABC):
    """Mean energy of exp(-βE) as a function of β, from 0 to ``largest_beta``."""

    largest_beta: float
    lowest: float
    """Mean energy at the largest β."""

    @abstractmethod
    def at(self, beta: float) -> EnergyAt:
        """Energies at an inverse temperature between 0 and the largest."""


def energy_reference(
    ising: IsingModel,
    method: str = "auto",
    *,
    largest_beta: float = 2.0,
    n_ladders: int = 16,
    n_sweeps: int = 2000,
    seed: int = 0,
    backend: str = "auto",
    n_threads: int | None = None,
) -> EnergyReference:
    """Mean energies by enumeration of the smaller layer or by parallel tempering.

    Parameters
    ----------
    ising : IsingModel
    method : {"auto", "exact", "tempered"}
        ``"auto"`` is exact if the smaller layer has at most 16 units.
    largest_beta, n_ladders, n_sweeps, seed, backend, n_threads
        Of tempering; see `TemperedEnergies`.

    Returns
    -------
    EnergyReference
        Make it once and match the energies of many sets of reads with it.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described, or the model too large to enumerate.
    """
    _check.choice("method", method, _METHODS)
    units = min(ising.J.shape)
    if method == "exact" or (method == "auto" and units <= _ENUMERABLE):
        return ExactEnergies(ising)
    return TemperedEnergies(
        ising,
        largest_beta=largest_beta,
        n_ladders=n_ladders,
        n_sweeps=n_sweeps,
        seed=seed,
        backend=backend,
        n_threads=n_threads,
    )


class ExactEnergies(EnergyReference):
    r"""Energies by enumeration of the smaller layer.

    Given its spins t, the spins of the other layer are independent in the fields
    :math:`x = h + J t`, so that with :math:`g = h' \cdot t`

    .. math::

        p_\beta(t) \propto e^{-\beta g} \prod_i 2\cosh \beta x_i, \qquad
        \mathrm{E}[E \mid t] = g - \sum_i x_i \tanh \beta x_i, \qquad
        \operatorname{Var}[E \mid t] = \sum_i x_i^2 / \cosh^2 \beta x_i.

    Parameters
    ----------
    ising : IsingModel

    Raises
    ------
    ValueError
        If the smaller layer has more than 24 units.
    """

    def __init__(self, ising: IsingModel) -> None:
        n, coupling = ising.n_visible, ising.J
        fields, others = ising.h[n:], ising.h[:n]
        if n < ising.n_hidden:
            fields, others, coupling = others, fields, coupling.T
        if len(fields) > 24:
            raise ValueError(
                f"ising: got {len(fields)} spins in the smaller layer, expected at most 24 to "
                'enumerate them; method="tempered" takes more'
            )
        self._fields, self._others, self._coupling = fields, others, coupling
        self._offset = ising.offset
        self.largest_beta = float("inf")
        self.lowest = self._offset + min(
            float((g - np.abs(x).sum(axis=1)).min()) for g, x in self._parts()
        )

    def at(self, beta: float) -> EnergyAt:
        """Energies at any inverse temperature of at least 0, without error."""
        beta = _check.number("beta", beta, minimum=0.0)
        weights, means, variances = (
            np.concatenate(x) for x in zip(*(_given(beta, *p) for p in self._parts()), strict=True)
        )
        p = np.exp(weights - weights.max())
        p /= p.sum()
        mean = float(p @ means)
        variance = float(p @ (variances + (means - mean) ** 2))
        return EnergyAt(mean + self._offset, variance, 0.0)

    def _parts(self) -> Iterator[tuple[Reals, Reals]]:
        """Yield g and the fields x of all states of the smaller layer, some at a time."""
        k = len(self._fields)
        size = max(1, _NUMBERS_AT_ONCE // len(self._others))
        for start in range(0, 1 << k, size):
            t = 2.0 * all_states(k, start, min(start + size, 1 << k)) - 1.0
            yield t @ self._fields, self._others + t @ self._coupling.T


def _given(beta: float, g: Reals, x: Reals) -> tuple[Reals, Reals, Reals]:
    """Log-weight, mean and variance of the energy given each state of the smaller layer."""
    y, slope = np.abs(beta * x), np.tanh(beta * x)
    log_cosh = (y + np.log1p(np.exp(-2.0 * y))).sum(axis=1)
    mean = g - (x * slope).sum(axis=1)
    variance = (x * x * (1.0 - slope * slope)).sum(axis=1)
    return log_cosh - beta * g, mean, variance


class TemperedEnergies(EnergyReference):
    r"""Energies measured on the rungs of parallel tempering from β = 0 to ``largest_beta``.

    Between rungs the mean is the cubic that has the measured means and, since
    :math:`d\langle E\rangle/d\beta = -\operatorname{Var} E`, the measured variances as its slopes.
    Rungs that exchange their replicas overlap in energy, which is where such a cubic is as good as
    what it is drawn through. Standard errors come from the spread between ladders, which start
    independently.

    Parameters
    ----------
    ising : IsingModel
    largest_beta : float
        Reads that are colder cannot be matched.
    n_ladders : int
        Independent ladders, at least 2.
    n_sweeps : int
        Of every replica; the first quarter is not counted.
    seed : int
    backend : {"auto", "native", "reference"}
    n_threads : int, optional
        All cores by default. Does not change the result.

    Attributes
    ----------
    betas, means, variances, errors : array, (R,)
        Rungs, and energies on them.
    """

    def __init__(
        self,
        ising: IsingModel,
        *,
        largest_beta: float = 2.0,
        n_ladders: int = 16,
        n_sweeps: int = 2000,
        seed: int = 0,
        backend: str = "auto",
        n_threads: int | None = None,
    ) -> None:
        self.largest_beta = _check.number("largest_beta", largest_beta, above=0.0)
        _check.integer("n_ladders", n_ladders, 2)
        _check.integer("n_sweeps", n_sweeps, _NOT_COUNTED, 1 << 24)
        seed = _check.integer("seed", seed)
        _check.choice("backend", backend, ("auto", *BACKENDS))
        if n_threads is not None:
            _check.integer("n_threads", n_threads, 1)
        top = self.largest_beta
        model = from_ising(IsingModel(top * ising.h, top * ising.J, 0.0))
        tuned = tune_ladder(model, seed=seed, backend=backend, n_threads=n_threads)
        rungs = _filled(tuned.betas)
        # 16 bits may shift energies by more than errors.
        path = BitPath.to(model, "uniform", "int32")
        where = get_backend(backend)
        with at_work(where, n_threads or 0):
            replicas = _replicas(path, rungs, n_ladders, seed, where, n_threads or 0)
            for _ in replicas.pieces(n_sweeps // _NOT_COUNTED):
                pass
            first, second = _moments(replicas, n_sweeps - n_sweeps // _NOT_COUNTED)
        self.betas = top * rungs
        means = first / top  # of each ladder
        self.means = means.mean(axis=0) - to_ising(model).offset / top + ising.offset
        self.variances = (second / top**2).mean(axis=0) - means.mean(axis=0) ** 2
        self.errors = means.std(axis=0, ddof=1) / np.sqrt(n_ladders)
        self.lowest = float(self.means[-1])

    def at(self, beta: float) -> EnergyAt:
        """Energies at an inverse temperature between 0 and the largest."""
        beta = _check.number("beta", beta, minimum=0.0, maximum=self.largest_beta)
        i = int(np.clip(np.searchsorted(self.betas, beta, "right") - 1, 0, len(self.betas) - 2))
        h = float(self.betas[i + 1] - self.betas[i])
        t = (beta - float(self.betas[i])) / h
        low, high = self.means[i : i + 2].tolist()
        fall, steep = self.variances[i : i + 2].tolist()
        rest = 1.0 - t
        mean = (
            low * (1.0 + 2.0 * t) * rest * rest
            + high * t * t * (3.0 - 2.0 * t)
            - h * t * rest * (fall * rest - steep * t)
        )
        error = float(np.interp(beta, self.betas, self.errors))
        return EnergyAt(mean, rest * fall + t * steep, error)


def _filled(betas: Reals) -> Reals:
    """Put rungs between rungs until there are enough to interpolate."""
    while len(betas) < _FEWEST_RUNGS:
        betas = np.sort(np.concatenate([betas, 0.5 * (betas[1:] + betas[:-1])]))
    return betas


def _replicas(
    path: BitPath, rungs: Reals, n_ladders: int, seed: int, backend: Backend, n_threads: int
) -> TemperedReplicas:
    streams = Streams(
        chain_ids(n_ladders), derive_key(seed, "energy reference"), backend, n_threads
    )
    start = path.start(len(rungs), streams, derive_key(seed, "energy reference start"))
    return path.replicas(rungs, start, streams)


def _moments(replicas: TemperedReplicas, n_sweeps: int) -> tuple[Reals, Reals]:
    """Mean and mean square of the energy by ladder and rung, (L, R)."""
    total, n = np.zeros((2, *replicas.slots.shape)), 0
    for _, trace in replicas.pieces(n_sweeps):
        energy = replicas.energies
        total += energy.sum(axis=0), (energy * energy).sum(axis=0)
        n += len(trace)
    return total[0] / n, total[1] / n
