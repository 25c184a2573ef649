"""Samplers for Ocean: drop-in `dimod.Sampler` classes.

They draw from Boltzmann distributions at the speed of this package's kernels, wherever Ocean takes
a sampler: under its composites, in place of simulated annealing, or as the stand-in of a device.
"""

from .._ocean import ocean

ocean("dimod")  # or a sentence that says how to install it

from .gibbs import GibbsSampler  # noqa: E402
from .tempering import TemperingSampler  # noqa: E402

__all__ = ["GibbsSampler", "TemperingSampler"]
