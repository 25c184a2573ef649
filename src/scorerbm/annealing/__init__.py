"""One anneal: from the weights of a binary model to samples of an annealer."""

from .annealer import Annealer
from .errors import AnnealerError
from .session import Session

__all__ = ["Annealer", "AnnealerError", "Session"]
