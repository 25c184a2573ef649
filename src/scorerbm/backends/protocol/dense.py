"""Operations made of matrix products in single precision."""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from .paths import Stages
from .types import Floats, Key, Reals, Words

__all__ = [
    "Dense",
    "DenseGradient",
    "DenseModel",
    "DenseObservation",
    "ExpectationTable",
    "ForceEstimator",
    "RelaxedSweeps",
    "State",
]

State = TypeVar("State", Floats, Reals)


class DenseModel(NamedTuple):
    """Parameters of a Bernoulli RBM in single precision."""

    weights: Floats
    """(N, M)"""
    visible_bias: Floats
    hidden_bias: Floats
    start: Floats
    """Log-odds of the visible units that posterior means start from, (N,)."""


class ExpectationTable(NamedTuple):
    """A unit's expectation over its noise, 1 - u(|x|) for x > 0 and u(|x|) for x < 0.

    With s = min(scale·|x|, 16 - 2⁻²⁰) and i = ⌊s⌋, u is the polynomial of coefficients[:, i] in
    s - (i + ½).
    """

    scale: np.float32
    coefficients: Floats
    """(7, 16), the constant first."""


class RelaxedSweeps(NamedTuple):
    """The posterior mean at the end of relaxed sweeps, averaged over noises.

    From v = σ(start + o), o the observation's log-odds, every sweep takes h = σ((c + Wᵀv + L)/τ)
    and, but for the last, v = σ((b + o + Wh + L)/τ). L are the numbers of `logistic` at the step
    ``call·n_sweeps + sweep`` in the domains ``LOGISTIC_HIDDEN | noise << 8`` and
    ``LOGISTIC_VISIBLE | noise << 8``. The mean is σ(b + o + Wh). Without noises L is 0, which at
    τ = 1 is mean-field iteration.
    """

    n_sweeps: int
    n_noises: int = 0
    tau: float = 1.0
    antithetic: bool = False
    """Whether noise 2i + 1 is minus noise 2i, in whose domain ``i << 8`` numbers the pair."""


class ForceEstimator(NamedTuple):
    """The force b + W E[h], where E[h] averages h = σ((c + Wᵀv + L)/τ) over the noise L.

    By the table, if there is one. Otherwise over so many noises, those of `RelaxedSweeps` at the
    step ``call``.
    """

    tau: float
    n_noises: int
    antithetic: bool
    table: ExpectationTable | None


class DenseObservation(NamedTuple):
    """What a gradient is given of a batch of B rows."""

    target: Floats
    """(B, N)"""
    channel: Floats
    """Of `pathwise_gradient`: what the observation adds to the visible log-odds, (B, N). Of
    `literal_gradient`: the observation itself."""
    weight: Floats
    """Of each row's squared error, (B,)."""


class DenseGradient(NamedTuple):
    """Derivative of the sum over rows of weight · ‖estimate - target‖², and these squares."""

    weights: Floats
    visible_bias: Floats
    hidden_bias: Floats
    squares: Reals
    """(B,), without the weight."""


class Dense(Protocol):
    """Each the same bits on every machine, as sums have an order and roundings that are given."""

    def fused_product(self, a: Floats, b: Floats, initial: Floats, n_threads: int) -> Floats:
        """Return initial + a @ b, (R, K) by (K, L) in any layout, initial (L,) or (R, L).

        Each element starts from its initial value and takes the products in the order of k, each
        by one fused multiply-add. All matrix products below are this one.
        """
        ...

    def expectation(self, x: Floats, table: ExpectationTable) -> Floats:
        """What the table says of each element."""
        ...

    def dense_path(
        self,
        model: DenseModel,
        estimator: RelaxedSweeps | ForceEstimator,
        state: State,
        chains: Words,
        key: Key,
        noise_key: Key,
        *,
        stages: Stages,
        first_call: int,
        first_stage: int,
        n_threads: int,
    ) -> State:
        """Integrate K stages with estimates numbered from ``first_call``, (C, N).

        The state may come in double precision, and goes as it came, but is single meanwhile.
        The observation's log-odds are rate·s - half. A `ForceEstimator` takes none; its force
        stands for the mean. ζ is that of `stage` at the step ``first_stage + k``.
        """
        ...

    def pathwise_gradient(
        self,
        model: DenseModel,
        estimator: RelaxedSweeps,
        observation: DenseObservation,
        chains: Words,
        key: Key,
        *,
        call: int,
        n_threads: int,
    ) -> DenseGradient:
        """Derivative of the squared error of `RelaxedSweeps` by back-propagation."""
        ...

    def literal_gradient(
        self,
        model: DenseModel,
        estimator: ForceEstimator,
        observation: DenseObservation,
        chains: Words,
        key: Key,
        *,
        call: int,
        n_threads: int,
    ) -> DenseGradient:
        """Derivative of the squared error of `ForceEstimator` without a table."""
        ...
