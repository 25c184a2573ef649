"""From data to bits and back: what a latent model asks of its encoder and its decoder."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Backend, Domain, Key, Reals, Words

__all__ = ["Decoder", "Encoder", "FunctionDecoder", "FunctionEncoder"]


class Encoder(ABC):
    """Gives the bits of a code their probabilities."""

    n_bits: int | None = None
    """Length K of a code, if known."""

    @abstractmethod
    def probability(self, x: ArrayLike) -> Reals:
        """p(z_k = 1 | x), (n, K), for data x, (n, …); 0 and 1 are bits without noise."""


class Decoder(ABC):
    """Gives the data that belong to codes."""

    n_bits: int | None = None
    """Length K of a code, if known."""

    @abstractmethod
    def mean(self, bits: ArrayLike) -> Reals:
        """E[x | z], (n, …), for codes z, (n, K)."""

    @property
    def residual(self) -> Reals | None:
        """Standard deviation of x around its mean given z, of the shape of one x, if known."""
        return None

    @property
    def noisy(self) -> bool:
        """Whether the noise of x given z is known, so that it can be drawn."""
        return self.residual is not None

    def draw(self, bits: ArrayLike, rows: Words, key: Key, backend: Backend) -> NDArray[Any]:
        """Draw x given z: normal numbers around the mean, as wide as `residual` says.

        Raises
        ------
        ValueError
            If that is not known.
        """
        if self.residual is None:
            raise ValueError(
                "noise: got True for a decoder of means alone, expected one whose residual width "
                "is known; see FunctionDecoder and residual_width"
            )
        mean = self.mean(bits)
        zeta = backend.normal(rows, math.prod(mean.shape[1:]), key, step=0, domain=Domain.NORMAL)
        return np.asarray(mean + self.residual * zeta.reshape(mean.shape))


class FunctionEncoder(Encoder):
    """An encoder made of a function, such as one that calls a network.

    Parameters
    ----------
    function : callable
        Takes data (n, …) and returns the bits' probabilities, or bits, (n, K).
    n_bits : int, optional
        K, to be checked.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """

    def __init__(
        self, function: Callable[[ArrayLike], ArrayLike], *, n_bits: int | None = None
    ) -> None:
        self._function = _callable(function)
        self.n_bits = None if n_bits is None else _check.integer("n_bits", n_bits, 1)

    def probability(self, x: ArrayLike) -> Reals:
        """Return what the function says."""
        return _check.real_array("encoder(x)", self._function(x))


class FunctionDecoder(Decoder):
    """A decoder made of a function, such as one that calls a network.

    Parameters
    ----------
    function : callable
        Takes bits (n, K) as uint8 and returns data (n, …).
    residual : float or array_like, optional
        Standard deviation of the data around what the function returns, one for all numbers or
        of the shape of one x: what `residual_width` measures. Without it there are means only.
    n_bits : int, optional
        K, to be checked.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """

    def __init__(
        self,
        function: Callable[[NDArray[np.uint8]], ArrayLike],
        *,
        residual: ArrayLike | None = None,
        n_bits: int | None = None,
    ) -> None:
        self._function = _callable(function)
        self.n_bits = None if n_bits is None else _check.integer("n_bits", n_bits, 1)
        width = None if residual is None else _check.real_array("residual", residual)
        if width is not None and (width < 0.0).any():
            raise ValueError(f"residual: got {width.min()}, expected at least 0")
        self._residual = width

    @property
    def residual(self) -> Reals | None:
        """The width that was given."""
        return self._residual

    def mean(self, bits: ArrayLike) -> Reals:
        """Return what the function says."""
        z = _check.bits("bits", bits, (None, self.n_bits))
        x = _check.real_array("decoder(bits)", self._function(z))
        if x.ndim == 0 or len(x) != len(z):
            raise ValueError(f"decoder(bits): got shape {x.shape}, expected {len(z)} rows")
        if self._residual is not None and self._residual.shape not in ((), x.shape[1:]):
            raise ValueError(
                f"residual: got shape {self._residual.shape}, expected a number or {x.shape[1:]}, "
                "the shape of one x"
            )
        return x


def _callable(function: Any) -> Any:
    if not callable(function):
        raise TypeError(f"function: got {type(function).__name__}, expected a callable")
    return function
