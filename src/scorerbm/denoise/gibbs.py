"""Posterior mean by block Gibbs sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _check
from ..backends.protocol import Reals, Words
from ..rbm import RBM, Chains
from ..rbm.chains import MOST_STEPS
from .base import Denoiser, Particles, PosteriorMean

__all__ = ["GibbsDenoiser", "start_states"]

_WORK_AT_ONCE = 1 << 27  # weights that each particle visits in one call


@dataclass(frozen=True)
class GibbsDenoiser(Denoiser):
    r"""k block-Gibbs sweeps of the tilted model, averaging :math:`E[v|h]` over them.

    Parameters
    ----------
    n_sweeps : int
        k, the sweeps a call.
    keep_chain : bool
        Whether the chain goes on from one call to the next. Along a trajectory the posterior
        changes little between steps, so a kept chain stays near equilibrium and the reverse SDE
        converges to the model's own distribution. A restarted one never does.
    n_final_sweeps : int
        Sweeps before the final draw.
    """

    n_sweeps: int = 1
    keep_chain: bool = True
    n_final_sweeps: int = 1

    def __post_init__(self) -> None:
        _check.integer("n_sweeps", self.n_sweeps, 1, MOST_STEPS)
        _check.integer("n_final_sweeps", self.n_final_sweeps, 1, MOST_STEPS)
        if not isinstance(self.keep_chain, (bool, np.bool_)):
            raise TypeError(f"keep_chain: got {self.keep_chain!r}, expected True or False")

    def bind(self, model: RBM, particles: Particles) -> PosteriorMean:
        """Set to work; the chains start at the first call."""
        return _GibbsMean(model, particles, self)


class _GibbsMean(PosteriorMean):
    def __init__(self, model: RBM, particles: Particles, options: GibbsDenoiser) -> None:
        super().__init__(model, particles)
        self._options = options
        self._chains: Chains | None = None

    def mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        estimate = self._sweep(v_t, alpha, sigma, self._options.n_sweeps, mean=True)
        assert estimate is not None
        return estimate

    def draw(self, v_t: Reals, alpha: float, sigma: float) -> NDArray[Any]:
        self._sweep(v_t, alpha, sigma, self._options.n_final_sweeps, mean=False)
        assert self._chains is not None
        return self._chains.visible

    def _sweep(
        self, v_t: Reals, alpha: float, sigma: float, n_sweeps: int, *, mean: bool
    ) -> Reals | None:
        p = self.particles
        if self._chains is None:
            start = self._start(v_t, alpha, sigma, 0)
            self._chains = Chains(start, p.ids, p.key, precision=p.precision)
        elif not self._options.keep_chain:
            self._chains.visible = self._start(v_t, alpha, sigma, self._chains.sweep)
        self.n_sweeps += n_sweeps
        posterior, total, done = self.model.tilt(v_t, alpha, sigma), None, 0
        while done < n_sweeps:
            count = min(_sweeps_at_once(self.model), n_sweeps - done)
            part = posterior.gibbs(
                self._chains, count, backend=p.backend, mean=mean, n_threads=p.n_threads
            )
            done += count
            if part is not None:
                part *= count / n_sweeps
                total = part if total is None else total + part
        return total

    def _start(self, v_t: Reals, alpha: float, sigma: float, step: int) -> NDArray[Any]:
        mean = self.model.posterior_start(v_t, alpha, sigma)
        return start_states(self.model, mean, self.particles.ids, self.particles, step)


def start_states(
    model: RBM, mean: Reals, chains: Words, particles: Particles, step: int
) -> NDArray[Any]:
    """Independent units around these means, to start numbered chains from."""
    key = _start_key(particles.key)
    return model.draw_visible(mean, chains, key, step=step, backend=particles.backend)


def _sweeps_at_once(model: RBM) -> int:
    """Sweeps that one call makes; the same however particles are split."""
    return max(1, _WORK_AT_ONCE // (model.n_visible * model.n_hidden))


def _start_key(key: tuple[int, int]) -> tuple[int, int]:
    """A stream of its own for the starts, which share their counters with the sweeps."""
    return key[0] ^ 0xFFFFFFFF, key[1]
