"""Evaluation: how likely data are under a model, and how close samples come to it."""

from .annealed_importance import annealed_importance, reverse_annealed_importance
from .benchmark import measure_roads
from .divergence import (
    empirical_probabilities,
    kl_divergence,
    state_probabilities,
    total_variation,
)
from .floor import Floor
from .likelihood import log_likelihood, mean_free_energy_gap
from .log_z import LogPartition
from .measurements import Measurements
from .mmd import median_distance, mmd
from .moments import Moments, exact_moments, moment_error, sample_moments
from .partition import log_partition
from .pseudo_likelihood import pseudo_log_likelihood
from .roads import Road, default_roads

__all__ = [
    "Floor",
    "LogPartition",
    "Measurements",
    "Moments",
    "Road",
    "annealed_importance",
    "default_roads",
    "empirical_probabilities",
    "exact_moments",
    "kl_divergence",
    "log_likelihood",
    "log_partition",
    "mean_free_energy_gap",
    "measure_roads",
    "median_distance",
    "mmd",
    "moment_error",
    "pseudo_log_likelihood",
    "reverse_annealed_importance",
    "sample_moments",
    "state_probabilities",
    "total_variation",
]
