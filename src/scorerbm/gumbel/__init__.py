"""The Gumbel trick: relaxed binary units and the annealing of their temperature."""

from .annealing import Annealing, CosineAnnealing, GeometricAnnealing, LinearAnnealing
from .expectation import expectation_table
from .relaxation import relaxed_bernoulli

__all__ = [
    "Annealing",
    "CosineAnnealing",
    "GeometricAnnealing",
    "LinearAnnealing",
    "expectation_table",
    "relaxed_bernoulli",
]
