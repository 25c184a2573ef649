"""What this installation can do."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from .._version import package_version
from ..backends import BACKENDS, cpu_levels, get_backend

__all__ = ["environment"]

EXTRAS = {
    "plot": ("matplotlib",),
    "sklearn": ("scikit-learn",),
    "hdf5": ("h5py",),
    "pde": ("scipy",),
    "cli": ("typer", "rich", "jinja2"),
}
"""Extra of the package: distributions that it installs."""


def environment() -> dict[str, Any]:
    """Return versions, backends, CPU levels, threads and extras."""
    return {
        "scorerbm": package_version(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": platform.platform(),
        "cpu": _cpu(),
        "backend": get_backend("auto").name,
        "backends": {name: _state(name) for name in BACKENDS},
        "extras": {extra: _versions(names) for extra, names in EXTRAS.items()},
    }


def _state(backend: str) -> str:
    try:
        get_backend(backend)
    except ImportError as error:
        return f"absent ({error})"
    return "available"


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


def _versions(distributions: tuple[str, ...]) -> str:
    found, missing = [], []
    for name in distributions:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return f"absent (needs {', '.join(missing)})"
    return ", ".join(found)
