"""What goes wrong between a problem and the samples of an annealer."""

from __future__ import annotations

__all__ = ["AnnealerError"]


class AnnealerError(RuntimeError):
    """An annealer, its client or its answers failed; the message says what to do about it."""
