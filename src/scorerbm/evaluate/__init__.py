"""Evaluation: how likely data are under a model, how close samples come, whether chains mix."""

from .annealed_importance import annealed_importance, reverse_annealed_importance
from .annealing_starts import AnnealingWarning
from .autocorrelation import (
    AutocorrelationTime,
    ShortSeriesWarning,
    autocorrelation,
    autocorrelation_time,
    effective_sample_size,
)
from .benchmark import measure_roads
from .divergence import (
    empirical_probabilities,
    kl_divergence,
    state_probabilities,
    total_variation,
)
from .energy_distance import energy_distance
from .floor import Floor
from .likelihood import UnitsWarning, log_likelihood, mean_free_energy_gap
from .log_z import LogPartition
from .measurements import Measurements
from .mmd import median_distance, mmd
from .modes import ModeWeights, mode_centres, mode_weights
from .moments import Moments, exact_moments, moment_error, sample_moments
from .partition import log_partition
from .plane_density import plane_probability
from .projected_density import (
    DensityFloor,
    ProjectedDensity,
    density_distance,
    density_floor,
    projected_density,
)
from .projection import PrincipalComponents, principal_components
from .pseudo_likelihood import pseudo_log_likelihood
from .roads import Road, default_roads
from .scale_reduction import potential_scale_reduction
from .two_samples import ClassifierAccuracy, classifier_accuracy

__all__ = [
    "AnnealingWarning",
    "AutocorrelationTime",
    "ClassifierAccuracy",
    "DensityFloor",
    "Floor",
    "LogPartition",
    "Measurements",
    "ModeWeights",
    "Moments",
    "PrincipalComponents",
    "ProjectedDensity",
    "Road",
    "ShortSeriesWarning",
    "UnitsWarning",
    "annealed_importance",
    "autocorrelation",
    "autocorrelation_time",
    "classifier_accuracy",
    "default_roads",
    "density_distance",
    "density_floor",
    "effective_sample_size",
    "empirical_probabilities",
    "energy_distance",
    "exact_moments",
    "kl_divergence",
    "log_likelihood",
    "log_partition",
    "mean_free_energy_gap",
    "measure_roads",
    "median_distance",
    "mmd",
    "mode_centres",
    "mode_weights",
    "moment_error",
    "plane_probability",
    "potential_scale_reduction",
    "principal_components",
    "projected_density",
    "pseudo_log_likelihood",
    "reverse_annealed_importance",
    "sample_moments",
    "state_probabilities",
    "total_variation",
]
