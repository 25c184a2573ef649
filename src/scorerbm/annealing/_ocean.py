"""Ocean's packages, imported when they are first needed."""

from .._ocean import ocean

__all__ = ["ocean"]
