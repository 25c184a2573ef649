"""Every operation of the protocol in NumPy."""

from __future__ import annotations

from .paths import Paths
from .training import Training

__all__ = ["ReferenceBackend"]


class ReferenceBackend(Paths, Training):
    """The readable twin of the native kernels."""

    name = "reference"
