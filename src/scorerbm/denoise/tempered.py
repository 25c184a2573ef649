"""Posterior mean by parallel tempering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Bits, Reals
from ..rbm import RBM, BernoulliRBM
from ..rbm.chains import MOST_STEPS
from ..rbm.tempering import REFERENCES, check_betas, check_family, replica_ids
from .base import Denoiser, Particles, PosteriorMean
from .gibbs import start_states

__all__ = ["TemperedDenoiser"]

_NUMBERS_AT_ONCE = 1 << 24  # biases of the replicas of one part of the particles: 64 MB


@dataclass(frozen=True)
class TemperedDenoiser(Denoiser):
    r"""k sweeps of parallel tempering of the tilted model, averaging :math:`E[v|h]` at β = 1.

    Near t = 1 the posterior is the model itself, and a Gibbs chain does not cross between its
    modes. Here each particle has R replicas that sample, with the tilted energy
    :math:`\tilde E = -v^\top W h - \tilde b(v_t)^\top v - c^\top h`,

    .. math:: p_k(v, h) \propto \exp[-(1 - \beta_k) E_\text{ref}(v) - \beta_k \tilde E(v, h)]

    and exchange their inverse temperatures after every sweep, as in `ParallelTempering`. Replicas
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
    reference : {"uniform", "data"}
        E_ref: 0, or that of independent bits of the training data's frequencies.

    Raises
    ------
    TypeError, ValueError
        If an option is not as described; when set to work, if the model is not a `BernoulliRBM`,
        if the reference is "data" and its ``data_mean`` not known, or if the number of a replica,
        that of its particle times R, does not fit 32 bits.

    References
    ----------
    Hukushima and Nemoto, J. Phys. Soc. Jpn. 65 (1996) 1604.

    Notes
    -----
    A bias beyond which a unit is constant at β = 1 is cut there, so that hotter replicas sample
    a slightly different energy. The samples at β = 1 are not affected.

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
    reference: str = "uniform"

    def __post_init__(self) -> None:
        # Denoisers are values, which arrays are not.
        object.__setattr__(self, "betas", check_betas(self.betas))
        _check.integer("n_sweeps", self.n_sweeps, 1, MOST_STEPS)
        _check.integer("n_final_sweeps", self.n_final_sweeps, 1, MOST_STEPS)
        _check.choice("reference", self.reference, REFERENCES)

    def bind(self, model: RBM, particles: Particles) -> PosteriorMean:
        """Set to work; the replicas start at the first call."""
        return _TemperedMean(check_family(model), particles, self)


class _TemperedMean(PosteriorMean):
    """Rows of the states are replicas: row i·R + r is the replica r of the particle i."""

    def __init__(
        self, model: BernoulliRBM, particles: Particles, options: TemperedDenoiser
    ) -> None:
        super().__init__(model, particles)
        self._options, self._model = options, model
        self._betas = np.array(options.betas, np.float64)
        self._ids = replica_ids(particles.ids, len(self._betas)).reshape(-1)
        n = len(particles.ids)
        self._slots = np.tile(np.arange(len(self._betas), dtype=np.uint16), (n, 1))
        self._visible: Bits | None = None
        self._sweep = 0
        _, self._offset = model.split(options.reference)

    def mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        return self._advance(v_t, alpha, sigma, self._options.n_sweeps)[1]

    def draw(self, v_t: Reals, alpha: float, sigma: float) -> NDArray[Any]:
        return self._advance(v_t, alpha, sigma, self._options.n_final_sweeps)[0]

    def _advance(self, v_t: Reals, alpha: float, sigma: float, n_sweeps: int) -> tuple[Bits, Reals]:
        """Sweep; return the last v at β = 1, and the mean of E[v|h] there over the sweeps."""
        n_replicas = len(self._betas)
        if self._visible is None:
            start = np.repeat(self._model.posterior_start(v_t, alpha, sigma), n_replicas, axis=0)
            self._visible = start_states(self._model, start, self._ids, self.particles, 0)
        drawn, mean = np.empty(v_t.shape, np.uint8), np.empty(v_t.shape)
        size = max(1, _NUMBERS_AT_ONCE // (n_replicas * self._model.n_visible))
        for first in range(0, len(v_t), size):
            part = slice(first, min(first + size, len(v_t)))
            posterior = self._model.tilt(v_t[part], alpha, sigma)
            drawn[part], mean[part] = self._advance_part(posterior, part, n_sweeps)
        self._sweep += n_sweeps
        self.n_sweeps += n_sweeps * n_replicas
        return drawn, mean

    def _advance_part(
        self, posterior: BernoulliRBM, part: slice, n_sweeps: int
    ) -> tuple[Bits, Reals]:
        n_replicas, p = len(self._betas), self.particles
        target = posterior.integers(self.particles.precision)
        rest = posterior.split(self._options.reference)[0].integers(self.particles.precision)
        rest = rest._replace(visible_bias=np.repeat(rest.visible_bias, n_replicas, axis=0))
        rows = slice(part.start * n_replicas, part.stop * n_replicas)
        assert self._visible is not None
        visible, slots, total = self._visible[rows], self._slots[part], None
        for sweep in range(self._sweep, self._sweep + n_sweeps):
            result = p.backend.temper(
                rest,
                visible,
                self._ids[rows],
                p.ids[part],
                p.key,
                first_sweep=sweep,
                n_sweeps=1,
                swap_every=1,
                betas=self._betas,
                slots=slots,
                offset=self._offset,
                n_threads=p.n_threads,
            )
            visible, slots = result.visible, result.slots
            cold = np.nonzero((slots == n_replicas - 1).reshape(-1))[0]
            mean = p.backend.conditional(
                result.hidden[cold],
                target.weights_transposed,
                target.visible_bias,
                target.scale,
                p.n_threads,
            )
            total = mean if total is None else total + mean
        assert total is not None
        self._visible[rows], self._slots[part] = visible, slots
        return visible[cold], total / n_sweeps
