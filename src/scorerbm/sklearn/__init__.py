"""Models as scikit-learn's estimators, for pipelines and searches over hyperparameters."""

try:
    import sklearn  # noqa: F401 - to say what is missing
except ImportError as error:
    raise ImportError('estimators need scikit-learn: pip install "scorerbm[sklearn]"') from error

from .bernoulli import ScoreRBM
from .gaussian import GaussianScoreRBM

__all__ = ["GaussianScoreRBM", "ScoreRBM"]
