"""Memory that an integration takes beyond its model and what it returns."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["ALLOWED", "Trajectory", "working_memory"]

ALLOWED = 200e6
"""Bytes, whatever the number of steps."""


class Trajectory(NamedTuple):
    """One integration; ``keep_every`` 0 keeps no states."""

    particles: int = 4096
    n_visible: int = 784
    n_hidden: int = 500
    steps: int = 500
    keep_every: int = 0


def working_memory(trajectory: Trajectory) -> dict[str, Any]:
    """Peak of a fresh process above that of one that only holds model and results."""
    ran = _process("run", *trajectory)
    held = _process("hold", ran["bytes"], trajectory.n_visible, trajectory.n_hidden)
    beyond = ran["peak"] - held["peak"]
    return {
        **trajectory._asdict(),
        "peak": ran["peak"],
        "without": held["peak"],
        "returned": ran["bytes"],
        "beyond": beyond,
        "allowed": beyond <= ALLOWED,
    }


def _process(mode: str, *numbers: int) -> dict[str, Any]:
    script = Path(__file__).with_name("trajectory.py")
    command = [sys.executable, str(script), mode, *map(str, numbers)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {result.stderr}")
    return json.loads(result.stdout)
