"""The levels of CPU that there are kernels for."""

from __future__ import annotations

from typing import NamedTuple

from ... import _core

__all__ = ["CpuLevels", "cpu_levels"]


class CpuLevels(NamedTuple):
    """Names of instruction-set levels, lowest first."""

    compiled: tuple[str, ...]
    """Those this installation has kernels for."""
    supported: tuple[str, ...]
    """Those of them that this CPU can run."""
    used: str
    """The one that serves this process."""


def cpu_levels() -> CpuLevels:
    """Return the levels compiled in and the one in use.

    The highest supported level is used, unless the environment variable ``SCORERBM_CPU_LEVEL``
    names another when the first kernel is called.

    Raises
    ------
    ValueError
        If ``SCORERBM_CPU_LEVEL`` names a level that is unknown or not supported by this CPU.
    """
    return CpuLevels(
        tuple(_core.compiled_levels()), tuple(_core.supported_levels()), _core.cpu_level()
    )
