"""Operations of training: on parameters, and on batches of binary states held as bits."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .types import BitWords, Floats, IntegerRBM, Key, Reals, Words

__all__ = [
    "BitSweeps",
    "Centre",
    "Contrast",
    "Descent",
    "Grid",
    "Tilt",
    "Training",
    "WeightSums",
]


class Descent(NamedTuple):
    """How an optimiser moves a parameter θ along a gradient g, with moments m and s.

    m ← m·beta1 + gain1·g, s ← s·beta2 + gain2·g²,
    θ ← keep·θ - rate·((m·first_scale)/(√(s·second_scale) + epsilon));
    without s it is θ ← keep·θ - rate·m with m ← m·beta1 + g. What θ moves along is found in single
    precision, θ itself and its rate are in double.
    """

    rate: float
    keep: float
    beta1: float
    gain1: float = 1.0
    first_scale: float = 1.0
    beta2: float = 0.0
    gain2: float = 0.0
    second_scale: float = 0.0
    epsilon: float = 0.0


class Centre(NamedTuple):
    """What a gradient (N, M) in centred parameters lacks: the outer products μ cᵀ + b λᵀ."""

    visible_offset: Floats
    """μ, (N,)"""
    hidden_gradient: Floats
    """c, (M,)"""
    visible_gradient: Floats
    """b, (N,)"""
    hidden_offset: Floats
    """λ, (M,)"""


class WeightSums(NamedTuple):
    """Sums over the rows and over the columns of W."""

    of_visible: Reals
    """Wλ, (N,)"""
    of_hidden: Reals
    """Wᵀμ, (M,)"""
    visible_reach: float
    """Largest magnitude of a sum over any subset of one row."""
    hidden_reach: float
    """The same of one column. One of the two is not finite if a weight is not."""


class Grid(NamedTuple):
    """To which integers a model is rounded: multiples of 1/scale, sums of so many bits."""

    scale: float
    bits: int
    visible_limit: float
    """Biases beyond are cut to this."""
    hidden_limit: float


class Tilt(NamedTuple):
    """Noisy observations of R rows of N bits, each at a signal-to-noise ratio γ of its own.

    They add γ (v - ½) + √γ ζ to the visible units' log-odds, in single precision, with ζ the
    normal numbers of the rows at a step, in the domain ``NORMAL``.
    """

    states: BitWords
    """v, R rows"""
    ids: Words
    """(R,)"""
    snr: Floats
    """γ, (R,)"""
    key: Key
    step: int = 0


class BitSweeps(NamedTuple):
    """Visible states after all sweeps, and after half of them, rounded down."""

    states: BitWords
    halfway: BitWords


class Contrast(NamedTuple):
    """Means over samples less means over data: of v σ(Wᵀv+c)ᵀ, of v and of σ(Wᵀv+c)."""

    weights: Floats
    visible: Floats
    hidden: Floats
    gap: float
    """Mean free energy of the data above that of the samples; 0 if not asked for."""


class Training(Protocol):
    """Passes over parameters and over batches."""

    def descend(
        self,
        value: Reals,
        gradient: Floats,
        first: Floats,
        second: Floats | None,
        rule: Descent,
        centre: Centre | None,
        n_threads: int,
    ) -> None:
        """Move parameters and their moments in place, (N,) or (N, M), by one step of a rule."""
        ...

    def weight_sums(
        self, weights: Reals, visible_offset: Reals, hidden_offset: Reals, n_threads: int
    ) -> WeightSums:
        """Sums of W, of its positive and of its negative part, in a fixed order.

        Along a row in 16 lanes, j and j + 16 in the same one, which are then folded by halves;
        down the columns in blocks of 32 rows, whose sums are added afterwards.
        """
        ...

    def round_to_grid(
        self,
        weights: Reals,
        visible_bias: Reals,
        hidden_bias: Reals,
        grid: Grid,
        into: IntegerRBM | None,
        n_threads: int,
    ) -> IntegerRBM:
        """Round a model, ties to even, for the operations on bits.

        A backend may write to the memory of ``into``, an earlier result that is then no longer
        valid, and may leave out the arrays of weights if it keeps them elsewhere.
        """
        ...

    def sweep_bits(
        self,
        rbm: IntegerRBM,
        start: BitWords,
        ids: Words,
        key: Key,
        *,
        first_sweep: int,
        n_sweeps: int,
        tilt: Tilt | None,
        n_threads: int,
    ) -> BitSweeps:
        """Sweeps of `gibbs` at β = 1, on bits; the chain c belongs to row ⌊c R/C⌋ of the tilt."""
        ...

    def contrast(
        self,
        rbm: IntegerRBM,
        samples: BitWords,
        data: BitWords,
        *,
        free_energy: bool = False,
        n_threads: int,
    ) -> Contrast:
        """Difference of the sufficient statistics of two batches, each of one row or more.

        Probabilities in single precision, times 2²⁰, are rounded to integers, ties to even, so
        that sums are exact in any order; likewise softplus(x) ≤ 1000 of the free energies, to
        2⁻¹⁰. The difference is S/(2²⁰ n) - S'/(2²⁰ n') with the units 1/(2²⁰ n) rounded, found in
        double precision and rounded to single.
        """
        ...

    def weighted_statistics(
        self, rbm: IntegerRBM, samples: BitWords, weights: Reals, n_threads: int
    ) -> Contrast:
        """Means over a batch, as `contrast` has them, each row times a weight, (C,).

        Weights are multiplied by the largest power of two 2ᵏ that leaves none above 2²⁰, and go
        to single precision; their products with probabilities, and they themselves where the
        statistic is v, are then rounded to integers.
        """
        ...

    def overlaps(self, samples: BitWords, data: BitWords) -> NDArray[np.int32]:
        """Products x·y of the S samples of each row, C = R S of them, and its datum, last.

        An array (R, S + 1, S + 1).
        """
        ...
