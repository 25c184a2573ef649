"""The diffusion of a model of one or two visible units, as densities that can be looked at."""

from .comparison import DensityComparison, compare_densities
from .density import noised_density
from .forward import forward_sde
from .solver import Densities, FokkerPlanck

__all__ = [
    "Densities",
    "DensityComparison",
    "FokkerPlanck",
    "compare_densities",
    "forward_sde",
    "noised_density",
]
