"""Small dense networks as arrays, evaluated without a framework."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from .. import _check
from ..backends import in_use
from ..backends.protocol import Floats, Reals
from ..rbm.arrays import linear, single

__all__ = ["ACTIVATIONS", "DenseNetwork"]


def _relu(x: Reals) -> Reals:
    return np.maximum(x, 0.0)


def _silu(x: Reals) -> Reals:
    return x * in_use()[0].sigmoid(x)


def _tanh(x: Reals) -> Reals:
    return 2.0 * in_use()[0].sigmoid(2.0 * x) - 1.0


ACTIVATIONS: dict[str, Callable[[Reals], Reals]] = {"relu": _relu, "silu": _silu, "tanh": _tanh}
"""Name: function of hidden units."""


class DenseNetwork:
    r"""Layers :math:`x \mapsto f(xA + a)` in a row, the last one without f.

    Parameters
    ----------
    weights : sequence of array_like
        A of each layer, (inputs, outputs), kept in single precision.
    biases : sequence of array_like
        a of each layer, (outputs,).
    activation : {"relu", "silu", "tanh"}
        f.

    Raises
    ------
    TypeError, ValueError
        If there is no layer, shapes disagree, or a number is not finite.

    Notes
    -----
    Sums are made in the order of the inputs in double precision: the same digits everywhere.
    """

    def __init__(
        self, weights: Sequence[ArrayLike], biases: Sequence[ArrayLike], activation: str = "relu"
    ) -> None:
        if len(weights) == 0 or len(weights) != len(biases):
            raise ValueError(
                f"biases: got {len(biases)} layers, expected at least one, and as many as the "
                f"{len(weights)} of weights"
            )
        layers: list[tuple[Floats, Floats]] = []
        n_inputs: int | None = None
        for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            w = _check.real_array(f"weights[{i}]", weight, (n_inputs, None))
            if w.size == 0:
                raise ValueError(f"weights[{i}]: got shape {w.shape}, expected at least one unit")
            a = _check.real_array(f"biases[{i}]", bias, (w.shape[1],))
            layers.append((single(f"weights[{i}]", w), single(f"biases[{i}]", a)))
            n_inputs = w.shape[1]
        self._layers = tuple(layers)
        self._activation = _check.choice("activation", activation, ACTIVATIONS)

    @property
    def layers(self) -> tuple[tuple[Floats, Floats], ...]:
        """A and a of each layer, read-only."""
        return self._layers

    @property
    def activation(self) -> str:
        """Name of f."""
        return self._activation

    @property
    def n_inputs(self) -> int:
        """Numbers that go in."""
        return len(self._layers[0][0])

    @property
    def n_outputs(self) -> int:
        """Numbers that come out."""
        return len(self._layers[-1][1])

    def __call__(self, x: ArrayLike) -> Reals:
        """Return the outputs of rows x, (n, inputs): (n, outputs)."""
        y = _check.real_array("x", x, (None, self.n_inputs))
        for i, (weight, bias) in enumerate(self._layers):
            if i > 0:
                y = ACTIVATIONS[self._activation](y)
            y = linear(y, weight.astype(np.float64), bias.astype(np.float64))
        return y
