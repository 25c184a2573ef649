"""Other libraries' evaluation of the literal score at a batch of states."""

from .base import Evaluator, ScoreProblem

__all__ = ["Evaluator", "ScoreProblem"]
