"""One anneal: from the weights of a binary model to samples of an annealer."""

from .errors import AnnealerError

__all__ = ["AnnealerError"]
