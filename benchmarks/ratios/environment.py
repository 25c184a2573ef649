"""What the figures of a run depend on."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
from collections.abc import Iterable
from typing import Any

from .ours import cpu_level

__all__ = ["environment"]


def environment(
    options: argparse.Namespace, cores: list[int] | None, packages: Iterable[str]
) -> dict[str, Any]:
    """Level of our kernels, threads and clock, and the versions of these packages and of ours."""
    versions = {}
    for package in sorted({"scorerbm", *packages}):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = None
    return {
        "level": cpu_level(),
        "supported": True,
        "threads": options.threads,
        "cores": cores,
        "clock": "CPU time" if options.threads == 1 else "wall clock",
        "rounds": options.rounds,
        "budget": options.budget,
        "machine": platform.machine(),
        "python": platform.python_version(),
        "versions": versions,
    }
