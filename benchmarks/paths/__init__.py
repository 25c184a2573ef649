"""The paths that are compared with other libraries, by the names of their rows."""

from __future__ import annotations

from .base import Path
from .diffusion import DIFFUSIONS
from .real import REALS
from .score import SCORES
from .training import TRAININGS

__all__ = ["PATHS", "Path"]

PATHS: dict[str, Path] = {path.name: path for path in (*SCORES, *DIFFUSIONS, *TRAININGS, *REALS)}
