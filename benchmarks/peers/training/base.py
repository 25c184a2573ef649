"""What is trained, and by which steps.

A step takes the rows of the next batch, samples or relaxes, adds up the gradient in centred
parameters, and makes one step of Adam whose rate falls linearly to zero. A fit starts from small
normal weights and the data's log-odds, and each epoch draws a new order of the rows. The loss that
a history would show is worked out too.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..base import Contestant

__all__ = ["HIDDEN_OFFSET", "INITIAL_WEIGHT", "SNR_WINDOW", "TEMPERATURES", "Fitter"]
__all__ += ["Parameters", "TrainingProblem"]

INITIAL_WEIGHT = 0.01
"""Standard deviation of the weights where training starts."""
HIDDEN_OFFSET = 0.5
"""λ of the centring; that of the visible units is the data's mean."""
SNR_WINDOW = 2.0, 12.0
"""Signal-to-noise ratios γ, uniform in it, one a row and visit; not for recovery, where γ₀ = 1."""
TEMPERATURES = 1.0, 0.1
"""τ of relaxed units, falling geometrically over a fit."""

Parameters = dict[str, NDArray[Any]]


class TrainingProblem(NamedTuple):
    """Data, sizes, and what a step does."""

    data: NDArray[np.uint8]
    """(n, N)"""
    n_hidden: int
    batch_size: int
    """A divisor of n."""
    n_sweeps: int
    n_copies: int
    """Chains or noises a row; of PCD, all chains."""
    n_threads: int
    learning_rate: float = 1e-3
    init: Parameters | None = None
    """Weights, visible and hidden biases to start from."""


class Fitter(Contestant):
    """Fits a model from the start in `run`, in n epochs."""

    same_algorithm: ClassVar[bool] = True
    """Or else it is checked for what it says that it does."""

    @abstractmethod
    def parameters(self) -> Parameters:
        """Weights, visible_bias and hidden_bias of the last fit."""

    @abstractmethod
    def loss(self) -> float:
        """Mean of the losses in its last epoch."""
