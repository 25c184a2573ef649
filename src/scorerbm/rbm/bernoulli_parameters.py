"""What a Bernoulli RBM is made of: its parameters, checked and kept, in either precision."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Reals
from .arrays import frozen, single
from .base import RBM
from .grid import Workspace

__all__ = ["BernoulliParameters"]

Parameters = NDArray[np.floating[Any]]


class BernoulliParameters(RBM):
    """The parameters of `BernoulliRBM`, which says what they mean."""

    binary_visible: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("data", "uniform")

    _workspace: Workspace | None = None

    def __init__(
        self,
        weights: ArrayLike,
        visible_bias: ArrayLike,
        hidden_bias: ArrayLike,
        *,
        data_mean: ArrayLike | None = None,
    ) -> None:
        w = _check.real_array("weights", weights, (None, None))
        n, m = w.shape
        if n == 0 or m == 0:
            raise ValueError(f"weights: got shape {w.shape}, expected at least one unit a layer")
        b = _check.real_array("visible_bias", visible_bias, (n,))
        c = _check.real_array("hidden_bias", hidden_bias, (m,))
        if data_mean is not None:
            data_mean = _check.real_array("data_mean", data_mean, (n,))
            if data_mean.min() <= 0.0 or data_mean.max() >= 1.0:
                raise ValueError(
                    f"data_mean: got values from {data_mean.min()} to {data_mean.max()}, "
                    "expected frequencies strictly between 0 and 1"
                )
        self._set(
            single("weights", w),
            single("visible_bias", b),
            single("hidden_bias", c),
            None if data_mean is None else frozen(data_mean.copy()),
        )

    def _set(self, w: Parameters, b: Parameters, c: Parameters, data_mean: Reals | None) -> None:
        self._weights, self._visible_bias, self._hidden_bias = w, b, c
        self._data_mean = data_mean

    @classmethod
    def from_trusted(
        cls,
        weights: Parameters,
        visible_bias: Parameters,
        hidden_bias: Parameters,
        data_mean: Reals | None,
        workspace: Workspace | None = None,
    ) -> Self:
        """Wrap float64 arrays without a check or a copy: for training, once a step."""
        model = cls.__new__(cls)
        model._set(weights, visible_bias, hidden_bias, data_mean)
        model._workspace = workspace
        return model

    def __getstate__(self) -> dict[str, Any]:
        """Parameters only: what is derived from them may be large, or an object of a backend."""
        kept = ("_weights", "_visible_bias", "_hidden_bias", "_data_mean", "_origin")
        return {name: self.__dict__[name] for name in kept if name in self.__dict__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            self.__dict__[name] = frozen(value) if isinstance(value, np.ndarray) else value

    @property
    def weights(self) -> Parameters:
        """Weights W, (N, M)."""
        return self._weights

    @property
    def visible_bias(self) -> Parameters:
        """Visible biases b, (N,), or (B, N) after `tilt` by B observations."""
        return self._visible_bias

    @property
    def hidden_bias(self) -> Parameters:
        """Hidden biases c, (M,)."""
        return self._hidden_bias

    @property
    def data_mean(self) -> Reals | None:
        """Frequencies of ones in the training data, (N,), if known."""
        return self._data_mean

    @property
    def parameters(self) -> dict[str, Parameters]:
        """The trained arrays by name."""
        return {
            "weights": self._weights,
            "visible_bias": self._visible_bias,
            "hidden_bias": self._hidden_bias,
        }

    # -- derived arrays, made once -----------------------------------------------------------

    @cached_property
    def double_weights(self) -> Reals:
        """W in float64."""
        return np.ascontiguousarray(self._weights, dtype=np.float64)

    @cached_property
    def _double(self) -> tuple[Reals, Reals, Reals]:
        b, c = (
            np.ascontiguousarray(x, np.float64) for x in (self._visible_bias, self._hidden_bias)
        )
        return self.double_weights, b, c

    @cached_property
    def _transposed(self) -> Reals:
        return np.ascontiguousarray(self.double_weights.T)

    # -- checks -----------------------------------------------------------------------------

    def _visible(self, v: ArrayLike, name: str = "v") -> Reals:
        n = self.n_visible
        return _check.real_array(name, v, (n,), (self._batch, n))

    def _hidden(self, h: ArrayLike) -> Reals:
        m = self.n_hidden
        return _check.real_array("h", h, (m,), (self._batch, m))

    @property
    def _batch(self) -> int | None:
        """Number B of rows that states must have after `tilt` by B observations."""
        return len(self._visible_bias) if self._visible_bias.ndim == 2 else None
