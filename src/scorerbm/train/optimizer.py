"""Stochastic optimisers over named arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _check
from ..backends import in_use
from ..backends.protocol import Centre, Descent, Floats, Reals
from ..backends.reference.elementary import HALF_PI, cos

__all__ = ["SGD", "Adam", "Optimizer", "Stepper"]

Arrays = dict[str, Reals]

DECAYS: dict[str, Callable[[float], float]] = {
    "constant": lambda x: 1.0,
    "linear": lambda x: 1.0 - x,
    "cosine": lambda x: float(np.square(cos(np.asarray(HALF_PI * x)))),  # (1 + cos πx)/2
}
"""Factor of the learning rate at a fraction of the training."""


class Stepper(ABC):
    """An optimiser at work: holds the moments of past gradients."""

    def __init__(self, options: Optimizer) -> None:
        self._options = options
        self.n_updates = 0
        self._moments: dict[str, tuple[Floats, Floats | None]] = {}

    def update(
        self,
        parameters: Arrays,
        gradients: Mapping[str, NDArray[Any]],
        progress: float,
        centre: Centre | None = None,
    ) -> None:
        """Change the parameters in place by one step down the gradients.

        ``centre`` holds the outer products that the gradient of the weights lacks.
        """
        self.n_updates += 1
        rate = self._options.rate(progress)
        rule = self._rule(rate)
        decay = rate * self._options.weight_decay
        backend, n_threads = in_use()
        for name, given in gradients.items():
            with np.errstate(over="ignore"):
                gradient = np.ascontiguousarray(given, dtype=np.float32)
            if name not in self._moments:
                self._moments[name] = self._start(gradient)
            of_weights = name == "weights"
            backend.descend(
                parameters[name],
                gradient,
                *self._moments[name],
                rule._replace(keep=1.0 - decay) if of_weights else rule,
                centre if of_weights else None,
                n_threads,
            )

    @abstractmethod
    def _rule(self, rate: float) -> Descent: ...

    @abstractmethod
    def _start(self, gradient: Floats) -> tuple[Floats, Floats | None]:
        """Moments before the first step."""


@dataclass(frozen=True, kw_only=True)
class Optimizer(ABC):
    """What every optimiser has; `Adam` documents the parameters."""

    learning_rate: float = 0.01
    decay: str = "linear"
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        _check.number("learning_rate", self.learning_rate, above=0.0)
        _check.choice("decay", self.decay, DECAYS)
        _check.number("weight_decay", self.weight_decay, minimum=0.0)

    def rate(self, progress: float) -> float:
        """Learning rate at a fraction of the training, 0 to 1."""
        return self.learning_rate * DECAYS[self.decay](progress)

    @abstractmethod
    def start(self) -> Stepper:
        """Begin with no memory of gradients."""


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer):
    """Gradient descent with momentum: m ← μ m + g, θ ← θ - rate m.

    Parameters
    ----------
    learning_rate, decay, weight_decay
        See `Adam`.
    momentum : float
        μ in [0, 1).
    """

    learning_rate: float = 0.05
    momentum: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.number("momentum", self.momentum, minimum=0.0, maximum=1.0 - 1e-7)

    def start(self) -> Stepper:
        """Begin with no momentum."""
        return _SGDStepper(self)


class _SGDStepper(Stepper):
    def __init__(self, options: SGD) -> None:
        super().__init__(options)
        self._momentum = options.momentum

    def _rule(self, rate: float) -> Descent:
        return Descent(rate, 1.0, self._momentum)

    def _start(self, gradient: Floats) -> tuple[Floats, Floats | None]:
        return np.zeros_like(gradient), None


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer):
    r"""Adam (Kingma and Ba, arXiv 1412.6980), with decoupled weight decay (arXiv 1711.05101).

    .. math::

        m \leftarrow \beta_1 m + (1-\beta_1) g, \qquad
        s \leftarrow \beta_2 s + (1-\beta_2) g^2, \qquad
        \theta \leftarrow \theta
        - \mathrm{rate}\,\frac{m/(1-\beta_1^k)}{\sqrt{s/(1-\beta_2^k)} + \epsilon}

    at update k.

    Parameters
    ----------
    learning_rate : float
        Initial rate, > 0.
    decay : {"linear", "cosine", "constant"}
        How the rate goes to 0 over the training; averages out the noise of the gradients.
    weight_decay : float
        Decoupled decay of the weights W: each update multiplies them by 1 - rate × this.
    beta1, beta2 : float
        Decay of the first and second moment's running means, in [0, 1).
    epsilon : float
        Added to the root of the second moment.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        _check.number("beta1", self.beta1, minimum=0.0, maximum=1.0 - 1e-7)
        _check.number("beta2", self.beta2, minimum=0.0, maximum=1.0 - 1e-7)
        _check.number("epsilon", self.epsilon, minimum=1e-30)  # moments are in single precision

    def start(self) -> Stepper:
        """Begin with zero moments."""
        return _AdamStepper(self)


class _AdamStepper(Stepper):
    def __init__(self, options: Adam) -> None:
        super().__init__(options)
        self._adam = options
        self._powers = (1.0, 1.0)

    def _rule(self, rate: float) -> Descent:
        o = self._adam
        # Running products: powers by libm may differ between machines in the last digit.
        first, second = self._powers[0] * o.beta1, self._powers[1] * o.beta2
        self._powers = first, second
        return Descent(
            rate, 1.0,
            o.beta1, 1.0 - o.beta1, 1.0 / (1.0 - first),
            o.beta2, 1.0 - o.beta2, 1.0 / (1.0 - second), o.epsilon,
        )  # fmt: skip

    def _start(self, gradient: Floats) -> tuple[Floats, Floats | None]:
        return np.zeros_like(gradient), np.zeros_like(gradient)
