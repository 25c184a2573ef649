"""Models: an energy, its conditionals, and the tilt by a noisy observation."""

from .base import RBM
from .bernoulli import BernoulliRBM
from .chains import Chains
from .gaussian import GaussianRBM
from .standardisation import Standardisation

__all__ = ["RBM", "BernoulliRBM", "Chains", "GaussianRBM", "Standardisation"]
