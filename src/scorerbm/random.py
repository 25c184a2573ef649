"""The package's streams of random numbers for use elsewhere."""

from __future__ import annotations

from ._seed import derive_key
from .backends.protocol import Domain

try:
    from ._philox import Philox4x32
except ImportError as error:
    raise ImportError("scorerbm.random: needs the compiled modules of this package") from error

__all__ = ["Domain", "Philox4x32", "derive_key"]
