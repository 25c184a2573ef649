"""Estimators of the gradient of the loss, one a file."""

from .base import Batch, Gradient, Observer
from .contrastive import CDGradient, PCDGradient, SampledGradient
from .covariance import CovarianceGradient
from .literal import LiteralGradient
from .pathwise import PathwiseGradient
from .real import RealCDGradient, RealPCDGradient, RealRecoveryGradient, RealSampledGradient
from .real_covariance import RealCovarianceGradient
from .real_literal import RealLiteralGradient
from .real_pathwise import RealPathwiseGradient
from .recovery import RecoveryGradient

__all__ = [
    "Batch",
    "CDGradient",
    "CovarianceGradient",
    "Gradient",
    "LiteralGradient",
    "Observer",
    "PCDGradient",
    "PathwiseGradient",
    "RealCDGradient",
    "RealCovarianceGradient",
    "RealLiteralGradient",
    "RealPCDGradient",
    "RealPathwiseGradient",
    "RealRecoveryGradient",
    "RealSampledGradient",
    "RecoveryGradient",
    "SampledGradient",
]
