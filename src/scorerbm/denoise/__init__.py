"""Estimators of the posterior mean E[v₀ | v_t], and the score that follows from it."""

from .base import Denoiser, PosteriorMean
from .exact import ExactDenoiser
from .gibbs import GibbsDenoiser
from .gumbel import GumbelDenoiser
from .literal import LiteralScore
from .mean_field import MeanFieldDenoiser
from .score import score, tweedie
from .tempered import TemperedDenoiser

__all__ = [
    "Denoiser",
    "ExactDenoiser",
    "GibbsDenoiser",
    "GumbelDenoiser",
    "LiteralScore",
    "MeanFieldDenoiser",
    "PosteriorMean",
    "TemperedDenoiser",
    "score",
    "tweedie",
]
