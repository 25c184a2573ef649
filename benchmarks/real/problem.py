"""Digits in 0 to 1, and the units that their densities are told in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
FLOOR = 0.05  # of a pixel's scale: about a third of the pixels vary less


@dataclass(frozen=True)
class Problem:
    """Rows to train on, and rows to be likely, in their own units."""

    train: Reals
    test: Reals

    @property
    def scale(self) -> Reals:
        """Each pixel's standard deviation over the training rows, no less than the floor."""
        return np.maximum(self.train.std(axis=0), FLOOR)

    @property
    def log_volume(self) -> float:
        """What a log-likelihood in the units of the data gains when told per unit of `scale`."""
        return float(np.log(self.scale).sum())

    @property
    def between_units(self) -> float:
        """What it loses when told per standard deviation instead, without a floor."""
        return self.log_volume - float(np.log(self.train.std(axis=0)).sum())

    def standardised(self, x: Reals) -> Reals:
        """Rows in units of `scale`, for densities that do not standardise."""
        return (x - self.train.mean(axis=0)) / self.scale


def digits(n_train: int = 1347, seed: int = 0) -> Problem:
    """(raw + u)/17 with raw from 0 to 16 and u uniform, divided at random."""
    from sklearn.datasets import load_digits

    raw, rng = load_digits().data, np.random.default_rng(seed)
    x = (raw + rng.random(raw.shape)) / 17.0
    order = rng.permutation(len(x))
    return Problem(x[order[:n_train]], x[order[n_train:]])
