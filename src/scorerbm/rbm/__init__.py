"""Models: an energy, its conditionals, and the tilt by a noisy observation."""

from .base import RBM
from .bernoulli import BernoulliRBM
from .chains import Chains

__all__ = ["RBM", "BernoulliRBM", "Chains"]
