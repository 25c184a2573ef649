"""Posterior mean by block Gibbs sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _check
from ..backends.protocol import Floats, Key, Reals, Words
from ..rbm import RBM, Chains
from ..rbm.chains import MOST_STEPS
from .base import Denoiser, Particles, PosteriorMean
from .path import StagePath, one_stage

__all__ = ["GibbsDenoiser", "start_states"]


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
        _check.boolean("keep_chain", self.keep_chain)

    def bind(self, model: RBM, particles: Particles) -> PosteriorMean:
        """Set to work; the chains start at the first call."""
        return _GibbsMean(model, particles, self)


class _GibbsMean(PosteriorMean):
    def __init__(self, model: RBM, particles: Particles, options: GibbsDenoiser) -> None:
        super().__init__(model, particles)
        self._options = options
        self._chains: Chains | None = None

    def mean(self, v_t: Reals, alpha: float, sigma: float) -> Reals:
        v = np.ascontiguousarray(v_t, np.float32)
        chains = self._started(v_t, alpha, sigma)
        n = self._options.n_sweeps
        estimate = self._integrate(chains, v, one_stage(alpha, sigma), n)
        if estimate is None:
            return self._sweep(chains, v_t, alpha, sigma, n)
        return estimate.astype(np.float64)

    def integrate(self, v: Floats, path: StagePath, noise_key: Key) -> Floats:
        if self._options.keep_chain:
            chains = self._started(v.astype(np.float64), float(path.alpha[0]), float(path.sigma[0]))
            end = self._integrate(chains, v, path, self._options.n_sweeps, noise_key)
            if end is not None:
                self.n_calls += len(path)
                return end
        return super().integrate(v, path, noise_key)

    def draw(self, v_t: Reals, alpha: float, sigma: float) -> NDArray[Any]:
        chains, n = self._started(v_t, alpha, sigma), self._options.n_final_sweeps
        v = np.ascontiguousarray(v_t, np.float32)
        if self._integrate(chains, v, one_stage(alpha, sigma), n) is None:
            self._sweep(chains, v_t, alpha, sigma, n)
        return chains.visible

    def _integrate(
        self, chains: Chains, v: Floats, path: StagePath, n_sweeps: int, noise_key: Key = (0, 0)
    ) -> Floats | None:
        """Sweep in one call with the model's own kernel, if it has one."""
        p = self.particles
        end = self.model.posterior_path(
            chains,
            v,
            path.stages(),
            n_sweeps,
            first_stage=path.first,
            noise_key=noise_key,
            backend=p.backend,
            n_threads=p.n_threads,
        )
        if end is not None:
            self.n_sweeps += n_sweeps * len(path)
        return end

    def _sweep(
        self, chains: Chains, v_t: Reals, alpha: float, sigma: float, n_sweeps: int
    ) -> Reals:
        p = self.particles
        self.n_sweeps += n_sweeps
        posterior = self.model.tilt(v_t, alpha, sigma)
        mean = posterior.gibbs(
            chains, n_sweeps, backend=p.backend, mean=True, n_threads=p.n_threads
        )
        assert mean is not None
        return mean

    def _started(self, v_t: Reals, alpha: float, sigma: float) -> Chains:
        p = self.particles
        if self._chains is None:
            start = self._start(v_t, alpha, sigma, 0)
            self._chains = Chains(start, p.ids, p.key, precision=p.precision)
        elif not self._options.keep_chain:
            self._chains.visible = self._start(v_t, alpha, sigma, self._chains.sweep)
        return self._chains

    def _start(self, v_t: Reals, alpha: float, sigma: float, step: int) -> NDArray[Any]:
        mean = self.model.posterior_start(v_t, alpha, sigma)
        return start_states(self.model, mean, self.particles.ids, self.particles, step)


def start_states(
    model: RBM, mean: Reals, chains: Words, particles: Particles, step: int
) -> NDArray[Any]:
    """Independent units around these means, to start numbered chains from."""
    key = _start_key(particles.key)
    return model.draw_visible(mean, chains, key, step=step, backend=particles.backend)


def _start_key(key: tuple[int, int]) -> tuple[int, int]:
    """A stream of its own for the starts, which share their counters with the sweeps."""
    return key[0] ^ 0xFFFFFFFF, key[1]
