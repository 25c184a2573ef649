"""Restricted Boltzmann machines as one-shot samplers of score-based diffusion models.

A model's score is that of the noised RBM, so that two roads lead to the same distribution: the
reverse SDE (`ReverseSDE`), in hundreds of steps, and the RBM itself in one shot (`BlockGibbs`,
`Exact`). `compare` measures one against the other.
"""

from .annealing import Annealer, AnnealerError
from .backends import cpu_levels
from .denoise import (
    ExactDenoiser,
    GibbsDenoiser,
    GumbelDenoiser,
    LiteralScore,
    MeanFieldDenoiser,
    TemperedDenoiser,
    score,
)
from .evaluate import (
    AnnealingWarning,
    LogPartition,
    Road,
    ShortSeriesWarning,
    autocorrelation,
    autocorrelation_time,
    default_roads,
    density_distance,
    density_floor,
    effective_sample_size,
    exact_moments,
    kl_divergence,
    log_likelihood,
    log_partition,
    mmd,
    mode_centres,
    mode_weights,
    moment_error,
    potential_scale_reduction,
    principal_components,
    projected_density,
    pseudo_log_likelihood,
    sample_moments,
    total_variation,
)
from .files import load, read_metadata, save
from .gumbel import CosineAnnealing, GeometricAnnealing, LinearAnnealing
from .ising import IsingModel, from_ising, ising_layers, load_ising, save_ising, to_ising
from .latent import (
    FunctionDecoder,
    FunctionEncoder,
    HiddenLayer,
    LatentFit,
    LatentModel,
    LatentSamples,
    fit_latent,
    residual_width,
)
from .rbm import RBM, BernoulliRBM, GaussianRBM
from .report import Comparison, compare
from .sample import (
    AnnealReport,
    BlockGibbs,
    Exact,
    GibbsLangevin,
    Ladder,
    ParallelTempering,
    ProbabilityFlow,
    ReverseSDE,
    SampleSet,
    select_snapshots,
    tune_ladder,
)
from .schedule import CosineSchedule, LinearSchedule, SNRSchedule
from .train import (
    SGD,
    Adam,
    ContrastiveDivergence,
    DivergenceError,
    DivergenceWarning,
    EarlyStopping,
    Fit,
    ScoreMatching,
    Snapshots,
)

__all__ = [
    "RBM",
    "SGD",
    "Adam",
    "AnnealReport",
    "Annealer",
    "AnnealerError",
    "AnnealingWarning",
    "BernoulliRBM",
    "BlockGibbs",
    "Comparison",
    "ContrastiveDivergence",
    "CosineAnnealing",
    "CosineSchedule",
    "DivergenceError",
    "DivergenceWarning",
    "EarlyStopping",
    "Exact",
    "ExactDenoiser",
    "Fit",
    "FunctionDecoder",
    "FunctionEncoder",
    "GaussianRBM",
    "GeometricAnnealing",
    "GibbsDenoiser",
    "GibbsLangevin",
    "GumbelDenoiser",
    "HiddenLayer",
    "IsingModel",
    "Ladder",
    "LatentFit",
    "LatentModel",
    "LatentSamples",
    "LinearAnnealing",
    "LinearSchedule",
    "LiteralScore",
    "LogPartition",
    "MeanFieldDenoiser",
    "ParallelTempering",
    "ProbabilityFlow",
    "ReverseSDE",
    "Road",
    "SNRSchedule",
    "SampleSet",
    "ScoreMatching",
    "ShortSeriesWarning",
    "Snapshots",
    "TemperedDenoiser",
    "autocorrelation",
    "autocorrelation_time",
    "compare",
    "cpu_levels",
    "default_roads",
    "density_distance",
    "density_floor",
    "effective_sample_size",
    "exact_moments",
    "fit_latent",
    "from_ising",
    "ising_layers",
    "kl_divergence",
    "load",
    "load_ising",
    "log_likelihood",
    "log_partition",
    "mmd",
    "mode_centres",
    "mode_weights",
    "moment_error",
    "potential_scale_reduction",
    "principal_components",
    "projected_density",
    "pseudo_log_likelihood",
    "read_metadata",
    "residual_width",
    "sample_moments",
    "save",
    "save_ising",
    "score",
    "select_snapshots",
    "to_ising",
    "total_variation",
    "tune_ladder",
]


def __getattr__(name: str) -> str:
    if name == "__version__":
        from ._version import package_version

        return package_version()
    raise AttributeError(f"module 'scorerbm' has no attribute {name!r}")
