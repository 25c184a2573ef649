"""Every operation of the protocol in NumPy."""

from __future__ import annotations

from .paths import Paths

__all__ = ["ReferenceBackend"]


class ReferenceBackend(Paths):
    """The readable twin of the native kernels."""

    name = "reference"
