"""Other libraries' training of an RBM."""

from .base import Fitter, TrainingProblem

__all__ = ["Fitter", "TrainingProblem"]
