"""Where the C interface is declared."""

from __future__ import annotations

from pathlib import Path

__all__ = ["get_include"]


def get_include() -> str:
    """Return the folder of ``scorerbm.h``, for the include path of a C or Cython compiler."""
    return str(Path(__file__).with_name("include"))
