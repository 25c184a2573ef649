"""Figures, as matplotlib objects that belong to no window.

Each function returns a new `matplotlib.figure.Figure`; pyplot and its state are not touched.
Plots need matplotlib: ``pip install "scorerbm[plot]"``.
"""

from .fokker_planck import plot_densities
from .images import plot_samples, plot_trajectory
from .quality import plot_quality

__all__ = ["plot_densities", "plot_quality", "plot_samples", "plot_trajectory"]
