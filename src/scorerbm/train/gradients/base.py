"""What a gradient estimator gets and gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..._seed import derive_key
from ...backends.protocol import (
    Backend,
    BitWords,
    Contrast,
    DenseGradient,
    Domain,
    IntegerRBM,
    Reals,
    Tilt,
    Words,
)
from ...rbm import RBM, BernoulliRBM
from ...schedule import Schedule
from ..states import BinaryStates, States

__all__ = ["Batch", "Gradient", "Observation", "Observer"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of the training data, and when they are visited."""

    rows: NDArray[np.intp]
    states: States
    epoch: int
    progress: float
    """Fraction of the training done."""
    first_row: int = 0
    """Rows that came before these states, where they are part of a stream."""

    @property
    def v(self) -> NDArray[Any]:
        """The states, (B, N): bits as bytes."""
        return self.states.unpack()

    @property
    def words(self) -> BitWords:
        """Binary states as words of bits."""
        if not isinstance(self.states, BinaryStates):
            raise TypeError("visible: got real units, expected binary ones")
        return self.states.words

    @property
    def ids(self) -> Words:
        """Chain numbers: a row's random numbers do not depend on the batch it falls in."""
        return self.ids_of_copies(1)

    def ids_of_copies(self, n: int) -> Words:
        """Those of n chains a row, (B · n,)."""
        first = n * (self.first_row + self.rows)
        return (first[:, None] + np.arange(n)).reshape(-1).astype(np.uint32)


class Gradient(ABC):
    """Estimates the gradient of a loss on a batch."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    @abstractmethod
    def __call__(self, model: RBM, batch: Batch, n_threads: int) -> tuple[dict[str, Reals], float]:
        """Return the gradient for every parameter, and the mean loss a row."""

    def turn_to(self, states: States) -> None:  # noqa: B027 - most keep nothing for each row
        """Go on with other rows: what is kept for each of them begins anew."""

    def shown(self, progress: float) -> dict[str, float]:
        """Numbers worth a column in the history, such as τ."""
        return {}

    def close(self) -> None:  # noqa: B027 - most have nothing to give back
        """Give back what the estimator holds, after the training."""


def integers_of(model: RBM, backend: Backend, n_threads: int) -> IntegerRBM:
    """Return the model as chains of bits sample it."""
    if not isinstance(model, BernoulliRBM):
        raise TypeError(f"model: got {type(model).__name__}, expected a BernoulliRBM")
    return model.integers_in_training(backend, n_threads)


def contrast(
    rbm: IntegerRBM,
    samples: BitWords,
    data: BitWords,
    backend: Backend,
    n_threads: int,
    *,
    free_energy: bool = False,
) -> tuple[dict[str, NDArray[Any]], float]:
    """E_data[∂F/∂θ] - E_samples[∂F/∂θ]: down this gradient, data gain and samples lose.

    With it comes the mean free energy of the data above that of the samples, if wanted.
    """
    difference = backend.contrast(rbm, samples, data, free_energy=free_energy, n_threads=n_threads)
    return named(difference), difference.gap


def named(statistics: Contrast) -> dict[str, NDArray[Any]]:
    """Return statistics by the names of the parameters whose derivatives they are."""
    return {
        "weights": statistics.weights,
        "visible_bias": statistics.visible,
        "hidden_bias": statistics.hidden,
    }


class Observation(NamedTuple):
    """Noisy observations of a batch: v_t = α v₀ + σ ζ, with one (α, σ) a row."""

    v_t: Reals
    alpha: Reals
    sigma: Reals
    zeta: Reals
    weight: Reals
    """Of ‖D - v₀‖² in the loss."""


class Observer:
    r"""Draws noisy observations for the losses :math:`E\,w\,\|D_\theta(v_t) - v_0\|^2`.

    With a window of signal-to-noise ratios, γ is uniform in it and w is half its width: the
    likelihood weighting ½∫‖D - v₀‖² dγ. With a weighting λ(t), t is uniform in (0, 1] and
    w = λ(t) α²/σ⁴, which is λ(t) times the squared error of the score.
    """

    def __init__(
        self,
        snr: tuple[float, float],
        weighting: Callable[[Reals], Reals] | None,
        schedule: Schedule,
        seed: int,
        backend: Backend,
    ) -> None:
        self._snr, self._weighting, self._schedule = snr, weighting, schedule
        self._backend = backend
        self._time_key = derive_key(seed, "observation time")
        self._noise_key = derive_key(seed, "observation noise")

    def __call__(self, batch: Batch) -> Observation:
        v0 = batch.v.astype(np.float64)
        step, ids = batch.epoch, batch.ids
        u = self._backend.uniform(ids, 1, self._time_key, step=step, domain=Domain.UNIFORM)[:, 0]
        alpha, sigma, weight = self._amplitudes(u)
        zeta = self._backend.normal(
            ids, v0.shape[1], self._noise_key, step=step, domain=Domain.NORMAL
        ).astype(np.float64)
        v_t = alpha[:, None] * v0 + sigma[:, None] * zeta
        return Observation(v_t, alpha, sigma, zeta, weight)

    def tilt(self, batch: Batch) -> tuple[Tilt, Reals]:
        """Return the same observations as log-odds that they add, and the weights."""
        step, ids = batch.epoch, batch.ids
        u = self._backend.uniform(ids, 1, self._time_key, step=step, domain=Domain.UNIFORM)[:, 0]
        alpha, sigma, weight = self._amplitudes(u)
        snr = ((alpha * alpha) / (sigma * sigma)).astype(np.float32)
        return Tilt(batch.words, ids, snr, self._noise_key, step), weight

    def _amplitudes(self, u: Reals) -> tuple[Reals, Reals, Reals]:
        if self._weighting is None:
            low, high = self._snr
            gamma = low + (high - low) * u
            alpha, sigma = np.sqrt(gamma / (1.0 + gamma)), np.sqrt(1.0 / (1.0 + gamma))
            return alpha, sigma, np.full(len(u), 0.5 * (high - low))
        t = 1.0 - u
        alpha, sigma = self._schedule.alpha(t), self._schedule.sigma(t)
        weight = np.asarray(self._weighting(t), dtype=np.float64)
        if weight.shape != t.shape or not (np.isfinite(weight) & (weight >= 0.0)).all():
            raise ValueError(
                f"weighting: got {weight.shape} values from λ(t), expected {t.shape} "
                "finite numbers ≥ 0"
            )
        variance = sigma * sigma  # products: a power may differ in the last digit
        return alpha, sigma, weight * (alpha * alpha) / (variance * variance)


def as_parameters(gradient: DenseGradient) -> dict[str, Reals]:
    """A gradient in single precision under the names of the parameters, in double precision."""
    return {
        "weights": gradient.weights.astype(np.float64),
        "visible_bias": gradient.visible_bias.astype(np.float64),
        "hidden_bias": gradient.hidden_bias.astype(np.float64),
    }
