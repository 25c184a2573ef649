"""Restricted Boltzmann machines as one-shot samplers of score-based diffusion models.

A model's score is that of the noised RBM, so that two roads lead to the same distribution: the
reverse SDE (`ReverseSDE`), in hundreds of steps, and the RBM itself in one shot (`BlockGibbs`,
`Exact`). `compare` measures one against the other.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ._include import get_include
from ._kinds import to_kind
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
    ClassifierAccuracy,
    LogPartition,
    Road,
    ShortSeriesWarning,
    UnitsWarning,
    autocorrelation,
    autocorrelation_time,
    classifier_accuracy,
    default_roads,
    density_distance,
    density_floor,
    effective_sample_size,
    energy_distance,
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
from .files import read_metadata
from .gumbel import CosineAnnealing, GeometricAnnealing, LinearAnnealing
from .ising import IsingModel, from_ising, ising_layers, load_ising, save_ising, to_ising
from .latent import (
    AutoencoderFit,
    AutoencoderTrainer,
    BinaryAutoencoder,
    DenseNetwork,
    FunctionDecoder,
    FunctionEncoder,
    HiddenLayer,
    LatentFit,
    LatentModel,
    LatentSamples,
    fit_latent,
    load,
    residual_width,
    save,
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
    "AutoencoderFit",
    "AutoencoderTrainer",
    "BernoulliRBM",
    "BinaryAutoencoder",
    "BlockGibbs",
    "ClassifierAccuracy",
    "Comparison",
    "ContrastiveDivergence",
    "CosineAnnealing",
    "CosineSchedule",
    "DenseNetwork",
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
    "Philox4x32",
    "ProbabilityFlow",
    "ReverseSDE",
    "Road",
    "SNRSchedule",
    "SampleSet",
    "ScoreMatching",
    "ShortSeriesWarning",
    "Snapshots",
    "TemperedDenoiser",
    "UnitsWarning",
    "autocorrelation",
    "autocorrelation_time",
    "classifier_accuracy",
    "compare",
    "cpu_levels",
    "default_roads",
    "density_distance",
    "density_floor",
    "effective_sample_size",
    "energy_distance",
    "exact_moments",
    "fit_latent",
    "from_ising",
    "get_include",
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
    "to_kind",
    "total_variation",
    "tune_ladder",
]


if TYPE_CHECKING:
    from .random import Philox4x32
elif find_spec("scorerbm._philox") is None:  # a package without compiled modules
    __all__.remove("Philox4x32")


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from ._version import package_version

        return package_version()
    if name == "Philox4x32":  # a compiled module that most do without
        from .random import Philox4x32

        return Philox4x32
    raise AttributeError(f"module 'scorerbm' has no attribute {name!r}")
