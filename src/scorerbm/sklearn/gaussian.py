"""The estimator of real data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .base import RBMEstimator

__all__ = ["GaussianScoreRBM"]


class GaussianScoreRBM(RBMEstimator):
    r"""A Gaussian–Bernoulli machine of real numbers, trained by score matching.

    Data are standardised unit by unit, and what comes back is in their own units: `sample`, and
    the log-density of `score_samples`.

    Parameters
    ----------
    n_hidden, gradient, n_sweeps, n_epochs, batch_size, learning_rate, weight_decay
        See `ScoreRBM`.
    sigma : float, optional
        Width of all units given the hidden ones, in standard deviations of the data. By default
        each unit's is learned.
    sigma_floor : float
        Least width that is learned.
    options, random_state, n_threads, verbose
        See `ScoreRBM`.

    Attributes
    ----------
    model_ : GaussianRBM
        Its states are standardised data.
    history_, log_partition_, n_features_in_, feature_names_in_
        See `ScoreRBM`.
    """

    _family: ClassVar[str] = "gaussian"
    _of_family: ClassVar[tuple[str, ...]] = ("sigma", "sigma_floor")

    def __init__(
        self,
        n_hidden: int = 64,
        *,
        gradient: str = "recovery",
        n_sweeps: int | None = None,
        n_epochs: int | None = None,
        batch_size: int = 50,
        learning_rate: float = 0.01,
        weight_decay: float = 0.0,
        sigma: float | None = None,
        sigma_floor: float = 0.02,
        options: Mapping[str, Any] | None = None,
        random_state: Any = None,
        n_threads: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.n_hidden = n_hidden
        self.gradient = gradient
        self.n_sweeps = n_sweeps
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.sigma = sigma
        self.sigma_floor = sigma_floor
        self.options = options
        self.random_state = random_state
        self.n_threads = n_threads
        self.verbose = verbose

    def _checked(self, X: Any, **options: Any) -> Any:
        return self._validated(X, dtype=(np.float64, np.float32), **options)

    def _states(self, X: Any) -> NDArray[Any]:
        return np.asarray(X)
