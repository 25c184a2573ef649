"""The specification in NumPy: slow, readable, and what every other backend is held to."""

from .backend import ReferenceBackend

__all__ = ["ReferenceBackend"]
