"""The Ising form of a binary model, for annealers."""

from .convert import IsingModel, to_ising
from .exchange import load_ising, save_ising
from .restore import Layers, from_ising, ising_layers

__all__ = [
    "IsingModel",
    "Layers",
    "from_ising",
    "ising_layers",
    "load_ising",
    "save_ising",
    "to_ising",
]
