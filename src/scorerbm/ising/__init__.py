"""The Ising form of a binary model, for annealers."""

from .convert import IsingModel, to_ising

__all__ = ["IsingModel", "to_ising"]
