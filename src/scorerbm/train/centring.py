"""Centred parameters: the same models, in coordinates in which gradients behave better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..backends import product
from ..backends.protocol import Backend, Reals

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
    backend: Backend

    def plain(self, centred: Mapping[str, Reals]) -> Arrays:
        """W, b, c from W, b', c'."""
        of_visible, of_hidden = self._shifts(centred["weights"])
        return {
            **centred,
            "visible_bias": centred["visible_bias"] - of_visible,
            "hidden_bias": centred["hidden_bias"] - of_hidden,
        }

    def centred(self, plain: Mapping[str, Reals]) -> Arrays:
        """W, b', c' from W, b, c."""
        of_visible, of_hidden = self._shifts(plain["weights"])
        return {
            **plain,
            "visible_bias": plain["visible_bias"] + of_visible,
            "hidden_bias": plain["hidden_bias"] + of_hidden,
        }

    def gradient(self, plain: Mapping[str, Reals]) -> Arrays:
        """Derivatives in W, b', c' from those in W, b, c."""
        db, dc = plain["visible_bias"], plain["hidden_bias"]
        shift = np.multiply.outer(self.visible, dc) + np.multiply.outer(db, self.hidden)
        return {**plain, "weights": plain["weights"] - shift}

    def _shifts(self, w: Reals) -> tuple[Reals, Reals]:
        """Wλ and Wᵀμ, added in a fixed order."""
        of_visible = product(self.backend, self.hidden[None, :], w.T, 1)[0]
        return of_visible, product(self.backend, self.visible[None, :], w, 1)[0]
