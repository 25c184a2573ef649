"""What this installation can do."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .. import _environment
from ..backends import BACKENDS, get_backend

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
        **_environment.environment(),
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
