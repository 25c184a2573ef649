"""Stand-ins for an annealer: simulated physics, and a device around it."""

from .ideal import IdealAnnealer
from .problem import Physics

__all__ = ["IdealAnnealer", "Physics"]
