"""Posterior mean by parallel tempering."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Bits, Reals
from ..rbm import RBM, BernoulliRBM, Chains, GaussianRBM
from ..rbm.chains import MOST_STEPS
from ..rbm.real_tempering import RealTempering
from ..rbm.tempering import (
    Tempered,
    check_betas,
    check_family,
    check_reference,
    reference_of,
    replica_ids,
)
from .base import Denoiser, Particles, PosteriorMean
from .gibbs import start_states

__all__ = ["TemperedDenoiser"]

_NUMBERS_AT_ONCE = 1 << 24  # biases of the replicas of one part of the particles: 64 MB
_REALS_AT_ONCE = 1 << 20  # of real units, whose sweeps derive ten such arrays from them


@dataclass(frozen=True)
class TemperedDenoiser(Denoiser):
    r"""k sweeps of parallel tempering of the tilted model, averaging :math:`E[v|h]` at β = 1.

    Near t = 1 the posterior is the model itself, and a Gibbs chain does not cross between its
    modes. Here each particle has R replicas that sample, with the tilted energy
    :math:`\tilde E(v, h) = E(v, h) - \ln p(v_t | v)`,

    .. math:: p_k(v, h) \propto \exp[-(1 - \beta_k) E_\text{ref}(v) - \beta_k \tilde E(v, h)]

    for bits, and for real units, whose observation the reference gets too,

    .. math:: p_k(v, h) \propto
              \exp[-(1 - \beta_k) E_\text{ref}(v) - \beta_k E(v, h)]\; p(v_t | v).

    They exchange their inverse temperatures after every sweep, as in `ParallelTempering`. Replicas
    and their temperatures are kept from one call to the next. A sweep costs R times that of
    `GibbsDenoiser`.

    Parameters
    ----------
    betas : array_like, (R,)
        Inverse temperatures that increase from at least 0 to 1. `tune_ladder` finds those of the
        model, which serve near t = 1; later the observation has chosen the mode.
    n_sweeps : int
        k, the sweeps of every replica in a call.
    n_final_sweeps : int
        Sweeps of every replica before the final draw.
    reference : {"uniform", "data"}, optional
        E_ref, as `ParallelTempering` has it: for bits 0 by default, or that of independent bits of
        the training data's frequencies; for real units the diagonal Gaussian of
        `GaussianRBM.independent`.

    Raises
    ------
    TypeError, ValueError
        If an option is not as described; when set to work, if the model is neither a
        `BernoulliRBM` nor a `GaussianRBM`, if its units cannot be the reference, if that is "data"
        and the ``data_mean`` of bits not known, or if the number of a replica, that of its particle
        times R, does not fit 32 bits.

    References
    ----------
    Hukushima and Nemoto, J. Phys. Soc. Jpn. 65 (1996) 1604.

    Notes
    -----
    A bias beyond which a binary unit is constant at β = 1 is cut there, so that hotter replicas
    sample a slightly different energy. The samples at β = 1 are not affected.

    Examples
    --------
    >>> import scorerbm as sr
    >>> model = sr.BernoulliRBM([[8.0], [8.0]], [-4.0, -4.0], [-8.0])
    >>> denoiser = sr.TemperedDenoiser([0.0, 0.5, 1.0])
    >>> samples = sr.ReverseSDE(100, denoiser=denoiser).sample(model, 50)
    >>> samples.info["n_sweeps"]
    303
    """

    betas: ArrayLike
    n_sweeps: int = 1
    n_final_sweeps: int = 1
    reference: str | None = None

    def __post_init__(self) -> None:
        # Denoisers are values, which arrays are not.
        object.__setattr__(self, "betas", check_betas(self.betas))
        _check.integer("n_sweeps", self.n_sweeps, 1, MOST_STEPS)
        _check.integer("n_final_sweeps", self.n_final_sweeps, 1, MOST_STEPS)
        check_reference(self.reference)

    def bind(self, model: RBM, particles: Particles) -> PosteriorMean:
        """Set to work; the replicas start at the first call."""
        one = check_family(model)
        if isinstance(one, BernoulliRBM):
            return _OfBits(one, particles, self)
        return _OfReals(one, particles, self)


class _TemperedMean(PosteriorMean):
    """Rows of the states are replicas: row i·R + r is the replica r of the particle i."""

    def __init__(self, model: Tempered, particles: Particles, options: TemperedDenoiser) -> None:
        super().__init__(model, particles)
        self._options = options
        self._reference = reference_of(model, options.reference)
        self._betas = np.array(options.betas, np.float64)
        self._ids = replica_ids(particles.ids, len(self._betas)).reshape(-1)
        n = len(particles.ids)
        self._slots = np.tile(np.arange(len(self._betas), dtype=np.uint16), (n, 1))
        self._visible: NDArray[Any] | None = None
        self._sweep = 0

    def mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        return self._advance(v_t, alpha, sigma, self._options.n_sweeps)[1]

    def draw(self, v_t: Reals, alpha: float, sigma: float) -> NDArray[Any]:
        return self._advance(v_t, alpha, sigma, self._options.n_final_sweeps)[0]

    def _advance(
        self, v_t: Reals, alpha: float, sigma: float, n_sweeps: int
    ) -> tuple[NDArray[Any], Reals]:
        """Sweep; return the last v at β = 1, and the mean of E[v|h] there over the sweeps."""
        n_replicas = len(self._betas)
        if self._visible is None:
            start = np.repeat(self.model.posterior_start(v_t, alpha, sigma), n_replicas, axis=0)
            self._visible = start_states(self.model, start, self._ids, self.particles, 0)
        drawn, mean = np.empty(v_t.shape, self._visible.dtype), np.zeros(v_t.shape)
        size = max(1, self._at_once() // (n_replicas * self.model.n_visible))
        for first in range(0, len(v_t), size):
            part = slice(first, min(first + size, len(v_t)))
            sweeps = self._sweeps(v_t[part], alpha, sigma, part)
            for drawn[part], estimate in islice(sweeps, n_sweeps):
                mean[part] += estimate
        self._sweep += n_sweeps
        self.n_sweeps += n_sweeps * n_replicas
        return drawn, mean / n_sweeps

    @abstractmethod
    def _at_once(self) -> int:
        """Visible units of the replicas of one part of the particles."""

    @abstractmethod
    def _sweeps(
        self, v_t: Reals, alpha: float, sigma: float, part: slice
    ) -> Iterator[tuple[NDArray[Any], Reals]]:
        """Sweep the replicas of some particles, from `_sweep` on, and exchange, again and again.

        Yields v, and E[v|h] of the posterior, of those at β = 1.
        """

    def _rows(self, part: slice) -> slice:
        """Replicas of some particles."""
        n_replicas = len(self._betas)
        return slice(part.start * n_replicas, part.stop * n_replicas)

    def _cold(self, part: slice) -> NDArray[np.intp]:
        """Rows, among those of the part, of the replicas at β = 1."""
        return np.nonzero((self._slots[part] == len(self._betas) - 1).reshape(-1))[0]


class _OfBits(_TemperedMean):
    model: BernoulliRBM

    def __init__(
        self, model: BernoulliRBM, particles: Particles, options: TemperedDenoiser
    ) -> None:
        super().__init__(model, particles, options)
        _, self._offset = model.split(self._reference)

    def _at_once(self) -> int:
        return _NUMBERS_AT_ONCE

    def _sweeps(
        self, v_t: Reals, alpha: float, sigma: float, part: slice
    ) -> Iterator[tuple[Bits, Reals]]:
        p, rows, posterior = self.particles, self._rows(part), self.model.tilt(v_t, alpha, sigma)
        target = posterior.integers(p.precision)
        rounded = posterior.split(self._reference)[0].integers(p.precision)
        bias = np.repeat(rounded.visible_bias, len(self._betas), axis=0)
        rounded = rounded._replace(visible_bias=bias)
        assert self._visible is not None
        for sweep in count(self._sweep):
            result = p.backend.temper(
                rounded,
                self._visible[rows],
                self._ids[rows],
                p.ids[part],
                p.key,
                first_sweep=sweep,
                n_sweeps=1,
                swap_every=1,
                betas=self._betas,
                slots=self._slots[part],
                offset=self._offset,
                n_threads=p.n_threads,
            )
            self._visible[rows], self._slots[part] = result.visible, result.slots
            cold = self._cold(part)
            mean = p.backend.conditional(
                result.hidden[cold],
                target.weights_transposed,
                target.visible_bias,
                target.scale,
                p.n_threads,
            )
            yield result.visible[cold], mean


class _OfReals(_TemperedMean):
    model: GaussianRBM

    def _at_once(self) -> int:
        return _REALS_AT_ONCE

    def _sweeps(
        self, v_t: Reals, alpha: float, sigma: float, part: slice
    ) -> Iterator[tuple[Reals, Reals]]:
        p, rows, posterior = self.particles, self._rows(part), self.model.tilt(v_t, alpha, sigma)
        seen = np.repeat(v_t, len(self._betas), axis=0), alpha, sigma
        start = self.model.independent(self._reference).tilt(*seen)
        tempering = RealTempering(start.conditionals, self.model.tilt(*seen).conditionals)
        assert self._visible is not None
        chains = Chains(self._visible[rows], self._ids[rows], p.key, self._sweep)
        while True:
            self._slots[part] = tempering.temper(
                chains,
                p.ids[part],
                n_sweeps=1,
                swap_every=1,
                betas=self._betas,
                slots=self._slots[part],
                backend=p.backend,
                n_threads=p.n_threads,
            ).slots
            self._visible[rows], cold = chains.visible, self._cold(part)
            assert chains.hidden is not None
            yield chains.visible[cold], posterior.visible_mean(chains.hidden[cold])
