"""A value of ln Z with its error."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LogPartition"]


@dataclass(frozen=True)
class LogPartition:
    """A value of ln Z; ``float(x)`` gives it.

    Attributes
    ----------
    value : float
        ln Z, in nats.
    standard_error : float
        Of the value; 0 if exact.
    method : str
        ``"exact"``, ``"ais"`` or ``"reverse ais"``.
    """

    value: float
    standard_error: float
    method: str

    def __float__(self) -> float:
        return self.value
