"""The hidden layer of an RBM as a code of its visible units."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends.protocol import Backend, Key, Reals, Words
from ..rbm import RBM
from ..rbm.base import check_one
from .coding import Decoder, Encoder

__all__ = ["HiddenLayer"]


class HiddenLayer(Encoder, Decoder):
    r"""Codes data by the hidden units of an RBM, and decodes them by its visible ones.

    .. math:: p(z_j = 1 | x) = p(h_j = 1 | v), \qquad p(x | z) = p(v | h = z)

    with data x standardised to v as the model does. With a second RBM as the prior of h this is a
    deep belief net (Hinton, Osindero and Teh, Neural Computation 18, 2006). If the prior were the
    RBM's own p(h), the samples would be those of the RBM.

    Parameters
    ----------
    rbm : RBM
        A `GaussianRBM` for real data, a `BernoulliRBM` for binary ones.

    Raises
    ------
    TypeError, ValueError
        If it is not one RBM.
    """

    def __init__(self, rbm: RBM) -> None:
        if not isinstance(rbm, RBM):
            raise TypeError(f"rbm: got {type(rbm).__name__}, expected an RBM")
        check_one("rbm", rbm)
        self.rbm = rbm
        self.n_bits = rbm.n_hidden

    def probability(self, x: ArrayLike) -> Reals:
        """p(h_j = 1 | v), (n, M), for data in their own units, (n, N)."""
        x = _check.real_array("x", x, (None, self.rbm.n_visible))
        return self.rbm.hidden_probability(self.rbm.standardise(x))

    def mean(self, bits: ArrayLike) -> Reals:
        """E[v | h] in the units of the data, (n, N)."""
        return self.rbm.restore(self.rbm.visible_mean(self._codes(bits)))

    @property
    def residual(self) -> Reals | None:
        """σ of real units, in the units of the data; None for bits."""
        sigma = self.rbm.parameters.get("sigma")
        if sigma is None:
            return None
        kept = self.rbm.standardisation
        return np.asarray(sigma * (1.0 if kept is None else kept.scale), np.float64)

    @property
    def noisy(self) -> bool:
        """Visible units are always drawn given hidden ones."""
        return True

    def draw(self, bits: ArrayLike, rows: Words, key: Key, backend: Backend) -> NDArray[Any]:
        """Draw v given h, in the units of the data, (n, N)."""
        mean = self.rbm.visible_mean(self._codes(bits))
        v = self.rbm.draw_visible(mean, rows, key, step=0, backend=backend)
        return self.rbm.restore(v)

    def _codes(self, bits: ArrayLike) -> NDArray[np.uint8]:
        return _check.bits("bits", bits, (None, self.n_bits))
