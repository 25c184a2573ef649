"""Other libraries' integration of the reverse diffusion by Euler and Maruyama."""

from .base import Diffuser, DiffusionProblem

__all__ = ["Diffuser", "DiffusionProblem"]
