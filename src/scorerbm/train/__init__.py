"""Training by denoising score matching, and by contrastive divergence beside it."""

from .callbacks import Callback, EarlyStopping, Snapshots, TrainingState
from .contrastive_divergence import ContrastiveDivergence
from .errors import DivergenceError, DivergenceWarning
from .fit import Fit
from .optimizer import SGD, Adam, Optimizer
from .score_matching import ScoreMatching
from .stream import Stream

__all__ = [
    "SGD",
    "Adam",
    "Callback",
    "ContrastiveDivergence",
    "DivergenceError",
    "DivergenceWarning",
    "EarlyStopping",
    "Fit",
    "Optimizer",
    "ScoreMatching",
    "Snapshots",
    "Stream",
    "TrainingState",
]
