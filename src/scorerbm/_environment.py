"""What a result was computed with: versions, system and CPU."""

from __future__ import annotations

import os
import platform
from typing import Any

import numpy as np

from ._version import package_version
from .backends import cpu_levels

__all__ = ["environment"]


def environment() -> dict[str, Any]:
    """Return versions, system and CPU as plain JSON values."""
    return {
        "scorerbm": package_version(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": platform.platform(),
        "cpu": _cpu(),
    }


def _cpu() -> dict[str, Any]:
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cpu: dict[str, Any] = {"machine": platform.machine(), "threads": threads}
    try:
        levels = cpu_levels()
    except ImportError:
        return cpu
    return cpu | {
        "level": levels.used,
        "levels_supported": list(levels.supported),
        "levels_compiled": list(levels.compiled),
    }
