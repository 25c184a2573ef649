"""Figures, as matplotlib objects that belong to no window.

Each function returns a new `matplotlib.figure.Figure`; pyplot and its state are not touched.
Plots need matplotlib: ``pip install "scorerbm[plot]"``.
"""

from .annealing import (
    plot_calibration,
    plot_chain_breaks,
    plot_chain_strength,
    plot_energies,
    plot_spin_moments,
)
from .fokker_planck import plot_densities
from .images import plot_samples, plot_trajectory
from .mixing import plot_autocorrelation, plot_projected_density, plot_replica_flow
from .plane import plot_plane
from .quality import plot_quality

__all__ = [
    "plot_autocorrelation",
    "plot_calibration",
    "plot_chain_breaks",
    "plot_chain_strength",
    "plot_densities",
    "plot_energies",
    "plot_plane",
    "plot_projected_density",
    "plot_quality",
    "plot_replica_flow",
    "plot_samples",
    "plot_spin_moments",
    "plot_trajectory",
]
