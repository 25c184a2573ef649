"""The integers that stand for a Bernoulli RBM in its chains: see `grid`."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

import numpy as np

from ..backends.protocol import Backend, IntegerRBM
from .bernoulli_parameters import BernoulliParameters
from .grid import (
    INT16_ERROR,
    SATURATION,
    WeightGrid,
    Workspace,
    grid_error,
    precision_asked,
    round_weights,
    training_grid,
)

__all__ = ["RoundedBernoulli"]


class RoundedBernoulli(BernoulliParameters):
    """The grids to which `BernoulliRBM` is rounded, each made once."""

    _origin: RoundedBernoulli | None = None  # the model that lent its weights to this one
    _in_training: IntegerRBM | None = None

    def integers(self, precision: str = "auto", *, tempered: bool = False) -> IntegerRBM:
        """Return the model rounded to a grid, as its chains sample it.

        Parameters
        ----------
        precision : {"auto", "int16", "int32"}
            ``"auto"`` takes 16 bits if no unit's log-odds is then wrong by more than 1/16 in any
            state of the other layer. ``SCORERBM_PRECISION`` in the environment overrides it.
        tempered : bool
            Keep biases that at beta = 1 would saturate a unit, but not below.

        Raises
        ------
        ValueError
            If 16 bits are asked for and a sum of weights does not fit.
        """
        precision = precision_asked(precision)
        if precision == "auto":
            precision = "int16" if self._narrow_enough else "int32"
        if precision == "int32":
            return self._tempered_grid if tempered else self.grid
        try:
            grid = self._tempered_rounded16 if tempered else self._rounded(16)
        except OverflowError as error:
            raise ValueError(f"precision: got 'int16', but {error}") from error
        return grid.with_biases(*self._double[1:])

    def sampling_info(
        self,
        precision: str,
        n_chains: int,
        *,
        backend: Backend,
        n_threads: int = 0,
        n_sweeps: int = 1,
        tempered: bool = False,
    ) -> dict[str, Any]:
        """Grid of the sampled model, the largest error of any unit's log-odds, and the kernel."""
        grid = self.integers(precision, tempered=tempered)
        return {
            "precision": f"int{grid.bits}",
            "grid": 1.0 / grid.scale,
            "log_odds_error": grid_error(*self._double, grid),
        } | backend.plan(grid, n_chains, n_threads, n_sweeps)

    def integers_in_training(self, backend: Backend, n_threads: int = 0) -> IntegerRBM:
        """Return the model rounded for operations on bits, with 16 bits where they suffice.

        Raises
        ------
        OverflowError
            If the weights have diverged.
        """
        if self._in_training is None:
            w, b, c = self._double
            work = self._workspace
            if work is None:
                zeros = np.zeros(w.shape[0]), np.zeros(w.shape[1])
                work = Workspace(backend.weight_sums(w, *zeros, n_threads))
            grid = training_grid(work.sums, max(w.shape))
            work.integers = backend.round_to_grid(w, b, c, grid, work.integers, n_threads)
            self._in_training = work.integers
        return self._in_training

    def _sharing_weights(self, other: Self) -> Self:
        """Lend what has been computed of the weights, and the choice of precision, to a model that
        differs in biases only.
        """
        for name in ("double_weights", "_transposed", "_weight_grids"):
            other.__dict__[name] = getattr(self, name)
        other._origin = self._origin or self
        return other

    @cached_property
    def _weight_grids(self) -> dict[int, WeightGrid]:
        return {}

    def _rounded(self, bits: int) -> WeightGrid:
        if bits not in self._weight_grids:
            self._weight_grids[bits] = round_weights(self.double_weights, bits=bits)
        return self._weight_grids[bits]

    @cached_property
    def _narrow_enough(self) -> bool:
        """Whether 16 bits keep the documented bound; of the model whose weights these are."""
        if self._origin is not None:
            return self._origin._narrow_enough
        try:
            grid = self._rounded(16).with_biases(self._double[1], self._double[2])
        except OverflowError:
            return False
        return grid_error(*self._double, grid) <= INT16_ERROR

    @cached_property
    def grid(self) -> IntegerRBM:
        """The model rounded to integers of 32 bits."""
        return self._rounded(32).with_biases(self._double[1], self._double[2])

    @cached_property
    def _saturation(self) -> float:
        _, b, c = self._double
        return float(max(SATURATION, np.abs(b).max(initial=0.0), np.abs(c).max(initial=0.0)))

    @cached_property
    def _tempered_grid(self) -> IntegerRBM:
        """The grid with no bias clipped: what saturates a unit at beta = 1 need not below it."""
        w, b, c = self._double
        return round_weights(w, self._saturation).with_biases(b, c)

    @cached_property
    def _tempered_rounded16(self) -> WeightGrid:
        return round_weights(self.double_weights, self._saturation, bits=16)
