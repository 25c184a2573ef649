"""When training fails, it says so."""

from __future__ import annotations

__all__ = ["DivergenceError", "DivergenceWarning"]


class DivergenceError(ArithmeticError):
    """A parameter or the loss is no longer finite, or the weights outgrew any grid."""


class DivergenceWarning(UserWarning):
    """The trained model is worse than independent units, or than it was earlier."""
