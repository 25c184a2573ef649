"""Every operation of the protocol in NumPy."""

from __future__ import annotations

from .binary_units import BinaryUnits

__all__ = ["ReferenceBackend"]


class ReferenceBackend(BinaryUnits):
    """The readable twin of the native kernels."""

    name = "reference"
