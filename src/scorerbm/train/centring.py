"""Centred parameters: the same models, in coordinates in which gradients behave better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends import in_use
from ..backends.protocol import Centre, Reals, WeightSums

__all__ = ["Centring"]

Arrays = dict[str, Reals]


@dataclass(frozen=True)
class Centring:
    r"""Offsets μ and λ of the visible and the hidden units.

    .. math::

        -E(v, h) = (v - \mu)^\top W (h - \lambda) + b'^\top v + c'^\top h + \mathrm{const},
        \qquad b = b' - W\lambda, \quad c = c' - W^\top\mu

    An update of W at fixed b', c' does not shift the units' means, and the gradient does not
    depend on which value of a bit is called 1. Parameters other than these three pass through.

    References
    ----------
    Melchior, Fischer and Wiskott, "How to center deep Boltzmann machines", JMLR 17 (2016).
    """

    visible: Reals
    """μ, (N,)"""
    hidden: Reals
    """λ, (M,)"""

    def sums(self, weights: Reals) -> WeightSums:
        """Wλ and Wᵀμ, and what else of W's sums is wanted with them."""
        backend, n_threads = in_use()
        return backend.weight_sums(weights, self.visible, self.hidden, n_threads)

    def plain(self, centred: Mapping[str, Reals], sums: WeightSums | None = None) -> Arrays:
        """W, b, c from W, b', c'."""
        sums = sums or self.sums(centred["weights"])
        return {
            **centred,
            "visible_bias": centred["visible_bias"] - sums.of_visible,
            "hidden_bias": centred["hidden_bias"] - sums.of_hidden,
        }

    def centred(self, plain: Mapping[str, Reals]) -> Arrays:
        """W, b', c' from W, b, c."""
        sums = self.sums(plain["weights"])
        return {
            **plain,
            "visible_bias": plain["visible_bias"] + sums.of_visible,
            "hidden_bias": plain["hidden_bias"] + sums.of_hidden,
        }

    def centre(self, plain: Mapping[str, NDArray[Any]]) -> Centre:
        """What to take from the derivative in W at fixed b, c for the one at fixed b', c'.

        Those in b' and c' are those in b and c.
        """
        arrays = self.visible, plain["hidden_bias"], plain["visible_bias"], self.hidden
        with np.errstate(over="ignore"):  # then the parameters become infinite, which is said
            return Centre(*(np.ascontiguousarray(x, dtype=np.float32) for x in arrays))
