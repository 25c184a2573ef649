"""Stand-ins for an annealer: simulated physics, and a device around it."""

from .ideal import IdealAnnealer
from .problem import Physics
from .qpu import SimulatedQPU
from .thermal import ThermalAnnealer

__all__ = ["IdealAnnealer", "Physics", "SimulatedQPU", "ThermalAnnealer"]
