"""Other libraries' sweeps of Gaussian–Bernoulli RBMs."""

from .base import RealChains, RealProblem

__all__ = ["RealChains", "RealProblem"]
