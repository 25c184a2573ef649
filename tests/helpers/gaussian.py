"""A Gaussian–Bernoulli RBM in plain NumPy, written from its energy alone.

A second family of visible units, here to show that denoisers, samplers and the score take any
subclass of `RBM` as they find it.

    E(v, h) = Σ_i (v_i-b_i)²/(2s_i²) - Σ_ij v_i w_ij h_j/s_i² - cᵀh
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorerbm.backends.protocol import Domain
from scorerbm.rbm import RBM

from .models import states

Reals = NDArray[np.float64]


class PlainGaussianRBM(RBM):
    """Weights (N, M), visible bias (N,) or (B, N), hidden bias (M,), widths s (N,)."""

    def __init__(self, weights: Any, visible_bias: Any, hidden_bias: Any, width: Any) -> None:
        self._w, self._b, self._c, self._s = (
            np.array(x, np.float64) for x in (weights, visible_bias, hidden_bias, width)
        )

    @property
    def weights(self) -> Reals:
        return self._w

    @property
    def visible_bias(self) -> Reals:
        return self._b

    @property
    def hidden_bias(self) -> Reals:
        return self._c

    @property
    def width(self) -> Reals:
        return self._s

    @property
    def parameters(self) -> dict[str, NDArray[np.floating[Any]]]:
        return {
            "weights": self._w, "visible_bias": self._b,
            "hidden_bias": self._c, "width": self._s,
        }  # fmt: skip

    # -- the distribution -------------------------------------------------------------------

    def energy(self, v: Any, h: Any) -> Reals:
        v, h = np.asarray(v, np.float64), np.asarray(h, np.float64)
        return self.visible_energy(v) - (self.hidden_log_odds(v) * h).sum(axis=-1)

    def visible_energy(self, v: Any) -> Reals:
        return 0.5 * np.square((np.asarray(v) - self._b) / self._s).sum(axis=-1)

    def free_energy(self, v: Any) -> Reals:
        return self.visible_energy(v) - np.logaddexp(0.0, self.hidden_log_odds(v)).sum(axis=-1)

    def hidden_log_odds(self, v: Any) -> Reals:
        return self._c + (np.asarray(v) / self._s**2) @ self._w

    def hidden_probability(self, v: Any) -> Reals:
        return 0.5 * (1.0 + np.tanh(0.5 * self.hidden_log_odds(v)))

    def visible_mean(self, h: Any) -> Reals:
        return self._b + np.asarray(h, np.float64) @ self._w.T

    def visible_variance(self, mean: Reals) -> Reals:
        return np.broadcast_to(self._s**2, mean.shape)

    def visible_force(self, v: Any, h: Any) -> Reals:
        return (self.visible_mean(h) - v) / self._s**2

    def hidden_free_energy(self, h: Any) -> Reals:
        """-ln ∫ exp(-E(v, h)) dv, by completing the square around b + Wh."""
        shift = self.visible_mean(h) ** 2 - self._b**2
        per_unit = 0.5 * shift / self._s**2 + 0.5 * np.log(2.0 * np.pi * self._s**2)
        return -(np.asarray(h) @ self._c + per_unit.sum(axis=-1))

    def enumerate_hidden(self, *, backend: Any, n_threads: int = 0) -> Reals:
        return -self.hidden_free_energy(states(self.n_hidden))

    # -- the diffusion ----------------------------------------------------------------------

    def tilt(self, v_t: Any, alpha: Any, sigma: Any) -> PlainGaussianRBM:
        """Precisions and precision-weighted means add."""
        alpha, sigma = np.asarray(alpha)[..., None], np.asarray(sigma)[..., None]
        precision = 1.0 / self._s**2 + alpha**2 / sigma**2
        bias = (self._b / self._s**2 + alpha * v_t / sigma**2) / precision
        weights = self._w / (self._s**2 * precision)[:, None]
        return PlainGaussianRBM(weights, bias, self._c, precision**-0.5)

    def posterior_start(self, v_t: Any, alpha: Any, sigma: Any) -> Reals:
        return PlainGaussianRBM(0.0 * self._w, self._b, self._c, self._s).tilt(v_t, alpha, sigma)._b

    def draw_visible(self, mean: Any, chains: Any, key: Any, *, step: int, backend: Any) -> Reals:
        noise = backend.normal(chains, mean.shape[1], key, step=step, domain=Domain.NORMAL)
        return np.asarray(mean + self._s * noise)

    def relax_visible(
        self, h: Any, tau: float, chains: Any, key: Any, *, step: int, noise: int, backend: Any
    ) -> Reals:
        zeta = backend.normal(
            chains, self.n_visible, key, step=step, domain=Domain.NORMAL | noise << 8
        )
        return np.asarray(self.visible_mean(h) + self._s * zeta)

    # -- Markov chains ----------------------------------------------------------------------

    def random_visible(self, chains: Any, key: Any, backend: Any) -> Reals:
        zeta = backend.normal(chains, self.n_visible, key, step=0, domain=Domain.NORMAL)
        return np.asarray(self._b + self._s * zeta)

    def gibbs(
        self, chains: Any, n_sweeps: int, *, backend: Any, beta: Any = 1.0,
        mean: bool = False, n_threads: int = 0,
    ) -> Reals | None:  # fmt: skip
        assert np.all(np.equal(beta, 1.0))
        total = np.zeros(chains.visible.shape)
        for sweep in range(chains.sweep, chains.sweep + n_sweeps):
            p = self.hidden_probability(chains.visible)
            at = {"step": sweep, "backend": backend}
            chains.hidden = backend.bernoulli(
                p, chains.ids, chains.key, step=sweep, domain=Domain.HIDDEN
            )
            centre = self.visible_mean(chains.hidden)
            drawn = self.draw_visible(centre, chains.ids, chains.key, **at)
            if chains.frozen is not None:
                drawn, centre = (
                    np.where(chains.frozen, chains.visible, x) for x in (drawn, centre)
                )
            chains.visible = drawn
            total += centre
        chains.sweep += n_sweeps
        return total / n_sweeps if mean else None

    def sampling_info(self, precision: str, n_chains: int, **where: Any) -> dict[str, Any]:
        return {"precision": "float64"}

    # -- what sampling and denoising do not ask for ------------------------------------------

    def statistics(self, v: Any, weights: Any = None, *, backend: Any, n_threads: int = 0) -> Any:
        raise NotImplementedError

    def independent(self) -> Any:
        raise NotImplementedError

    def interpolate(self, start: Any, beta: float) -> Any:
        raise NotImplementedError


def random_gaussian(n_visible: int, n_hidden: int, *, seed: int = 0) -> PlainGaussianRBM:
    """Return a model of moderate couplings and unequal widths."""
    rng = np.random.default_rng(seed)
    return PlainGaussianRBM(
        0.8 * rng.standard_normal((n_visible, n_hidden)),
        0.5 * rng.standard_normal(n_visible),
        0.5 * rng.standard_normal(n_hidden),
        0.5 + rng.random(n_visible),
    )


def components(model: PlainGaussianRBM) -> tuple[Reals, Reals]:
    """The mixture that p(v) is: weights p(h), (2ᴹ,), and means b + Wh, (2ᴹ, N).

    From the energy's completed square, by hand: it does not use the methods under test.
    """
    w, b, c, s = model.parameters.values()
    h = states(len(c))
    mean = b + h @ w.T
    log_weight = h @ c + 0.5 * ((mean**2 - b**2) / s**2).sum(axis=1)
    p = np.exp(log_weight - log_weight.max())
    return p / p.sum(), mean
