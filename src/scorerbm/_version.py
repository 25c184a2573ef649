"""The version of the installed package."""

from __future__ import annotations

__all__ = ["package_version"]


def package_version() -> str:
    """Return the installed version, or ``"unknown"`` for a source tree that is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("scorerbm")
    except PackageNotFoundError:
        return "unknown"
