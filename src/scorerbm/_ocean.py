"""Ocean's packages, imported when they are first needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["ocean"]


def ocean(module: str) -> Any:
    """Import a module of Ocean.

    Raises
    ------
    ImportError
        If it is not there: one sentence that says what to install.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f'quadratic models and annealers need {module}: pip install "scorerbm[dwave]"'
        ) from error
