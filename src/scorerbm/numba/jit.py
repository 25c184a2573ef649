"""How what users' functions call is compiled: into them, without a door for Python."""

from __future__ import annotations

from typing import Any

from numba.extending import overload, register_jitable

__all__ = ["by_type", "inner"]

# A wrapper for Python would take longer to compile than the function itself, as models have many
# arrays to convert.
_OPTIONS = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

inner: Any = register_jitable(**_OPTIONS)
"""Compile a function that nopython code calls."""


def by_type(function: Any) -> Any:
    """Have nopython code call what the decorated function returns for the types of arguments."""
    return overload(function, jit_options=_OPTIONS)
